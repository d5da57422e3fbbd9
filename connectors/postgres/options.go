package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"kinesql/connectors"
)

type options struct {
	server  *pgconn.Config
	table   pgx.Identifier // nil: query is given
	query   string
	timeout time.Duration
	maxRows int64
}

// readOptions reads the connector's own options.
func readOptions(o connectors.Options) (opts options, err error) {
	o.Lookup("connector")
	if opts.server, err = server(o); err != nil {
		return opts, err
	}
	table, byTable := o.Lookup("table")
	query, byQuery := o.Lookup("query")
	switch {
	case byTable == byQuery:
		return opts, &connectors.OptionError{Key: "table", Message: "one of the options table and query must be given, and not both"}
	case byTable:
		if opts.table, err = identifier(table); err != nil {
			return opts, err
		}
	default:
		if opts.query = strings.TrimSpace(query); opts.query == "" {
			return opts, &connectors.OptionError{Key: "query", Message: "want a SELECT"}
		}
	}
	if opts.timeout, err = o.Duration("timeout", 30*time.Second); err != nil {
		return opts, err
	}
	if opts.timeout < time.Millisecond || opts.timeout > math.MaxInt32*time.Millisecond {
		return opts, &connectors.OptionError{Key: "timeout", Message: "want from 1ms to 24 days"}
	}
	opts.maxRows, err = o.Int("max_rows", 10_000_000, 1, math.MaxInt32)
	return opts, err
}

// server is where the option url points. Nothing of a bad one is shown: it may be part
// of a password.
func server(o connectors.Options) (*pgconn.Config, error) {
	text, err := o.Require("url")
	if err != nil {
		return nil, err
	}
	if name, ok := strings.CutPrefix(text, "env:"); ok {
		var set bool
		if text, set = os.LookupEnv(name); !set {
			return nil, &connectors.OptionError{Key: "url", Message: fmt.Sprintf("the environment variable %s is not set", name)}
		}
	}
	bad := &connectors.OptionError{
		Key: "url", Message: "want a URL such as postgres://user@host:5432/database (write @, :, / and % of a password as %40, %3A, %2F and %25)",
	}
	if !strings.HasPrefix(text, "postgres://") && !strings.HasPrefix(text, "postgresql://") {
		return nil, bad
	}
	cfg, err := pgconn.ParseConfig(text)
	var file *fs.PathError
	switch {
	case errors.As(err, &file):
		return nil, &connectors.OptionError{Key: "url", Message: file.Error()}
	case err != nil, strings.Contains(cfg.Host+cfg.Database, "@"): // a / in the password cuts it
		return nil, bad
	}
	if cfg.RuntimeParams["application_name"] == "" {
		cfg.RuntimeParams["application_name"] = "kinesql"
	}
	return cfg, nil
}

// identifier reads name or schema.name. A part in double quotes may hold dots.
func identifier(text string) (pgx.Identifier, error) {
	bad := &connectors.OptionError{Key: "table", Message: fmt.Sprintf("want name or schema.name as PostgreSQL keeps them, got %q", text)}
	var out pgx.Identifier
	for rest, more := text, true; more; {
		var part string
		if quoted, ok := strings.CutPrefix(rest, `"`); ok {
			if part, rest, ok = strings.Cut(quoted, `"`); !ok || rest != "" && rest[0] != '.' {
				return nil, bad
			}
			more = rest != ""
			rest = strings.TrimPrefix(rest, ".")
		} else {
			part, rest, more = strings.Cut(rest, ".")
		}
		if part == "" || strings.ContainsAny(part, "\"\x00") || len(out) == 2 {
			return nil, bad
		}
		out = append(out, part)
	}
	return out, nil
}

// shown is the server without what may be secret.
func (o *options) shown() string {
	return fmt.Sprintf("PostgreSQL at %s/%s", net.JoinHostPort(o.server.Host, strconv.Itoa(int(o.server.Port))), o.server.Database)
}

// what is what is read, for messages.
func (o *options) what() string {
	if o.table == nil {
		return "the query"
	}
	return "table " + strings.Join(o.table, ".")
}

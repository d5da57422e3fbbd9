package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"kinesql/cmd/internal/engine"
	"kinesql/cmd/internal/server"
	"kinesql/connectors/format/encode"
	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
	"kinesql/sql/diag"
)

// serveFlags are the flags of serve as they come.
type serveFlags struct {
	cfg        server.Config
	durability string
	auth       string
	diskCap    string
	verbose    bool
	script     scriptFlags
}

func newServe() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve [SCRIPT...]",
		Short: "Serve the Kinesis Data Streams API from durable shards",
		Long: `Serve the Kinesis Data Streams API from durable shards in a directory. Kinesis
clients need only the endpoint changed. Scripts given as arguments run beside it:
their streams without a connector are streams of the server.

Durability says when a record that is acknowledged is safe:

  always    it is on the disk (fdatasync); the default
  interval  the operating system has it, the disk within a tenth of a second: a
            crash of the machine, not of the process, may lose that much
  none      the operating system has it, and writes it when it likes

One port speaks HTTP/1.1 and HTTP/2 with prior knowledge. /health, /ready and
/metrics answer there too, without authentication. Addresses that other machines
can reach need a key file (kinesql keys). ctrl-c or SIGTERM ends the server when
requests under way are answered, a second one at once; SIGHUP reads the key file
and the certificate anew, as does a change of them.

With --test-mode, for test suites on this machine, streams are ACTIVE at once and
live in memory unless --data-dir is given; POST /reset deletes them all, POST
/test/account {"account":"123456789012"} and POST /test/clock {"now":"..."} or
{"advance":"1h"} set whose they are and what time it is.`,
		Example: `  kinesql serve
  aws --endpoint-url http://127.0.0.1:4567 kinesis list-streams
  kinesql serve --listen 0.0.0.0:4567 --key-file keys.json
  kinesql serve app.sql --data-dir /var/lib/kinesql`,
		RunE: f.run,
	}
	f.add(cmd)
	return cmd
}

func (f *serveFlags) add(cmd *cobra.Command) {
	flags, c := cmd.Flags(), &f.cfg
	flags.StringVar(&c.Listen, "listen", "127.0.0.1:4567", "address of the plain port; \"\" for none")
	flags.StringVar(&c.TLSListen, "tls-listen", "", "address of the TLS port, such as 127.0.0.1:4568")
	flags.StringVar(&c.CertFile, "cert", "", "certificate of the TLS port, PEM (default: a self-signed one, kept in the data directory)")
	flags.StringVar(&c.CertKey, "key", "", "private key of the certificate, PEM")
	flags.StringSliceVar(&c.PublicHosts, "public-host", nil, "host[:port] that clients sign for where a proxy sends another Host")
	flags.StringVar(&c.DataDir, "data-dir", "./kinesql-data", "directory of the shards")
	flags.StringVar(&f.durability, "durability", "always", "always, interval or none, see above")
	flags.StringVar(&f.diskCap, "disk-cap", "", "size that the shards may have on the disk, such as 50GB; the oldest records go first (default: no limit)")
	flags.StringVar(&c.KeyFile, "key-file", "", "file of access keys, see kinesql keys")
	flags.StringVar(&f.auth, "auth", "", "required: requests must be signed with a key of the key file; any: with any key (default: required with a key file)")
	flags.StringVar(&c.Account, "account", "", "account of requests whose access key tells none (default 000000000000)")
	flags.StringVar(&c.Region, "region", defaultRegion, "region of requests that tell none, and of the scripts' streams")
	flags.DurationVar(&c.StatusDelay, "status-delay", 500*time.Millisecond, "how long streams stay CREATING, UPDATING and DELETING")
	flags.IntVar(&c.ShardLimit, "shard-limit", 20_000, "open shards that an account may have in a region")
	flags.BoolVar(&c.TestMode, "test-mode", false, "for test suites on this machine, see above")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "log more")
	flags.StringVar(&f.script.format, "format", "", "format of the results of scripts: "+strings.Join(encode.Names(), ", ")+" (default: table on a terminal, jsonl in a pipe)")
	f.script.addPlan(cmd)
}

func (f *serveFlags) run(cmd *cobra.Command, args []string) error {
	scripts, err := f.settle(cmd, args)
	if err != nil {
		return err
	}
	s, err := server.Open(f.cfg)
	if err != nil {
		return &status{exitError, err}
	}
	fmt.Fprintln(cmd.ErrOrStderr(), f.banner(s))
	ctx, force, done := onSignals(cmd.Context(), f.signals()...)
	defer done()
	q, err := f.start(cmd, ctx, s, scripts)
	if err != nil {
		return errors.Join(err, s.Abort())
	}
	if err := s.Serve(q.ctx, force, q.stop); err != nil {
		return &status{exitError, err}
	}
	return q.err()
}

// settle turns the flags into a configuration and reads the scripts.
func (f *serveFlags) settle(cmd *cobra.Command, args []string) (scripts []*diag.Source, err error) {
	if f.cfg.Durability, err = shardlog.ParseDurability(f.durability); err != nil {
		return nil, &status{exitUsage, fmt.Errorf("--durability: %w", err)}
	}
	if f.cfg.DiskCap, err = parseSize(f.diskCap); err != nil {
		return nil, &status{exitUsage, fmt.Errorf("--disk-cap: %w", err)}
	}
	if f.cfg.StatusDelay < 0 {
		return nil, &status{exitUsage, fmt.Errorf("--status-delay: want 0 or more, got %s", f.cfg.StatusDelay)}
	}
	if f.cfg.TestMode && !cmd.Flags().Changed("status-delay") {
		f.cfg.StatusDelay = 0
	}
	if f.cfg.TestMode && !cmd.Flags().Changed("data-dir") {
		f.cfg.DataDir = ""
	}
	f.cfg.Auth = server.AuthMode(f.auth)
	f.cfg.Logger = newLogger(cmd.ErrOrStderr(), f.verbose)
	if err := f.script.check(cmd); err != nil {
		return nil, &status{exitUsage, err}
	}
	if err := f.cfg.Check(); err != nil {
		return nil, &status{exitUsage, err}
	}
	for _, name := range args {
		src, err := readSource(cmd, name)
		if err != nil {
			return nil, &status{exitError, err}
		}
		scripts = append(scripts, src)
	}
	return scripts, nil
}

// newLogger writes one line an event to standard error.
func newLogger(w io.Writer, verbose bool) *slog.Logger {
	level := slog.LevelInfo
	if verbose {
		level = slog.LevelDebug
	}
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: level}))
}

// banner tells people what to do next.
func (f *serveFlags) banner(s *server.Server) string {
	where := f.cfg.DataDir
	if where == "" {
		where = "memory (test mode)"
	}
	return fmt.Sprintf("kinesql: serving the Kinesis API on %s, data in %s; ctrl-c ends it", s.Endpoint(), where)
}

// parseSize reads a number of bytes with an optional unit: 50GB, 512MiB.
func parseSize(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	units := []struct {
		suffix string
		size   float64
	}{
		{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40},
		{"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"B", 1}, {"", 1},
	}
	for _, u := range units {
		number, ok := strings.CutSuffix(text, u.suffix)
		if !ok {
			continue
		}
		n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
		if err != nil || n <= 0 || n*u.size > 1<<62 {
			break
		}
		return int64(n * u.size), nil
	}
	return 0, fmt.Errorf("want a size such as 50GB or 512MiB, got %q", text)
}

// signals are those that end the server. A terminal that closes ends it too, unless
// there are files that SIGHUP has it read anew, as a service has them.
func (f *serveFlags) signals() []os.Signal {
	end := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if f.cfg.KeyFile == "" && f.cfg.TLSListen == "" {
		end = append(end, syscall.SIGHUP)
	}
	return end
}

// onSignals returns a context that the first signal ends and a channel that the
// second closes. A signal that comes twice at once is one, see echo.
func onSignals(ctx context.Context, end ...os.Signal) (context.Context, <-chan struct{}, func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals, force := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(signals, end...)
	go func() {
		<-signals
		asked := time.Now()
		cancel()
		for range signals {
			if time.Since(asked) > echo {
				close(force)
				return
			}
		}
	}()
	return ctx, force, func() {
		signal.Stop(signals)
		cancel()
	}
}

// queries is the scripts that run beside a server.
type queries struct {
	ctx    context.Context // done when the server is to end
	engine *engine.Engine  // nil: there are no scripts
	ended  chan error
	failed error
}

// start runs the scripts, one after the other's statements have started.
func (f *serveFlags) start(cmd *cobra.Command, ctx context.Context, s *server.Server, scripts []*diag.Source) (*queries, error) {
	q := &queries{ctx: ctx, ended: make(chan error, 1)}
	if len(scripts) == 0 {
		return q, nil
	}
	cfg := f.script.config(cmd)
	cfg.Log, cfg.Served, cfg.Wrote = s.Log(), true, s.Wrote
	cfg.Scope = shard.Scope{Account: f.cfg.Account, Region: f.cfg.Region}
	cfg.Failed = func(err error) {
		f.cfg.Logger.Error("a query has failed and is not run again before the server is; the others go on", "error", err)
	}
	e, err := engine.New(cfg)
	if err != nil {
		return nil, &status{exitUsage, err}
	}
	q.engine = e
	if err := s.ObserveLags(e.Lags); err != nil {
		return nil, &status{exitError, err}
	}
	s.ShowWindows(func(ctx context.Context, pump string) (any, error) { return e.Windows(ctx, pump) })
	e.OnWarning(func(text string) { f.cfg.Logger.Warn(text) })
	ctx, cancel := context.WithCancel(ctx)
	q.ctx = ctx
	out := cmd.OutOrStdout()
	go func() {
		err := e.RunScript(context.WithoutCancel(ctx), join(scripts), &engine.Writer{W: out, Format: f.script.encoder(out)})
		var failed *engine.QueryError
		if err != nil && !errors.As(err, &failed) {
			cancel() // a script that does not run ends the server, a query that fails does not
		}
		q.ended <- place(err, scripts)
	}()
	return q, nil
}

// stop ends the scripts with what they have read, and waits for them.
func (q *queries) stop() {
	if q.engine == nil {
		return
	}
	q.engine.Flush()
	q.failed = <-q.ended
	q.engine.Close()
}

// err is why the scripts have failed.
func (q *queries) err() error {
	if q.failed == nil {
		return nil
	}
	return &status{exitScript, q.failed}
}

package nexmark

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"kinesql/cmd/internal/nexmark"
)

// verify runs a query once, folds its changes, and compares all rows with
// DuckDB's. It returns what is wrong, if anything.
func (r *runner) verify(ctx context.Context, q nexmark.Query) (wrong string, err error) {
	script, out := filepath.Join(r.work, "verify.sql"), filepath.Join(r.work, "verify.jsonl")
	if err := os.WriteFile(script, []byte(q.Script(r.file, r.side, true)), 0o600); err != nil {
		return "", err
	}
	f, err := os.Create(out)
	if err != nil {
		return "", err
	}
	defer f.Close()
	cmd := kinesql(ctx, r.binary, script)
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = f, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, stderr.String())
	}
	if strings.Contains(stderr.String(), "late") {
		return "kinesql says " + stderr.String(), nil
	}
	return r.compare(q, out)
}

// compare folds the rows of a JSON lines file, in which "op" says what each does,
// and compares them with DuckDB's answer.
func (r *runner) compare(q nexmark.Query, file string) (wrong string, err error) {
	if _, err := r.db.Exec(fmt.Sprintf("CREATE OR REPLACE TEMP TABLE got AS SELECT %s, "+
		"sum(CASE WHEN op IN ('-U', '-D') THEN -1 ELSE 1 END) AS n FROM read_json('%s', format = 'newline_delimited', "+
		"columns = {op: 'VARCHAR', %s}) GROUP BY ALL HAVING n <> 0", list(q), strings.ReplaceAll(file, "'", "''"), types(q))); err != nil {
		return "", err
	}
	if _, err := r.db.Exec(fmt.Sprintf("CREATE OR REPLACE TEMP TABLE want AS SELECT %s, count(*) AS n FROM (%s) GROUP BY ALL",
		list(q), q.Duck)); err != nil {
		return "", err
	}
	if q.Clock {
		for _, table := range []string{"got", "want"} {
			if _, err := r.db.Exec(fmt.Sprintf("CREATE OR REPLACE TEMP TABLE %[1]s AS SELECT bidder, sum(bid_count * n) FROM %[1]s GROUP BY ALL", table)); err != nil {
				return "", err
			}
		}
	}
	res, err := r.db.Query("SELECT (SELECT count(*) FROM got), (SELECT count(*) FROM want), " +
		"(SELECT count(*) FROM (FROM got EXCEPT FROM want)), (SELECT count(*) FROM (FROM want EXCEPT FROM got))")
	if err != nil {
		return "", err
	}
	counts := res.Rows[0]
	switch {
	case counts[1].(int64) == 0:
		return "there are no rows to compare", nil
	case counts[2].(int64)+counts[3].(int64) == 0:
		return "", nil
	}
	example, err := r.db.Query("(SELECT 'not wanted', * FROM (FROM got EXCEPT FROM want) LIMIT 2) UNION ALL " +
		"(SELECT 'missing', * FROM (FROM want EXCEPT FROM got) LIMIT 2)")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d rows, want %d; %d not wanted, %d missing, such as %v", counts[0], counts[1], counts[2], counts[3], example.Rows), nil
}

// columns are the names and types of a query's result.
func columns(q nexmark.Query) (names, types []string) {
	text := strings.ReplaceAll(q.Columns, "DECIMAL(23, 3)", "DECIMAL(23,3)")
	for _, c := range strings.Split(text, ", ") {
		name, typ, _ := strings.Cut(c, " ")
		names, types = append(names, name), append(types, typ)
	}
	return names, types
}

// list is the columns, doubles rounded: they may be summed in another order.
func list(q nexmark.Query) string {
	names, types := columns(q)
	for i, t := range types {
		if t == "DOUBLE" {
			names[i] = fmt.Sprintf("round(%[1]s, 4) AS %[1]s", names[i])
		}
	}
	return strings.Join(names, ", ")
}

// types is the columns as read_json wants them.
func types(q nexmark.Query) string {
	names, types := columns(q)
	for i := range names {
		names[i] = fmt.Sprintf("%s: '%s'", names[i], types[i])
	}
	return strings.Join(names, ", ")
}

package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"kinesql/cmd/internal/oracle"
)

// mismatchError says that the two systems disagree.
type mismatchError struct{ detail string }

// Error implements error.
func (e *mismatchError) Error() string { return "results differ from DuckDB's: " + e.detail }

// verify runs a query and its checks in both systems, and compares all rows.
func verify(ctx context.Context, d *oracle.DuckDB, binary string, q query, input, dir string) error {
	for _, q := range append([]query{q}, q.checks...) {
		out := filepath.Join(dir, "verify.jsonl")
		if err := runToFile(ctx, binary, q.script(input, true), out); err != nil {
			return err
		}
		if err := compareFile(d, q, input, out); err != nil {
			return err
		}
		if err := os.Remove(out); err != nil {
			return err
		}
	}
	return nil
}

// runToFile runs a script with its rows written to out as JSON lines. Late or
// failed rows are a mismatch: the input has none.
func runToFile(ctx context.Context, binary, script, out string) error {
	path := out + ".sql"
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		return err
	}
	f, err := os.Create(out)
	if err != nil {
		return err
	}
	defer f.Close()
	cmd := exec.CommandContext(ctx, binary, "run", "--format", "jsonl", "--no-progress", path)
	var stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = f, &stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("%s: %w\n%s", cmd, err, stderr.String())
	}
	if stderr.Len() > 0 {
		return &mismatchError{"kinesql says " + strings.TrimSpace(stderr.String())}
	}
	return f.Close()
}

// compareFile compares the rows of a JSON lines file with DuckDB's answer, as
// multisets, in DuckDB.
func compareFile(d *oracle.DuckDB, q query, input, out string) error {
	if _, err := d.Exec(fmt.Sprintf("CREATE OR REPLACE TEMP TABLE got AS SELECT * FROM "+
		"read_json('%s', format = 'newline_delimited', columns = %s)", quoted(out), duckColumns(q.columns))); err != nil {
		return err
	}
	if _, err := d.Exec("CREATE OR REPLACE TEMP TABLE want AS " + fmt.Sprintf(q.duck, quoted(input))); err != nil {
		return err
	}
	r, err := d.Query("SELECT (SELECT count(*) FROM got), (SELECT count(*) FROM want), " +
		"(SELECT count(*) FROM (" + except("got", "want") + ")), (SELECT count(*) FROM (" + except("want", "got") + "))")
	if err != nil {
		return err
	}
	row := r.Rows[0]
	got, want, surplus, missing := row[0].(int64), row[1].(int64), row[2].(int64), row[3].(int64)
	if want == 0 {
		return &mismatchError{"there are no rows to compare"}
	}
	if surplus+missing == 0 {
		return nil
	}
	example, err := d.Query(fmt.Sprintf("(SELECT 'not wanted', * FROM got WHERE hash(got) IN (%s) LIMIT 3) UNION ALL "+
		"(SELECT 'missing', * FROM want WHERE hash(want) IN (%s) LIMIT 3)", except("got", "want"), except("want", "got")))
	if err != nil {
		return err
	}
	return &mismatchError{fmt.Sprintf("%d rows, want %d; %d not wanted, %d missing, such as %v", got, want, surplus, missing, example.Rows)}
}

// except is the hashes of the rows of table a that are not in b. Rows of 64-bit
// hashes need a fraction of the memory that the rows would.
func except(a, b string) string {
	return fmt.Sprintf("SELECT hash(%[1]s) FROM %[1]s EXCEPT ALL SELECT hash(%[2]s) FROM %[2]s", a, b)
}

// duckColumns turns "a BIGINT, b VARCHAR" into DuckDB's {a: 'BIGINT', b: 'VARCHAR'}.
func duckColumns(columns string) string {
	var parts []string
	for _, c := range strings.Split(columns, ",") {
		name, typ, _ := strings.Cut(strings.TrimSpace(c), " ")
		parts = append(parts, fmt.Sprintf("%s: '%s'", name, typ))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

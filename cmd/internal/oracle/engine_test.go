package oracle

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/cmd/internal/engine"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/sql/diag"
)

// setting is one way to run a query; all ways must give one answer.
type setting struct {
	parallelism, batchRows int
	rules                  bool
}

func (s setting) String() string {
	return fmt.Sprintf("parallelism=%d,batch=%d,rules=%t", s.parallelism, s.batchRows, s.rules)
}

// settings are all combinations.
func settings() []setting {
	var all []setting
	for _, p := range []int{1, 3} {
		for _, rows := range []int{1, 7, 4096} {
			for _, rules := range []bool{true, false} {
				all = append(all, setting{p, rows, rules})
			}
		}
	}
	return all
}

// outcome is what a script gave.
type outcome struct {
	rows   [][]any
	late   []lateRow
	failed []int64 // lines
	stats  engine.Stats
}

// lateRow is a row of the late stream, or of the error stream.
type lateRow struct {
	Split string `json:"split"`
	Line  int64  `json:"line"`
	Raw   string `json:"raw"`
}

// perform runs a script with one SELECT.
func perform(t *testing.T, s setting, script string) outcome {
	t.Helper()
	dir := t.TempDir()
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer alloc.AssertSize(t, 0)
	cfg := engine.Config{
		Parallelism: s.parallelism, BatchRows: s.batchRows, Alloc: alloc,
		Now:    func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) },
		LateTo: filepath.Join(dir, "late.jsonl"), ErrorsTo: filepath.Join(dir, "failed.jsonl"), Stdin: strings.NewReader(""),
	}
	if !s.rules {
		cfg.Disabled = engine.Rules()
	}
	e, err := engine.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	var out outcome
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	rows := &collector{}
	if err := e.RunScript(ctx, &diag.Source{Name: "oracle.sql", Text: script}, rows); err != nil {
		t.Fatalf("%v\n%s", err, script)
	}
	out.rows, out.stats = rows.rows, e.Stats()
	out.late = readFaults(t, cfg.LateTo)
	for _, f := range readFaults(t, cfg.ErrorsTo) {
		out.failed = append(out.failed, f.Line)
	}
	return out
}

// readFaults reads late or failed rows by line; without any there may be no file.
func readFaults(t *testing.T, path string) []lateRow {
	t.Helper()
	f, err := os.Open(path)
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var out []lateRow
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var r lateRow
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			t.Fatalf("late row %s: %v", lines.Text(), err)
		}
		out = append(out, r)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(out, func(a, b lateRow) int { return int(a.Line - b.Line) })
	return out
}

// collector is an engine.Output that keeps the rows as Go values. Changes are
// folded: what is taken back is gone.
type collector struct{ rows [][]any }

// Result implements engine.Output.
func (c *collector) Result(*batch.Schema, bool) (operators.Sink, error) { return c, nil }

// Text implements engine.Output.
func (c *collector) Text(string) error { return nil }

// Open implements operators.Sink.
func (c *collector) Open(context.Context, operators.Env) error { return nil }

// Write implements operators.Sink.
func (c *collector) Write(_ context.Context, b batch.Batch) error {
	cols := make([]batch.Vector, b.SQLSchema().Len())
	for i := range cols {
		cols[i] = b.Vector(i)
	}
	for r := range b.Rows() {
		row := make([]any, len(cols))
		for i := range cols {
			row[i] = cell(&cols[i], r)
		}
		if b.Kind(r).Adds() {
			c.rows = append(c.rows, row)
		} else if err := c.takeBack(row); err != nil {
			return err
		}
	}
	return nil
}

func (c *collector) takeBack(row []any) error {
	at := slices.IndexFunc(c.rows, func(r []any) bool { return Diff([][]any{r}, [][]any{row}) == "" })
	if at < 0 {
		return fmt.Errorf("the row %s is taken back and was not there", printRow(row))
	}
	c.rows = slices.Delete(c.rows, at, at+1)
	return nil
}

// Prepare implements operators.Sink.
func (c *collector) Prepare(context.Context, uint64) ([]byte, error) { return nil, nil }

// Commit implements operators.Sink.
func (c *collector) Commit(context.Context, uint64, []byte) error { return nil }

// Close implements operators.Sink.
func (c *collector) Close() error { return nil }

// cell is a value as DuckDB's client gives it.
func cell(v *batch.Vector, r int) any {
	if !v.IsValid(r) {
		return nil
	}
	switch v.Type.Lane() {
	case batch.LaneFloat:
		return v.F64[v.At(r)]
	case batch.LaneBool:
		return v.Bool[v.At(r)]
	case batch.LaneBytes:
		return string(v.Bytes(r))
	case batch.LaneDecimal:
		scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(v.Type.Scale)), nil)
		return new(big.Rat).SetFrac(v.Dec[v.At(r)].BigInt(), scale)
	case batch.LaneNested:
		return v.Nested.ValueStr(r)
	}
	n := v.I64[v.At(r)]
	switch v.Type.ID {
	case batch.Timestamp:
		return time.UnixMicro(n).UTC()
	case batch.Date:
		return time.Unix(n*24*60*60, 0).UTC()
	}
	return n
}

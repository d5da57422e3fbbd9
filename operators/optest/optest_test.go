package optest

import (
	"context"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

var all = batch.NewSchema(
	batch.Field{Name: "b", Type: batch.Of(batch.Boolean)},
	batch.Field{Name: "i", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "f", Type: batch.Of(batch.Double)},
	batch.Field{Name: "d", Type: batch.DecimalOf(10, 2)},
	batch.Field{Name: "s", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "x", Type: batch.Of(batch.Varbinary)},
	batch.Field{Name: "day", Type: batch.Of(batch.Date)},
	batch.Field{Name: "t", Type: batch.Of(batch.Time)},
	batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
	batch.Field{Name: "a", Type: batch.ArrayOf(batch.Of(batch.BigInt))},
	batch.Field{Name: "r", Type: batch.RowOf(batch.Field{Name: "m", Type: batch.Of(batch.Varchar)})},
)

const allRows = `-U true|-3|2.5|-12.30|a\|b\\|00ff|2015-05-17|10:05:03.25|2015-05-17T10:05:03.25|[1,null,3]|{"m":"x\|"}
+U false|9223372036854775807|1e+300|0.01|\NULL||1969-12-31|00:00:00|1969-12-31T23:59:59.999999|[]|{"m":null}
-D NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL
`

func TestTextIsWhatRowsRead(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	b := Rows(alloc, all, allRows)
	if got := Text(b); got != allRows {
		t.Errorf("got\n%s\nwant\n%s", got, allRows)
	}
	b.Release()
	alloc.AssertSize(t, 0)
}

var kv = batch.NewSchema(
	batch.Field{Name: "k", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
)

func TestFold(t *testing.T) {
	for _, c := range []struct {
		name, in, want, err string
		keys                []int
	}{
		{"a multiset", "a|00:01\na|00:01\nb|00:02\n-D a|00:01", "a|1970-01-01T00:01:00\nb|1970-01-01T00:02:00\n", "", nil},
		{"an update", "a|00:01\n-U a|00:01\n+U a|00:02", "a|1970-01-01T00:02:00\n", "", []int{0}},
		{"a delete of nothing", "-D a|00:01", "", "absent", nil},
		{"a second row of a key", "a|00:01\na|00:02", "", "its key has", []int{0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := NewFold(c.keys...)
			err := f.Add(Rows(memory.DefaultAllocator, kv, c.in))
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Fatalf("got error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil || f.String() != c.want {
				t.Errorf("got %v\n%s", err, f)
			}
		})
	}
}

type nowhere struct{}

func (nowhere) Emit(context.Context, batch.Batch) error { return nil }

func TestCheck(t *testing.T) {
	e := Edge{Schema: kv, Time: 1, AppendOnly: true}
	changes := Edge{Schema: kv, Time: -1}
	for _, c := range []struct {
		name, in, want string
		edge           Edge
	}{
		{"good", "a|00:02\nb|00:03", "", e},
		{"late", "a|00:02\nb|00:00", "behind the watermark", e},
		{"not append-only", "-D a|00:02", "append-only", e},
		{"an update", "-U a|00:00\n+U a|00:01", "", changes},
		{"half an update", "-U a|00:00\na|00:01", "must follow", changes},
		{"the other half", "+U a|00:00", "must follow", changes},
		{"an update cut off", "a|00:00\n-U a|00:01", "without its +U", changes},
		{"schema", "a|00:02", "schema", Edge{Schema: all}},
		{"empty", "", "empty", e},
	} {
		t.Run(c.name, func(t *testing.T) {
			op := Check(c.edge)
			if err := op.Open(t.Context(), operators.Env{}); err != nil {
				t.Fatal(err)
			}
			if err := op.Advance(t.Context(), window.Minute, nowhere{}); err != nil {
				t.Fatal(err)
			}
			err := op.Process(t.Context(), 0, Rows(memory.DefaultAllocator, kv, c.in), nowhere{})
			switch {
			case c.want == "" && err != nil:
				t.Error(err)
			case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("got %v, want %q", err, c.want)
			}
			if err := op.Close(); err != nil {
				t.Error(err)
			}
			if op.Close() == nil || op.Advance(t.Context(), window.Max, nowhere{}) == nil {
				t.Error("a call after Close went through")
			}
		})
	}
}

// buffer is an operator that holds all rows until they are behind the watermark.
type buffer struct{ held []batch.Batch }

func (b *buffer) Open(context.Context, operators.Env) error         { return nil }
func (b *buffer) Snapshot(context.Context, operators.Barrier) error { return nil }
func (b *buffer) Process(_ context.Context, _ int, in batch.Batch, _ operators.Emitter) error {
	b.held = append(b.held, in.Own())
	return nil
}

func (b *buffer) Advance(ctx context.Context, _ window.Micros, out operators.Emitter) error {
	for len(b.held) > 0 {
		if b.held[0].Rows() > 0 {
			if err := out.Emit(ctx, b.held[0]); err != nil {
				return err
			}
		}
		b.held[0].Release()
		b.held = b.held[1:]
	}
	return nil
}

func (b *buffer) Close() error {
	for _, h := range b.held {
		h.Release()
	}
	b.held = nil
	return nil
}

func TestRun(t *testing.T) {
	Run(t, Case{
		New: func() (operators.Operator, error) { return &buffer{}, nil },
		In:  []*batch.Schema{kv, kv}, Out: Edge{Schema: kv, Time: -1}, Keys: []int{0}, Retracts: true,
		Script: `
			a|00:01
			b|NULL
			port 1
			c|00:02
			@ 00:02
			-U c|00:02
			+U c|00:03`,
		Want: `
			a|1970-01-01T00:01:00
			b|NULL
			c|1970-01-01T00:03:00`,
	})
}

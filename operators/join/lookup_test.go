package join

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/window"
)

var (
	lookupIn  = batch.NewSchema(batch.Field{Name: "k", Type: batch.Of(batch.BigInt)})
	lookupTab = batch.NewSchema(batch.Field{Name: "k", Type: batch.Of(batch.BigInt)}, batch.Field{Name: "v", Type: batch.Of(batch.Varchar)})
)

// tableSource gives pairs of key and text; err fails it.
type tableSource struct {
	alloc memory.Allocator
	rows  []string
	err   error
}

func (s *tableSource) Open(_ context.Context, env operators.Env) error {
	s.alloc = env.Alloc
	return s.err
}

func (s *tableSource) Poll(context.Context) (operators.Polled, error) {
	if len(s.rows) == 0 {
		return operators.Polled{MaxTime: window.Min}, io.EOF
	}
	b := batch.NewBuilder(s.alloc, lookupTab)
	defer b.Close()
	b.Reset(1)
	b.Cols[0].I64 = append(b.Cols[0].I64, int64(s.rows[0][0]-'0'))
	b.Cols[1].AppendBytes([]byte(s.rows[0][1:]))
	b.EndRow()
	s.rows = s.rows[1:]
	return operators.Polled{Batch: b.Finish(nil), MaxTime: window.Min}, nil
}

func (s *tableSource) Snapshot(context.Context) ([]operators.Position, error) { return nil, nil }
func (s *tableSource) Close() error                                           { return nil }

// told collects row errors.
type told struct{ errors []string }

func (f *told) RowError(e operators.RowError) { f.errors = append(f.errors, e.Message) }
func (f *told) LateRow(operators.LateRow)     {}

// shown collects rows as text.
type shown struct{ rows []string }

func (s *shown) Emit(_ context.Context, b batch.Batch) error {
	for i := range b.Rows() {
		s.rows = append(s.rows, string(b.JSON(i)))
	}
	return nil
}

// TestLookupRefresh reads a table again: what came out stays, a failure keeps the
// table and is told, and instances share it.
func TestLookupRefresh(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer alloc.AssertSize(t, 0)
	now, faults := time.Unix(0, 0), &told{}
	next := tableSource{rows: []string{"1a", "1b", "2c"}}
	table := NewReference(ReferenceConfig{
		Name: "t", Schema: lookupTab, MaxRows: 3, Refresh: time.Minute,
		Keys:   []expr.Node{&expr.Column{Index: 0, Name: "k", Typ: batch.Of(batch.BigInt), At: -1}},
		Source: func() (operators.Source, error) { s := next; return &s, nil },
	})
	env := operators.Env{Alloc: alloc, Now: func() time.Time { return now }, Faults: faults, BatchRows: 2}
	var ops []operators.Operator
	for range 2 {
		op, err := NewLookup(LookupConfig{In: lookupIn, Out: batch.NewSchema(append(lookupIn.Fields(), lookupTab.Fields()...)...), Keys: []int{0}, Kind: Left, Table: table})
		if err == nil {
			err = op.Open(context.Background(), env)
		}
		if err != nil {
			t.Fatal(err)
		}
		ops = append(ops, op)
	}
	step := func(want string) {
		t.Helper()
		now = now.Add(time.Minute)
		out := &shown{}
		for _, op := range ops {
			if err := op.(operators.Ticker).Tick(context.Background(), out); err != nil {
				t.Fatal(err)
			}
		}
		b := batch.New(lookupIn, 2, []batch.Vector{{Type: batch.Of(batch.BigInt), Len: 2, I64: []int64{1, 3}}}, batch.Beside{})
		defer b.Release()
		if err := ops[1].Process(context.Background(), 0, b, out); err != nil {
			t.Fatal(err)
		}
		var texts []string
		for _, r := range out.rows {
			_, v, _ := strings.Cut(r, `"v":`)
			texts = append(texts, strings.Trim(v, `"}`))
		}
		if got := fmt.Sprint(texts, len(faults.errors)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
	step("[a b null] 0")
	next = tableSource{rows: []string{"3d"}}
	step("[null d] 0")
	next = tableSource{err: errors.New("gone")}
	step("[null d] 1")
	next = tableSource{rows: []string{"1a", "1b", "2c", "3e"}}
	step("[null d] 2")
	next = tableSource{err: operators.ErrUnchanged}
	step("[null d] 2")
	for _, op := range ops {
		if err := op.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

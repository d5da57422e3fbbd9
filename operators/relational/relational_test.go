package relational

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"go.uber.org/goleak"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/operators/optest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var in = batch.NewSchema(
	batch.Field{Name: "k", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "a", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "b", Type: batch.Of(batch.BigInt)},
)

func column(i int) expr.Node {
	return &expr.Column{Index: i, Name: in.Field(i).Name, Typ: in.Field(i).Type, At: -1}
}

func integer(i int64) expr.Node { return expr.NewLiteral(i, batch.Of(batch.BigInt), -1) }

func boolean(b bool) expr.Node { return expr.NewLiteral(b, batch.Of(batch.Boolean), -1) }

func call(t *testing.T, name string, args ...expr.Node) expr.Node {
	t.Helper()
	n, err := expr.New(name, args, -1)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func fields(names ...string) *batch.Schema {
	var out []batch.Field
	for _, name := range names {
		id := batch.BigInt
		if name == "k" {
			id = batch.Varchar
		}
		out = append(out, batch.Field{Name: name, Type: batch.Of(id)})
	}
	return batch.NewSchema(out...)
}

const rows = `
	x|1|10
	y|2|0
	NULL|3|NULL
	z|NULL|5
	-U x|1|10
	+U x|7|10
	@ 00:01
	w|8|2`

func TestFilter(t *testing.T) {
	// a > 1 and 10 / b > 0
	some := call(t, "AND", call(t, ">", column(1), integer(1)), call(t, ">", call(t, "DIV", integer(10), column(2)), integer(0)))
	for _, c := range []struct {
		name         string
		cond         expr.Node
		want, errors string
	}{
		{"some", some, "+I w|8|2\n+I x|7|10", `KSQL-4002 {"k":"y","a":2,"b":0}`},
		{"all", boolean(true), "x|7|10\ny|2|0\nNULL|3|NULL\nz|NULL|5\nw|8|2", ""},
		{"none", boolean(false), "", ""},
		{"null", expr.NewLiteral(nil, batch.Of(batch.Boolean), -1), "", ""},
		{"not null", call(t, "IS NOT NULL", column(1)), "x|7|10\ny|2|0\nNULL|3|NULL\nw|8|2", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			optest.Run(t, optest.Case{
				New: func() (operators.Operator, error) { return NewFilter(in, c.cond) },
				In:  []*batch.Schema{in}, Out: optest.Edge{Schema: in, Time: -1},
				Script: rows, Want: strings.ReplaceAll(c.want, "+I ", ""), Errors: c.errors,
			})
		})
	}
}

// TestFilterOfHalfAnUpdate keeps one half of each of two updates.
func TestFilterOfHalfAnUpdate(t *testing.T) {
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return NewFilter(in, call(t, ">", column(1), integer(4))) },
		In:  []*batch.Schema{in}, Out: optest.Edge{Schema: in, Time: -1}, Retracts: true,
		Script: "x|1|0\ny|5|0\nz|9|0\n-U x|1|0\n+U x|6|0\n-U y|5|0\n+U y|2|0\n-U z|9|0\n+U z|8|0",
		Want:   "x|6|0\nz|8|0",
	})
}

func TestProject(t *testing.T) {
	out := fields("k", "sum", "one", "again")
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) {
			return NewProject(in, out, []expr.Node{column(0), call(t, "+", column(1), column(2)), integer(1), column(1)})
		},
		In: []*batch.Schema{in}, Out: optest.Edge{Schema: out, Time: -1},
		Script: rows,
		Want:   "x|17|1|7\ny|2|1|2\nNULL|NULL|1|3\nz|NULL|1|NULL\nw|10|1|8",
	})
}

func TestProjectOfRowsThatFail(t *testing.T) {
	out := fields("q", "r")
	div := func(a, b int) expr.Node { return call(t, "DIV", column(a), column(b)) }
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return NewProject(in, out, []expr.Node{div(1, 2), div(2, 1)}) },
		In:  []*batch.Schema{in}, Out: optest.Edge{Schema: out, Time: -1, AppendOnly: true},
		Script: "x|6|3\ny|0|0\nz|0|2\nw|3|0\nv|4|9",
		Want:   "2|0\n0|2",
		Errors: `
			KSQL-4002 {"k":"y","a":0,"b":0}
			KSQL-4002 {"k":"w","a":3,"b":0}
			KSQL-4002 {"k":"z","a":0,"b":2}`,
	})
}

func TestOperatorsThatDoNotFit(t *testing.T) {
	far := &expr.Column{Index: 9, Name: "far", Typ: batch.Of(batch.Boolean)}
	out := fields("k")
	for name, make := range map[string]func() (operators.Operator, error){
		"a filter by a number":   func() (operators.Operator, error) { return NewFilter(in, column(1)) },
		"a filter by no column":  func() (operators.Operator, error) { return NewFilter(in, far) },
		"too few expressions":    func() (operators.Operator, error) { return NewProject(in, out, nil) },
		"a project of no column": func() (operators.Operator, error) { return NewProject(in, out, []expr.Node{far}) },
		"another type":           func() (operators.Operator, error) { return NewProject(in, out, []expr.Node{column(1)}) },
		"a sort by no column":    func() (operators.Operator, error) { return NewSort(Sort{Schema: in, Keys: by(9), WindowEnd: -1}) },
		"a window of a number":   func() (operators.Operator, error) { return NewSort(Sort{Schema: in, WindowEnd: 1}) },
	} {
		if _, err := make(); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestUnion(t *testing.T) {
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return NewUnion(), nil },
		In:  []*batch.Schema{in, in}, Out: optest.Edge{Schema: in, Time: -1}, Retracts: true,
		Script: rows + "\nport 1\nq|1|1", Want: "x|7|10\ny|2|0\nNULL|3|NULL\nz|NULL|5\nw|8|2\nq|1|1",
	})
}

func TestLimit(t *testing.T) {
	for _, c := range []struct {
		limit, offset int64
		want          string
	}{
		{2, 0, "a|1|1\nb|2|2"}, {2, 1, "b|2|2\nc|3|3"}, {0, 0, ""}, {-1, 3, "d|4|4"}, {9, 9, ""}, {9, 0, "a|1|1\nb|2|2\nc|3|3\nd|4|4"},
	} {
		optest.Run(t, optest.Case{
			New: func() (operators.Operator, error) { return NewLimit(c.limit, c.offset), nil },
			In:  []*batch.Schema{in}, Out: optest.Edge{Schema: in, Time: -1, AppendOnly: true},
			Script: "a|1|1\nb|2|2\nc|3|3\nd|4|4", Want: c.want, Ordered: true,
		})
	}
}

func TestLimitIsDoneWithItsLastRow(t *testing.T) {
	b := optest.Rows(memory.DefaultAllocator, in, "a|1|1\nb|2|2")
	l := NewLimit(2, 0)
	var got string
	err := l.Process(t.Context(), 0, b, collect{&got})
	if !errors.Is(err, operators.ErrDone) || got != optest.Text(b) {
		t.Errorf("got %v and %q", err, got)
	}
}

func TestValues(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	src := NewValues(func(a memory.Allocator) batch.Batch { return optest.Rows(a, in, "a|1|2") })
	if err := src.Open(t.Context(), operators.Env{Alloc: alloc}); err != nil {
		t.Fatal(err)
	}
	p, err := src.Poll(t.Context())
	if err != nil || optest.Text(p.Batch) != "a|1|2\n" {
		t.Errorf("got %v, %v", p.Batch, err)
	}
	p.Batch.Release()
	if _, err := src.Poll(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("got %v", err)
	}
	alloc.AssertSize(t, 0)
}

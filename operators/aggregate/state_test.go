package aggregate

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"pgregory.net/rapid"

	"kinesql/operators/batch"
)

// sorts are the types that arguments are drawn of.
var sorts = []batch.Type{
	batch.Of(batch.BigInt), batch.Of(batch.Double), batch.Of(batch.Boolean), batch.DecimalOf(10, 2),
	batch.Of(batch.Varchar), batch.Of(batch.Timestamp),
}

// draw makes a column of n values of which some are NULL and many are equal.
func draw(t *rapid.T, typ batch.Type, n int) batch.Vector {
	v := batch.Vector{Type: typ}
	for range n {
		x := rapid.Int64Range(-4, 4).Draw(t, "value")
		switch {
		case x == 4:
			appendNull(&v)
		case typ.Lane() == batch.LaneInt:
			appendInt(&v, x<<rapid.SampledFrom([]int{0, 0, 61}).Draw(t, "shift"))
		case typ.Lane() == batch.LaneFloat:
			appendFloat(&v, []float64{0.5, -0.25, 1024, 3, math.Copysign(0, -1), 0, 7, 2}[x+4])
		case typ.Lane() == batch.LaneBool:
			appendBool(&v, x > 0)
		case typ.Lane() == batch.LaneDecimal:
			appendDecimal(&v, decimal128.FromI64(x*150))
		default:
			appendBytes(&v, []byte([]string{"", "a", "a\x00b", "b", "bb", "zebra", "\x00", "é"}[x+4]))
		}
	}
	return v
}

// calls returns every function over every sort of argument that it takes, also
// with DISTINCT.
func everyCall(t *testing.T) (specs []spec, makes []func() State, types []batch.Type) {
	for _, f := range Functions() {
		for _, typ := range sorts {
			for _, distinct := range []bool{false, true} {
				args := []batch.Type{typ}
				if f.Name == "MIN_BY" || f.Name == "MAX_BY" {
					args = append(args, typ)
				}
				result, cast, err := Resolve(f.Name, args, distinct)
				if err != nil || !slices.EqualFunc(args, cast, batch.Type.Equal) {
					continue
				}
				s := spec{Call: Call{Name: f.Name, Args: []int{0, 1}[:len(args)], Distinct: distinct, Filter: -1}, args: args}
				if f.Name == "APPROX_PERCENTILE" {
					s.Params = []any{0.5}
				}
				newState, _, err := stateOf(f, s, false)
				if err != nil {
					t.Fatalf("%s over %v: %v", f.Name, args, err)
				}
				specs, makes, types = append(specs, s), append(makes, newState), append(types, result)
			}
		}
	}
	return specs, makes, types
}

// offHalves moves results that rounding would split by their last bit.
const offHalves = 1 + 1.234567e-7

// render returns the results of all groups.
func render(s State, typ batch.Type, groups int) string {
	out := batch.Vector{Type: typ}
	ids := make([]uint32, groups)
	for i := range ids {
		ids[i] = uint32(i)
	}
	var failed []string
	s.Result(ids, &out, func(i int, m string) { failed = append(failed, fmt.Sprint(i, m)) })
	var lines []string
	for i := range groups {
		line := "NULL"
		if out.IsValid(i) {
			switch typ.Lane() {
			case batch.LaneInt:
				line = fmt.Sprint(out.I64[i])
			case batch.LaneFloat:
				line = fmt.Sprintf("%.6g", out.F64[i]*offHalves+0)
			case batch.LaneBool:
				line = fmt.Sprint(out.Bool[i])
			case batch.LaneDecimal:
				line = out.Dec[i].ToString(int32(typ.Scale))
			default:
				line = string(out.Bytes(i))
			}
		}
		lines = append(lines, line)
	}
	return fmt.Sprintf("%q %q", lines, failed)
}

// TestStates checks for every function: rows added in two states and merged are
// as rows added in one; what is taken back leaves no trace; Reset empties.
func TestStates(t *testing.T) {
	specs, makes, types := everyCall(t)
	if len(specs) < 60 {
		t.Fatalf("only %d calls", len(specs))
	}
	for i, s := range specs {
		t.Run(fmt.Sprintf("%s %v %v", s.Name, s.args[0], s.Distinct), func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { checkState(t, s, makes[i], types[i]) })
		})
	}
}

const testGroups = 3

func checkState(t *rapid.T, s spec, newState func() State, typ batch.Type) {
	n := rapid.IntRange(0, 12).Draw(t, "rows")
	in := &Rows{Time: make([]int64, n), Seq: 100}
	for _, a := range s.args {
		in.Args = append(in.Args, draw(t, a, n))
	}
	f, _ := Lookup(s.Name)
	var rows []int32
	var ids []uint32
	for r := range n {
		in.Time[r] = rapid.Int64Range(0, 3).Draw(t, "time")
		if !f.seesNulls && anyNull(in.Args, r) {
			continue
		}
		rows = append(rows, int32(r))
		ids = append(ids, uint32(rapid.IntRange(0, testGroups-1).Draw(t, "group")))
	}
	cut := rapid.IntRange(0, len(rows)).Draw(t, "cut")
	fresh := func(from, to int) State {
		st := newState()
		st.Grow(testGroups)
		st.Add(in, rows[from:to], ids[from:to])
		return st
	}
	all := []uint32{0, 1, 2}
	want := render(fresh(0, len(rows)), typ, testGroups)
	merged := fresh(0, cut)
	merged.Merge(fresh(cut, len(rows)), all, all)
	if got := render(merged, typ, testGroups); got != want {
		t.Fatalf("merged at %d: %s, at once: %s", cut, got, want)
	}
	if r, ok := merged.(Retractor); ok && r.Retracts() {
		head := render(fresh(0, cut), typ, testGroups)
		r.Retract(in, rows[cut:], ids[cut:])
		if got := render(r, typ, testGroups); got != head {
			t.Fatalf("retracted to %d: %s, want %s", cut, got, head)
		}
		r.Add(in, rows[cut:], ids[cut:])
		checkUnmerge(t, r, fresh(cut, len(rows)), typ, head)
	}
	merged.Reset(all)
	if got, empty := render(merged, typ, testGroups), render(fresh(0, 0), typ, testGroups); got != empty {
		t.Fatalf("after Reset: %s, want %s", got, empty)
	}
	merged.Add(in, rows, ids)
	if got := render(merged, typ, testGroups); got != want {
		t.Fatalf("used again: %s, want %s", got, want)
	}
}

// checkUnmerge takes a tail off, packed if it can be.
func checkUnmerge(t *rapid.T, r Retractor, tail State, typ batch.Type, head string) {
	all := []uint32{0, 1, 2}
	if p, ok := tail.(Packer); ok {
		tail = p.Pack(testGroups)
	}
	r.Unmerge(tail, all, all)
	if got := render(r, typ, testGroups); got != head {
		t.Fatalf("unmerged: %s, want %s", got, head)
	}
}

func anyNull(args []batch.Vector, r int) bool {
	for i := range args {
		if !args[i].IsValid(r) {
			return true
		}
	}
	return false
}

func TestPackInts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SliceOf(rapid.OneOf(rapid.Int64(), rapid.Int64Range(-3, 300))).Draw(t, "list")
		p := packInts(list)
		for i, want := range list {
			if got := p.at(uint32(i)); got != want {
				t.Fatalf("%d is %d, want %d", i, got, want)
			}
		}
	})
}

package windowed_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// relation is the relation that an operator's changes come to.
type relation struct {
	outcome
	t    require
	fold *optest.Fold
	n    int
}

// Emit implements operators.Emitter.
func (f *relation) Emit(_ context.Context, b batch.Batch) error {
	f.n += b.Rows()
	if err := f.fold.Add(b); err != nil {
		f.t.Fatalf("%v", err)
	}
	return nil
}

// clocked runs an operator over events cut into batches, with ticks of a clock that
// moves on a second a batch.
func clocked(t require, op operators.Operator, list []event, size int) *relation {
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	out := &relation{t: t, fold: optest.NewFold(0, 1, 2)}
	now := time.Unix(0, 0)
	ctx := context.Background()
	must := func(err error) {
		if err != nil {
			t.Fatalf("run: %v", err)
		}
	}
	must(op.Open(ctx, operators.Env{Alloc: alloc, Now: func() time.Time { return now }, Faults: out, BatchRows: 1 + size%5}))
	for len(list) > 0 {
		n := min(size, len(list))
		b := build(alloc, list[:n])
		must(op.Process(ctx, 0, b, out))
		b.Release()
		must(op.Advance(ctx, list[n-1].mark, out))
		now = now.Add(time.Second)
		if k, ok := op.(operators.Ticker); ok && !k.NextTick().IsZero() && !k.NextTick().After(now) {
			must(k.Tick(ctx, out))
		}
		list = list[n:]
	}
	must(op.Advance(ctx, window.Max, out))
	must(op.Close())
	alloc.AssertSize(t, 0)
	return out
}

type groupOf struct {
	key        string
	start, end window.Micros
}

// revised computes what must be left of the changes, and which rows are late.
func revised(list []event, spec window.Spec, e operators.Emission) (rows, late []string) {
	groups, first := map[groupOf][]event{}, map[string]window.Micros{}
	ends := map[window.Micros]bool{}
	top := window.Min
	for _, v := range list {
		counted, missed := false, ""
		for start := window.FloorTo(window.Micros(v.time), spec.Slide, spec.Offset); start+spec.Size > window.Micros(v.time); start -= spec.Slide {
			end := start + spec.Size
			if missed == "" {
				missed = fmt.Sprintf("%d in [%d, %d) at %d", v.time, start, end, v.mark)
			}
			if end+e.Lateness <= v.mark {
				continue
			}
			counted = true
			g := groupOf{text(v.key), start, end}
			groups[g] = append(groups[g], v)
			ends[end], top = true, max(top, end)
			if old, ok := first[g.key]; !ok || end < old {
				first[g.key] = end
			}
		}
		if !counted && missed != "" {
			late = append(late, missed)
		}
		if len(first) > 0 && v.mark > top {
			top = spec.EndAfter(v.mark) - spec.Slide
		}
	}
	if e.Empty {
		for key, end := range first {
			for ; end <= top; end += spec.Slide {
				g := groupOf{key, end - spec.Size, end}
				groups[g] = append(groups[g], nil...)
			}
		}
	}
	for g, in := range groups {
		n, _, sum, least, _, _ := sums(in)
		rows = append(rows, fmt.Sprintf("%s|%s|%s|%d|%s|%s", g.key, at(int64(g.start)), at(int64(g.end)), n, text(sum), text(least)))
	}
	return rows, late
}

func drawRevision(t *rapid.T) operators.Emission {
	e := operators.Emission{
		Mode:     rapid.SampledFrom([]operators.EmitMode{operators.EmitOnClose, operators.EmitChanges, operators.EmitEvery}).Draw(t, "mode"),
		Empty:    rapid.Bool().Draw(t, "empty"),
		Lateness: window.Micros(rapid.SampledFrom([]int64{0, 3, 10, 25}).Draw(t, "lateness")),
	}
	if e.Mode == operators.EmitEvery {
		e.Every = 3 * time.Second
	}
	return e
}

// TestRevisionsAgainstOracle folds the changes of every emission and compares them
// with the final windows.
func TestRevisionsAgainstOracle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list, e := events(t), drawRevision(t)
		size := window.Micros(rapid.Int64Range(1, 20).Draw(t, "size"))
		spec := window.TumbleOf(size, window.Micros(rapid.Int64Range(-3, 3).Draw(t, "offset")))
		if rapid.Bool().Draw(t, "hop") {
			spec = window.HopOf(size, window.Micros(rapid.Int64Range(1, int64(size)).Draw(t, "slide")), spec.Offset)
		}
		cfg := grouped(spec)
		cfg.In, cfg.Out = eventSchema, schema("k", bigint, "window_start", timestamp, "window_end", timestamp,
			"n", bigint, "sum", bigint, "min", bigint)
		cfg.Emission = e
		op, err := windowed.NewAggregate(cfg)
		if err != nil {
			t.Fatal(err)
		}
		got := clocked(t, op, list, rapid.SampledFrom([]int{1, 2, 3, 7, 100}).Draw(t, "batch"))
		rows, late := revised(list, spec, e)
		same(t, "rows", lines(got.fold.String()), rows)
		same(t, "late rows", got.late, late)
	})
}

func lines(text string) []string {
	out := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// revising is grouped with an emission.
func revising(spec window.Spec, e operators.Emission) func() (operators.Operator, error) {
	cfg := grouped(spec)
	cfg.Emission = e
	return func() (operators.Operator, error) { return windowed.NewAggregate(cfg) }
}

var revisedEdge = optest.Edge{Schema: grouped(window.Spec{}).Out, Time: -1}

func TestEmitChanges(t *testing.T) {
	optest.Run(t, optest.Case{
		New: revising(window.TumbleOf(10*window.Second, 0), operators.Emission{Mode: operators.EmitChanges}),
		In:  []*batch.Schema{input}, Out: revisedEdge, Keys: []int{0, 1, 2}, Script: few,
		Want: `
			NULL|1970-01-01T00:00:10|1970-01-01T00:00:20|2|12|5
			a|1970-01-01T00:00:00|1970-01-01T00:00:10|2|5|1
			a|1970-01-01T00:00:10|1970-01-01T00:00:20|1|NULL|NULL
			b|1970-01-01T00:00:00|1970-01-01T00:00:10|1|2|2
			b|1970-01-01T00:00:30|1970-01-01T00:00:40|1|8|8`,
		Late: `{"ts":"1970-01-01 00:00:09.5Z","k":"a","v":100}`,
	})
}

func TestLateness(t *testing.T) {
	optest.Run(t, optest.Case{
		New: revising(window.TumbleOf(10*window.Second, 0), operators.Emission{Lateness: 10 * window.Second}),
		In:  []*batch.Schema{input}, Out: revisedEdge, Keys: []int{0, 1, 2},
		Script: few + `
			@ 00:00:20
			00:00:09|a|1000`,
		Want: `
			NULL|1970-01-01T00:00:10|1970-01-01T00:00:20|2|12|5
			a|1970-01-01T00:00:00|1970-01-01T00:00:10|3|105|1
			a|1970-01-01T00:00:10|1970-01-01T00:00:20|1|NULL|NULL
			b|1970-01-01T00:00:00|1970-01-01T00:00:10|1|2|2
			b|1970-01-01T00:00:30|1970-01-01T00:00:40|1|8|8`,
		Late: `{"ts":"1970-01-01 00:00:09Z","k":"a","v":1000}`,
	})
}

// TestGap lets years pass without a row.
func TestGap(t *testing.T) {
	op, err := revising(window.TumbleOf(window.Second, 0), operators.Emission{Empty: true})()
	if err != nil {
		t.Fatal(err)
	}
	out := &relation{t: t, fold: optest.NewFold(0, 1, 2)}
	env := operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, Faults: out, BatchRows: 100}
	ctx := t.Context()
	b := optest.Rows(env.Alloc, input, "1970-01-01|a|1\n2020-01-01|b|2\n2020-01-02|a|3")
	defer b.Release()
	for _, err := range []error{op.Open(ctx, env), op.Process(ctx, 0, b, out), op.Advance(ctx, window.Max, out), op.Close()} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if want := 1 + 1000 + 2 + 2000 + 2; out.n != want || len(out.errors) != 2 {
		t.Errorf("%d rows and %q, want %d", out.n, out.errors, want)
	}
}

package windowed

import (
	"context"
	"slices"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// groups is the aggregates of spans.
type groups struct {
	set     *aggregate.Set
	states  *aggregate.States
	scratch *aggregate.States // of windows that are put together
	table   aggregate.Table   // of the keys
	write   *writer
	untimed bool // windows have no bounds
	input   *aggregate.Input
	room    int
	keys    []uint32
	ids     []uint32
	failed  failures
}

func (g *groups) begin(in batch.Batch, seq int64) { g.input = g.set.Input(in, seq) }

func (g *groups) add(rows []int32, ids []uint32, n int) {
	if n > g.room {
		g.room = n
		g.states.Grow(n)
	}
	g.states.Add(g.input, rows, ids)
}

func (g *groups) merge(src, dst []uint32) {
	g.states.Merge(g.states, src, dst)
	g.states.Reset(src)
}

func (g *groups) reset(ids []uint32) { g.states.Reset(ids) }
func (g *groups) drop()              {}

// cellBytes is about what the state of one call takes for a span.
const cellBytes = 24

func (g *groups) bytes() int64 { return int64(g.room) * int64(g.set.Len()) * cellBytes }

func (g *groups) emit(ctx context.Context, l *windowList, out operators.Emitter) error {
	size := max(g.write.env.BatchRows, 1)
	for from := 0; from < len(l.list); from += size {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		to := min(from+size, len(l.list))
		cols := g.columns()
		g.append(l, from, to, cols)
		b := batch.New(g.write.out, to-from, cols, batch.Beside{})
		g.report(b)
		err := out.Emit(ctx, b)
		b.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

// columns returns output columns without a row.
func (g *groups) columns() []batch.Vector {
	cols := make([]batch.Vector, g.write.out.Len())
	for i := range cols {
		cols[i].Type = g.write.out.Field(i).Type
	}
	return cols
}

// append appends the output rows of windows. What fails is in g.failed, with the
// places of its rows among those appended.
func (g *groups) append(l *windowList, from, to int, cols []batch.Vector) {
	list := l.list[from:to]
	g.keys = slices.Grow(g.keys[:0], len(list))
	starts, ends := &cols[g.write.keys], &cols[g.write.keys+1]
	for _, w := range list {
		g.keys = append(g.keys, w.key)
		appendBound(starts, w.start, g.untimed)
		appendBound(ends, w.end, g.untimed)
	}
	for i := range g.write.keys {
		g.table.Append(i, g.keys, &cols[i])
	}
	states, ids := g.results(l, from, to)
	g.failed = g.failed[:0]
	for i := range g.write.calls {
		column := g.write.keys + 2 + i
		states.Result(i, ids, &cols[column], g.failed.of(g.write.out.Field(column).Name))
	}
	if states == g.scratch {
		states.Reset(ids)
	}
}

// appendBound appends the start or the end of a window, or NULL.
func appendBound(v *batch.Vector, t window.Micros, null bool) {
	v.I64 = append(v.I64, int64(t))
	v.Len++
	if null {
		v.Valid = append(v.Valid, false)
	}
}

// results returns where the aggregates of windows are.
func (g *groups) results(l *windowList, from, to int) (*aggregate.States, []uint32) {
	g.ids = g.ids[:0]
	if l.single(from, to) {
		for _, w := range l.list[from:to] {
			g.ids = append(g.ids, l.parts[w.from])
		}
		return g.states, g.ids
	}
	g.scratch.Grow(to - from)
	for i, w := range l.list[from:to] {
		g.ids = append(g.ids, uint32(i))
		for at := w.from; at < w.to; at++ {
			g.scratch.Merge(g.states, l.parts[at:at+1], g.ids[i:i+1])
		}
	}
	return g.scratch, g.ids
}

// report tells of what failed of the rows appended last, which b holds.
func (g *groups) report(b batch.Batch) { g.failed.report(g.write.env.Faults, b) }

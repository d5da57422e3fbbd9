package windowed

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// overflow is the code of a result that does not fit its type.
const overflow = "KSQL-4001"

// badTime is the code of a row whose event time cannot be used.
const badTime = "KSQL-4004"

// writer turns the groups of a window into output rows, and tells of rows and
// groups that fail.
type writer struct {
	env   operators.Env
	out   *batch.Schema
	keys  int
	calls int
	top   *top
	wall  *window.Wall // on which windows begin and end
}

// check compares the output columns with what will be put into them.
func (w *writer) check(set *aggregate.Set, keys []batch.Type) error {
	want := append([]batch.Type(nil), keys...)
	want = append(want, batch.Of(batch.Timestamp), batch.Of(batch.Timestamp))
	for i := range set.Len() {
		want = append(want, set.Result(i))
	}
	for i, t := range want {
		if f := w.out.Field(i); f.Type.Lane() != t.Lane() {
			return fmt.Errorf("output column %s is %s, but its values are %s", f.Name, f.Type, t)
		}
	}
	return nil
}

// window emits the groups of a window, or the first of them.
func (w *writer) window(
	ctx context.Context, out operators.Emitter, start, end window.Micros,
	table aggregate.Table, states *aggregate.States, ids []uint32,
) error {
	ids, err := states.Present(ids)
	if err != nil {
		return err
	}
	if w.top != nil {
		ids = w.top.choose(table, states, ids)
	}
	size := max(w.env.BatchRows, 1)
	for len(ids) > 0 {
		n := min(size, len(ids))
		if err := w.rows(ctx, out, start, end, table, states, ids[:n]); err != nil {
			return err
		}
		ids = ids[n:]
	}
	return nil
}

// rows emits one batch.
func (w *writer) rows(
	ctx context.Context, out operators.Emitter, start, end window.Micros,
	table aggregate.Table, states *aggregate.States, ids []uint32,
) error {
	cols := make([]batch.Vector, w.out.Len())
	for i := range cols {
		cols[i].Type = w.out.Field(i).Type
	}
	for i := range w.keys {
		table.Append(i, ids, &cols[i])
	}
	fill(&cols[w.keys], int64(w.wall.Instant(start)), len(ids))
	fill(&cols[w.keys+1], int64(w.wall.Instant(end)), len(ids))
	var failed failures
	for i := range w.calls {
		column := w.keys + 2 + i
		states.Result(i, ids, &cols[column], failed.of(w.out.Field(column).Name))
	}
	b := batch.New(w.out, len(ids), cols, batch.Beside{})
	defer b.Release()
	failed.report(w.env.Faults, b)
	return out.Emit(ctx, b)
}

func fill(v *batch.Vector, x int64, n int) {
	v.I64, v.Len = make([]int64, n), n
	for i := range v.I64 {
		v.I64[i] = x
	}
}

// failures collects results that could not be represented.
type failures []failure

type failure struct {
	row     int
	message string
}

// of returns what collects the failures of a column.
func (f *failures) of(column string) aggregate.Fail {
	return func(row int, message string) {
		*f = append(*f, failure{row, fmt.Sprintf("column %s: %s", column, message)})
	}
}

// report tells of the failures; b holds the result rows.
func (f failures) report(to operators.Faults, b batch.Batch) {
	for _, e := range f {
		to.RowError(operators.RowError{
			Where: operators.WhereOf(b, e.row), Operator: "aggregate", Code: overflow, Message: e.message,
		})
	}
}

// late implements faults.
func (w *writer) late(b batch.Batch, row int, l operators.LateRow) {
	l.Where = operators.WhereOf(b, row)
	w.env.Faults.LateRow(l)
}

// bad implements faults.
func (w *writer) bad(b batch.Batch, row int, message string) {
	w.env.Faults.RowError(operators.RowError{
		Where: operators.WhereOf(b, row), Operator: "window", Code: badTime, Message: message,
	})
}

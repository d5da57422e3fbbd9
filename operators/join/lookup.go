package join

import (
	"context"
	"time"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/window"
)

// LookupConfig describes a join with a table of reference data.
type LookupConfig struct {
	In, Out  *batch.Schema
	Keys     []int // of the input, as many as the table's
	Kind     Kind  // Inner, Left, Semi or Anti
	Residual expr.Node
	Table    *Reference
}

// lookup joins each row to the table as it stands when the row is processed: what
// came out is not corrected when the table changes. Its input takes no rows back.
type lookup struct {
	cfg      LookupConfig
	env      operators.Env
	residual *expr.Program
	reads    []int // columns that the residual reads, of the input, then of the table
	schema   *batch.Schema
	opened   bool
	table    *version

	key  []byte
	rows []int32 // of the input, by pair
	at   []int32 // of the table, by pair
}

// NewLookup returns an instance of a lookup.
func NewLookup(cfg LookupConfig) (operators.Operator, error) {
	o := &lookup{cfg: cfg}
	if cfg.Residual == nil {
		return o, nil
	}
	n := cfg.In.Len()
	o.reads = expr.Columns(cfg.Residual)
	move, fields := map[int]int{}, make([]batch.Field, len(o.reads))
	for i, c := range o.reads {
		move[c] = i
		if c < n {
			fields[i] = cfg.In.Field(c)
		} else {
			fields[i] = cfg.Table.cfg.Schema.Field(c - n)
		}
	}
	o.schema = batch.NewSchema(fields...)
	var err error
	o.residual, err = expr.Compile(expr.Remap(cfg.Residual, move))
	return o, err
}

// Open implements operators.Operator: the first instance reads the table.
func (o *lookup) Open(ctx context.Context, env operators.Env) error {
	o.env, o.opened = env, true
	if o.residual != nil {
		o.residual.SetNow(env.Now)
	}
	return o.cfg.Table.open(ctx, o)
}

// NextTick implements operators.Ticker.
func (o *lookup) NextTick() time.Time { return o.cfg.Table.nextTick() }

// Tick implements operators.Ticker. Rows wait while the table is read.
func (o *lookup) Tick(ctx context.Context, _ operators.Emitter) error {
	return o.cfg.Table.refresh(ctx, o)
}

// adopt makes the table as it stands the one that rows meet.
func (o *lookup) adopt() error {
	now := o.cfg.Table.take()
	if o.table != nil {
		o.table.rows.Release()
	}
	if o.table == now {
		return nil
	}
	if o.table = now; now.loader == o {
		return o.env.State.Resize(now.bytes)
	}
	return o.env.State.Resize(0)
}

// Process implements operators.Operator.
func (o *lookup) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	if err := o.adopt(); err != nil {
		return err
	}
	keys := make([]batch.Vector, len(o.cfg.Keys))
	for i, c := range o.cfg.Keys {
		keys[i] = in.Vector(c)
	}
	for from := 0; from < in.Rows(); {
		to := o.pair(keys, from, in.Rows())
		if o.residual != nil {
			o.test(in)
		}
		o.settle(from, to)
		if err := o.emit(ctx, in, out); err != nil {
			return err
		}
		from = to
	}
	return nil
}

// pair finds the pairs of rows from on, of as many as make a batch, and returns the
// row behind them.
func (o *lookup) pair(keys []batch.Vector, from, to int) int {
	o.rows, o.at = o.rows[:0], o.at[:0]
	x := o.table.index
	for r := from; r < to; r++ {
		var ok bool
		if o.key, ok = appendKey(o.key[:0], keys, o.cfg.Table.cfg.NullSafe, r); ok {
			for t := x.first(o.key); t >= 0; t = x.after(t, o.key) {
				o.rows, o.at = append(o.rows, int32(r)), append(o.at, t)
			}
		}
		if len(o.rows) >= o.env.BatchRows {
			return r + 1
		}
	}
	return to
}

// test drops the pairs for which the condition is not TRUE.
func (o *lookup) test(in batch.Batch) {
	n := o.cfg.In.Len()
	cols := make([]batch.Vector, len(o.reads))
	for i, c := range o.reads {
		if c < n {
			v := in.Vector(c)
			cols[i] = v.Take(o.rows)
		} else {
			v := o.table.rows.Vector(c - n)
			cols[i] = v.Take(o.at)
		}
	}
	b := batch.New(o.schema, len(o.rows), cols, batch.Beside{})
	defer b.Release()
	release(cols)
	v, faults := o.residual.Eval(b)
	for _, f := range faults {
		o.env.Faults.RowError(operators.RowError{
			Where: operators.WhereOf(in, int(o.rows[f.Row])), Operator: "lookup", Code: f.Code, Message: f.Message,
		})
	}
	kept := 0
	for i := range o.rows {
		if v.IsValid(i) && v.Bool[v.At(i)] {
			o.rows[kept], o.at[kept] = o.rows[i], o.at[i]
			kept++
		}
	}
	o.rows, o.at = o.rows[:kept], o.at[:kept]
}

// release gives back the nested columns that Take made.
func release(cols []batch.Vector) {
	for i := range cols {
		if cols[i].Nested != nil {
			cols[i].Nested.Release()
		}
	}
}

// settle makes of the pairs of rows from to to what the join gives: rows without
// partner beside the row of NULLs, or only rows with or without partner.
func (o *lookup) settle(from, to int) {
	if o.cfg.Kind == Inner {
		return
	}
	rows, at := make([]int32, 0, to-from), make([]int32, 0, to-from)
	none := int32(o.table.rows.Rows() - 1)
	for r, i := int32(from), 0; r < int32(to); r++ {
		first := i
		for i < len(o.rows) && o.rows[i] == r {
			i++
		}
		switch found := i > first; {
		case o.cfg.Kind == Left && found:
			rows, at = append(rows, o.rows[first:i]...), append(at, o.at[first:i]...)
		case o.cfg.Kind == Left, found == (o.cfg.Kind == Semi):
			rows, at = append(rows, r), append(at, none)
		}
	}
	o.rows, o.at = rows, at
}

// emit sends the pairs in batches.
func (o *lookup) emit(ctx context.Context, in batch.Batch, out operators.Emitter) error {
	for from := 0; from < len(o.rows); from += o.env.BatchRows {
		to := min(from+o.env.BatchRows, len(o.rows))
		b := o.batch(in, o.rows[from:to], o.at[from:to])
		err := out.Emit(ctx, b)
		b.Release()
		if err != nil {
			return err
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// batch puts rows of the table beside rows of the input.
func (o *lookup) batch(in batch.Batch, rows, at []int32) batch.Batch {
	left := in.Take(rows)
	if o.cfg.Kind.half() {
		return left
	}
	defer left.Release()
	n := o.cfg.In.Len()
	cols := make([]batch.Vector, o.cfg.Out.Len())
	for c := range cols {
		if c < n {
			cols[c] = left.Vector(c)
			continue
		}
		v := o.table.rows.Vector(c - n)
		cols[c] = v.Take(at)
	}
	defer release(cols[n:])
	return batch.New(o.cfg.Out, len(rows), cols, left.Beside)
}

// Advance implements operators.Operator.
func (o *lookup) Advance(context.Context, window.Micros, operators.Emitter) error { return nil }

// Snapshot implements operators.Operator: the table is read anew at a restart.
func (o *lookup) Snapshot(context.Context, operators.Barrier) error { return nil }

// Close implements operators.Operator.
func (o *lookup) Close() error {
	if o.table != nil {
		o.table.rows.Release()
		o.table = nil
	}
	if o.opened {
		o.opened = false
		o.cfg.Table.close()
	}
	return nil
}

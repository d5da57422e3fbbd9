package join

import (
	"context"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/state"
)

// output collects result rows: of the port that is being read the number of a row
// of its batch, of the other side the row that is kept.
type output struct {
	cfg   *Config
	sides [2]*side
	size  int // rows of a batch at most
	port  int
	in    batch.Batch
	cols  []batch.Vector
	own   []int32 // -1: none
	other []state.ID
	kinds []batch.Kind
	plain bool // all kinds are Insert
	whole bool // no own is -1
}

// of says where own rows are from.
func (o *output) of(t *turn) { o.port, o.in, o.cols = t.port, t.in, t.cols }

// alone says that there are no own rows, and others are of a side.
func (o *output) alone(side int) { o.port, o.in, o.cols = 1-side, batch.Batch{}, nil }

func (o *output) clear() {
	o.own, o.other, o.kinds, o.plain, o.whole = o.own[:0], o.other[:0], o.kinds[:0], true, true
}

func (o *output) add(own int32, other state.ID, kind batch.Kind) {
	o.own = append(o.own, own)
	o.other = append(o.other, other)
	o.kinds = append(o.kinds, kind)
	o.plain = o.plain && kind == batch.Insert
	o.whole = o.whole && own >= 0
}

// flush emits what was collected.
func (o *output) flush(ctx context.Context, out operators.Emitter) error {
	defer o.clear()
	for from := 0; from < len(o.own); from += o.size {
		to := min(from+o.size, len(o.own))
		b := o.batch(from, to)
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

func (o *output) batch(from, to int) batch.Batch {
	cols := make([]batch.Vector, o.cfg.Out.Len())
	left := o.cfg.Left.Schema.Len()
	for c := range cols {
		port, at := 0, c
		if c >= left {
			port, at = 1, c-left
		}
		if port == o.port {
			cols[c] = o.ownColumn(at, o.own[from:to])
			continue
		}
		o.sides[port].rows.Column(at, o.other[from:to], &cols[c])
	}
	defer state.Release(cols)
	var beside batch.Beside
	if !o.plain {
		beside.Kinds = append([]batch.Kind(nil), o.kinds[from:to]...)
	}
	return batch.New(o.cfg.Out, to-from, cols, beside)
}

// ownColumn takes rows of the batch, with NULL where there is none.
func (o *output) ownColumn(c int, own []int32) batch.Vector {
	if o.whole {
		return o.cols[c].Take(own)
	}
	var out batch.Vector
	if o.cols == nil || o.cols[c].Type.Lane() == batch.LaneNested {
		rows, ids := o.copied(own)
		rows.Column(c, ids, &out)
		return out
	}
	at := make([]int32, len(own))
	for i, r := range own {
		at[i] = max(r, 0)
	}
	out = o.cols[c].Take(at)
	for i, r := range own {
		if r < 0 {
			out.SetNull(i)
		}
	}
	return out
}

// copied keeps rows of the batch for a moment, to read them among NULLs.
func (o *output) copied(own []int32) (*state.Rows, []state.ID) {
	ids := make([]state.ID, len(own))
	if o.cols == nil {
		for i := range ids {
			ids[i] = state.None
		}
		return o.sides[o.port].rows, ids
	}
	rows := state.NewRows(o.sides[o.port].Schema)
	for i, r := range own {
		ids[i] = state.None
		if r >= 0 {
			rows.Put(o.cols, own[i:i+1], ids[i:i+1])
		}
	}
	return rows, ids
}

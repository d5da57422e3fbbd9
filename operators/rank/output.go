package rank

import (
	"context"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/state"
)

// output gathers rows and their numbers into batches.
type output struct {
	cfg   Config
	rows  *state.Rows
	env   operators.Env
	ids   []state.ID
	kinds []batch.Kind // of NewChanges
	ints  [][]int64    // by function
	reals [][]float64
}

func newOutput(cfg Config, rows *state.Rows) output {
	return output{cfg: cfg, rows: rows, ints: make([][]int64, len(cfg.Funcs)), reals: make([][]float64, len(cfg.Funcs))}
}

// change appends a row whose numbers do not need the whole partition.
func (o *output) change(kind batch.Kind, s shown) {
	o.kinds = append(o.kinds, kind)
	o.ids = append(o.ids, s.id)
	for f := range o.cfg.Funcs {
		o.ints[f] = append(o.ints[f], s.number(o.cfg.Funcs[f].Name))
	}
}

// row appends row i of what is shown of a partition.
func (o *output) row(all spread, i int) {
	s := all.rows[i]
	o.ids = append(o.ids, s.id)
	for f, fn := range o.cfg.Funcs {
		switch fn.Name {
		case "NTILE":
			o.ints[f] = append(o.ints[f], all.tile(s.row, fn.Buckets))
		case "PERCENT_RANK":
			o.reals[f] = append(o.reals[f], all.percent(i))
		case "CUME_DIST":
			o.reals[f] = append(o.reals[f], all.cumulated(i))
		default:
			o.ints[f] = append(o.ints[f], s.number(fn.Name))
		}
	}
}

// full emits what is there if it is enough for a batch. It is not called between
// the two rows of an update.
func (o *output) full(ctx context.Context, out operators.Emitter) error {
	if len(o.ids) < o.env.BatchRows {
		return nil
	}
	return o.flush(ctx, out)
}

// flush emits what is there.
func (o *output) flush(ctx context.Context, out operators.Emitter) error {
	if len(o.ids) == 0 {
		return nil
	}
	in := o.cfg.In.Len()
	cols := make([]batch.Vector, o.cfg.Out.Len())
	for c := range in {
		o.rows.Column(c, o.ids, &cols[c])
	}
	defer state.Release(cols[:in])
	for f, fn := range o.cfg.Funcs {
		cols[in+f] = batch.Vector{Type: fn.Result(), Len: len(o.ids), I64: o.ints[f], F64: o.reals[f]}
	}
	b := batch.New(o.cfg.Out, len(o.ids), cols, batch.Beside{Kinds: o.kinds})
	defer b.Release()
	o.ids, o.kinds = o.ids[:0], nil
	for f := range o.ints {
		o.ints[f], o.reals[f] = nil, nil
	}
	return out.Emit(ctx, b)
}

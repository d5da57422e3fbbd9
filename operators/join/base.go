package join

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/state"
	"kinesql/window"
)

// base is what all joins have.
type base struct {
	cfg       Config
	env       operators.Env
	keys      aggregate.Table // numbers the keys of both sides
	sides     [2]*side
	residual  *condition
	out       output
	watermark window.Micros

	turn   turn
	probe  *state.Probe // of the turn's batch; nil: not made yet
	pairs  pairs
	live   []int32
	found  []uint32
	maybe  []uint32 // keys of which there may be no row any more
	marked []bool   // by key, all false
}

func newBase(cfg Config) (*base, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	o := &base{cfg: cfg, watermark: window.Min}
	var err error
	if o.keys, err = cfg.newTable(); err != nil {
		return nil, err
	}
	if o.residual, err = newCondition(&cfg); err != nil {
		return nil, err
	}
	o.sides[0] = newSide(cfg.Left, cfg.Kind.counts(0))
	o.sides[1] = newSide(cfg.Right, cfg.Kind.counts(1))
	o.out = output{cfg: &o.cfg, sides: o.sides}
	o.out.clear()
	return o, nil
}

// Open implements operators.Operator.
func (o *base) Open(_ context.Context, env operators.Env) error {
	o.env = env
	o.out.size = max(1, env.BatchRows)
	if o.residual != nil {
		o.residual.program.SetNow(env.Now)
	}
	return nil
}

// Snapshot implements operators.Operator.
func (o *base) Snapshot(context.Context, operators.Barrier) error { return errSnapshot }

// Close implements operators.Operator.
func (o *base) Close() error { return nil }

// keyBytes is about what the table of keys takes for a key.
const keyBytes = 48

// account tells how much is held.
func (o *base) account() error {
	held := o.sides[0].bytes() + o.sides[1].bytes() + int64(o.keys.Len())*keyBytes
	return o.env.State.Resize(held)
}

// bad tells of a row that cannot be joined.
func (o *base) bad(in batch.Batch, row int, code, message string) {
	o.env.Faults.RowError(operators.RowError{
		Where: operators.WhereOf(in, row), Operator: "join", Code: code, Message: message,
	})
}

// candidatesOf gives the pairs of rows of a turn with the other side's rows of
// equal keys, from where it stopped, until there are enough for a batch. near, where
// not nil, says which of them count. It returns false when there are none left.
func (o *base) candidatesOf(t *turn, near func(row int32, id state.ID) bool) bool {
	other := o.sides[1-t.port]
	p := &o.pairs
	p.reset(t.pos)
	for ; t.pos < len(t.rows); t.pos++ {
		if !t.started {
			t.at, t.started = state.None, true
			if key := t.ids[t.pos]; key != noKey {
				t.at = other.byKey.First(key)
			}
		}
		row := t.rows[t.pos]
		for ; t.at != state.None; t.at = other.byKey.Next(t.at) {
			if len(p.rows) >= o.out.size {
				return true
			}
			if near == nil || near(row, t.at) {
				p.add(row, t.at)
			}
		}
		p.end()
		t.started = false
		if len(p.ends) >= o.out.size {
			t.pos++
			return true
		}
	}
	return len(p.ends) > 0 || len(p.rows) > 0
}

// stay refuses a batch with rows that are taken back.
func stay(in batch.Batch) error {
	for i, k := range in.Kinds {
		if !k.Adds() {
			return fmt.Errorf("this join takes only rows that are added, but row %d is %s", i, k)
		}
	}
	return nil
}

// onTime tells of a row that is late, or whose time cannot be used.
func (o *base) onTime(in batch.Batch, s *side, times *batch.Vector, row int) bool {
	name := s.Schema.Field(s.Time).Name
	if !times.IsValid(row) {
		o.bad(in, row, badTime, fmt.Sprintf("event time %s is NULL", name))
		return false
	}
	t := window.Micros(times.I64[row])
	if !window.InRange(t) {
		o.bad(in, row, badTime, fmt.Sprintf("event time %s = %s is out of range", name, t))
		return false
	}
	if wm := max(o.watermark, in.Mark(row)); t < wm {
		o.late(in, row, operators.LateRow{EventTime: t, Watermark: wm, WindowStart: t, WindowEnd: t})
		return false
	}
	return true
}

func (o *base) late(in batch.Batch, row int, l operators.LateRow) {
	l.Where = operators.WhereOf(in, row)
	o.env.Faults.LateRow(l)
}

// timely lists the rows of a batch that are neither late nor without time.
func (o *base) timely(in batch.Batch, s *side) []int32 {
	rows := make([]int32, 0, in.Rows())
	times := in.Vector(s.Time)
	for i := range in.Rows() {
		if o.onTime(in, s, &times, i) {
			rows = append(rows, int32(i))
		}
	}
	return rows
}

// acts is what a join does with the pairs of a turn.
type acts interface {
	// enter begins with the row at a place. It is skipped where it has no effect.
	enter(t *turn, pos int) (skip bool)
	// pair is a partner of the row.
	pair(t *turn, row int32, id state.ID)
	// leave ends with the row, which had t.partners partners.
	leave(t *turn, pos int)
}

// settle goes through the pairs in order.
func (o *base) settle(t *turn, a acts) {
	p := &o.pairs
	i := 0
	for k := 0; ; k++ {
		end, through := len(p.rows), k < len(p.ends)
		if through {
			end = int(p.ends[k])
		}
		pos := p.from + k
		if pos >= len(t.rows) || !through && i == end {
			return
		}
		if t.entered == pos {
			t.skip, t.partners = a.enter(t, pos), 0
			t.entered++
		}
		for ; i < end; i++ {
			if !t.skip {
				t.partners++
				a.pair(t, p.rows[i], p.ids[i])
			}
		}
		if !through {
			return
		}
		if !t.skip {
			a.leave(t, pos)
		}
	}
}

// run takes a turn.
func (o *base) run(ctx context.Context, t *turn, a acts, near func(int32, state.ID) bool, out operators.Emitter) error {
	o.out.of(t)
	for o.candidatesOf(t, near) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		o.test(t)
		o.settle(t, a)
		if err := o.out.flush(ctx, out); err != nil {
			return err
		}
	}
	return nil
}

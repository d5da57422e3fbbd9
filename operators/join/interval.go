package join

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/state"
	"kinesql/window"
)

// interval joins rows that are near each other in time.
type interval struct {
	*base
	low, high window.Micros
	times     []int64 // of the turn's batch
}

// NewInterval returns the join of append-only inputs in which a left row at time t
// has its partners at t+low to t+high, both included. A row that comes behind the
// watermark is late. A row that can have no partner any more is forgotten, up to a
// sixty-fourth of the width of the range, at least a millisecond, later; if it stands
// alone, that is when it comes out.
func NewInterval(cfg Config, low, high window.Micros) (operators.Operator, error) {
	if err := appendOnly(cfg.Left, cfg.Right); err != nil {
		return nil, err
	}
	if low > high || low < -window.Latest || high > window.Latest {
		return nil, fmt.Errorf("a join within the range [%d, %d]", low, high)
	}
	b, err := newBase(cfg)
	if err != nil {
		return nil, err
	}
	for _, s := range b.sides {
		if err := wantTime(s.Schema, s.Time); err != nil {
			return nil, err
		}
		s.calendar = state.NewCalendar(max((high-low)/64, window.Millisecond))
	}
	return &interval{base: b, low: low, high: high}, nil
}

// Lag implements operators.Lagging: the earlier of two partners may be that much
// behind the watermark.
func (o *interval) Lag() window.Micros {
	return max(0, o.high, -o.low) + o.sides[0].calendar.Width()
}

// Process implements operators.Operator.
func (o *interval) Process(ctx context.Context, port int, in batch.Batch, out operators.Emitter) error {
	if err := stay(in); err != nil {
		return err
	}
	rows := o.timely(in, o.sides[port])
	if len(rows) == 0 {
		return nil
	}
	t := o.begin(in, port, rows)
	o.times = t.cols[o.sides[port].Time].I64
	o.keep(t)
	if err := o.run(ctx, t, o, o.near(t), out); err != nil {
		return err
	}
	o.orphans()
	return o.account()
}

// near compares the times of a row of the turn and of one that is kept.
func (o *interval) near(t *turn) func(row int32, id state.ID) bool {
	other := o.sides[1-t.port]
	if t.port == 0 {
		return func(row int32, id state.ID) bool {
			apart := other.time(id) - window.Micros(o.times[row])
			return o.low <= apart && apart <= o.high
		}
	}
	return func(row int32, id state.ID) bool {
		apart := window.Micros(o.times[row]) - other.time(id)
		return o.low <= apart && apart <= o.high
	}
}

// enter implements acts.
func (o *interval) enter(*turn, int) (skip bool) { return false }

// pair implements acts.
func (o *interval) pair(t *turn, row int32, id state.ID) {
	s := o.sides[1-t.port]
	if s.counts {
		s.partners[id]++
		if o.cfg.Kind == Semi && s.partners[id] == 1 {
			o.out.add(-1, id, batch.Insert)
		}
	}
	if !o.cfg.Kind.half() {
		o.out.add(row, id, batch.Insert)
	}
}

// leave implements acts. A row that has no more to expect is not kept.
func (o *interval) leave(t *turn, pos int) {
	row, id := t.rows[pos], t.kept[pos]
	s := o.sides[t.port]
	last := o.last(t.port, window.Micros(o.times[row]))
	over := id == state.None || last < o.watermark || o.cfg.Kind == Semi && t.port == 0 && t.partners > 0
	if !over {
		s.put(id, t.ids[pos], last, t.partners)
		return
	}
	if o.standsAlone(t.port, t.partners) {
		o.out.add(row, state.None, batch.Insert)
	}
	if id != state.None {
		s.rows.Drop(id)
		o.maybe = append(o.maybe, t.ids[pos])
	}
}

// last is the latest time of a partner of a row of a side.
func (o *interval) last(port int, at window.Micros) window.Micros {
	if port == 0 {
		return at + o.high
	}
	return at - o.low
}

// Advance implements operators.Operator.
func (o *interval) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	for side := range o.sides {
		if err := o.expire(ctx, side, out); err != nil {
			return err
		}
	}
	o.orphans()
	return o.account()
}

// expire drops the rows of a side that can have no partner any more.
func (o *interval) expire(ctx context.Context, side int, out operators.Emitter) error {
	s := o.sides[side]
	ids := s.calendar.Until(o.watermark, nil)
	o.out.alone(side)
	for _, id := range ids {
		if s.counts && o.cfg.Kind != Semi && o.standsAlone(side, s.partners[id]) {
			o.out.add(-1, id, batch.Insert)
		}
	}
	err := o.out.flush(ctx, out)
	for _, id := range ids {
		if key := s.drop(id, true); key >= 0 {
			o.maybe = append(o.maybe, uint32(key))
		}
	}
	return err
}

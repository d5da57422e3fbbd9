package join

import (
	"context"
	"time"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/state"
	"kinesql/window"
)

// hashJoin joins all that its inputs hold.
type hashJoin struct {
	*base
	ttl  window.Micros
	high [2]window.Micros // the greatest event time of each side
	// once says that a left row that has had a partner is done with: a Semi or Anti of
	// rows that stay.
	once bool
	// sole says that, besides, one right row of a key is as good as many.
	sole bool
}

// NewHash returns the join of two relations. With a ttl, see the package, it
// forgets.
func NewHash(cfg Config, ttl time.Duration) (operators.Operator, error) {
	b, err := newBase(cfg)
	if err != nil {
		return nil, err
	}
	o := &hashJoin{base: b, ttl: window.Micros(ttl.Microseconds()), high: [2]window.Micros{window.Min, window.Min}}
	o.once = cfg.Kind.half() && !cfg.Left.Retracts && !cfg.Right.Retracts
	o.sole = o.once && cfg.Residual == nil && ttl == 0
	for _, s := range o.sides {
		if s.Time >= 0 {
			if err := wantTime(s.Schema, s.Time); err != nil {
				return nil, err
			}
		}
		if o.ttl > 0 {
			s.calendar = state.NewCalendar(o.ttl / 64)
		}
	}
	return o, nil
}

// Process implements operators.Operator.
func (o *hashJoin) Process(ctx context.Context, port int, in batch.Batch, out operators.Emitter) error {
	if in.Rows() == 0 {
		return nil
	}
	o.expireByClock()
	t := o.begin(in, port, upTo(in.Rows()))
	o.keep(t)
	if err := o.run(ctx, t, o, nil, out); err != nil {
		return err
	}
	o.orphans()
	return o.account()
}

// keep puts the rows that are added and have a key into the slabs.
func (o *base) keep(t *turn) {
	o.live = o.live[:0]
	for i, r := range t.rows {
		t.kept[i] = state.None
		if t.ids[i] != noKey && t.adds(i) {
			o.live = append(o.live, r)
		}
	}
	ids := make([]state.ID, len(o.live))
	o.sides[t.port].rows.Put(t.cols, o.live, ids)
	next := 0
	for i := range t.rows {
		if t.ids[i] != noKey && t.adds(i) {
			t.kept[i] = ids[next]
			next++
		}
	}
}

// enter implements acts. A row that is taken back must be there, unless its key
// equals nothing: such rows are not kept.
func (o *hashJoin) enter(t *turn, pos int) (skip bool) {
	t.before = 0
	if t.adds(pos) || t.ids[pos] == noKey {
		return false
	}
	s, row := o.sides[t.port], int(t.rows[pos])
	o.maybe = append(o.maybe, t.ids[pos])
	if s.contents == nil {
		o.bad(t.in, row, unknown, "the join was planned for rows that stay, and one is taken back")
		return true
	}
	if o.probe == nil {
		o.probe = s.rows.Probe(t.cols)
	}
	id := s.contents.Find(o.probe, row)
	if id == state.None {
		o.bad(t.in, row, unknown, "the join does not hold the row that is taken back: it was forgotten, or never came")
		return true
	}
	if s.counts {
		t.before = s.partners[id]
	}
	s.drop(id, false)
	return false
}

// pair implements acts.
func (o *hashJoin) pair(t *turn, row int32, id state.ID) {
	other := 1 - t.port
	s := o.sides[other]
	added := t.in.Kind(int(row)).Adds()
	if !added && !o.cfg.Kind.half() {
		o.out.add(row, id, batch.Delete)
	}
	if s.counts {
		o.count(s, id, added)
	}
	if added && !o.cfg.Kind.half() {
		o.out.add(row, id, batch.Insert)
	}
}

// count counts a partner of a row of the other side. Its first and its last change
// what it is alone.
func (o *hashJoin) count(s *side, id state.ID, added bool) {
	got, lost := batch.Delete, batch.Insert // what becomes of it as a result by itself
	if o.cfg.Kind == Semi {
		got, lost = lost, got
	}
	if added {
		if s.partners[id]++; s.partners[id] == 1 {
			o.out.add(-1, id, got)
		}
		return
	}
	if s.partners[id]--; s.partners[id] == 0 {
		o.out.add(-1, id, lost)
	}
}

// leave implements acts. Of a row that is taken back, what came out of it by itself
// depends on the partners that it has had, of which some may be forgotten.
func (o *hashJoin) leave(t *turn, pos int) {
	row, kind, partners := t.rows[pos], batch.Insert, t.partners
	if !t.adds(pos) {
		kind, partners = batch.Delete, t.before
	}
	if o.standsAlone(t.port, partners) {
		o.out.add(row, state.None, kind)
	}
	switch id := t.kept[pos]; {
	case id == state.None:
	case o.needless(t, pos):
		o.sides[t.port].rows.Drop(id)
		o.maybe = append(o.maybe, t.ids[pos])
	default:
		o.sides[t.port].put(id, t.ids[pos], o.day(t, row), t.partners)
	}
}

// needless reports whether a row may be forgotten at once.
func (o *hashJoin) needless(t *turn, pos int) bool {
	if t.port == 0 {
		return o.once && t.partners > 0
	}
	return o.sole && o.sides[1].byKey.First(t.ids[pos]) != state.None
}

// standsAlone reports whether a row of a side with so many partners is a result by
// itself.
func (o *base) standsAlone(side int, partners uint32) bool {
	switch {
	case o.cfg.Kind == Semi:
		return side == 0 && partners > 0
	case o.cfg.Kind == Anti:
		return side == 0 && partners == 0
	}
	return o.cfg.Kind.pads(side) && partners == 0
}

// day is the time by which a row grows old.
func (o *hashJoin) day(t *turn, row int32) window.Micros {
	s := o.sides[t.port]
	switch {
	case s.calendar == nil:
		return 0
	case s.Time < 0:
		return window.At(o.env.Now())
	}
	high := &o.high[t.port]
	if v := &t.cols[s.Time]; v.IsValid(int(row)) {
		at := window.Micros(v.I64[row])
		*high = max(*high, at)
		return at
	}
	return max(*high, o.watermark)
}

// Advance implements operators.Operator.
func (o *hashJoin) Advance(_ context.Context, wm window.Micros, _ operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	if o.ttl > 0 && wm > window.Min+o.ttl && wm < window.Max {
		for _, s := range o.sides {
			if s.Time >= 0 {
				o.forget(s, wm-o.ttl)
			}
		}
	}
	return o.account()
}

// forget drops the rows that are old.
func (o *base) forget(s *side, until window.Micros) {
	for _, id := range s.calendar.Until(until, nil) {
		if key := s.drop(id, true); key >= 0 {
			o.maybe = append(o.maybe, uint32(key))
		}
	}
	o.orphans()
}

// expireByClock drops what is old by the clock of the machine.
func (o *hashJoin) expireByClock() {
	for _, s := range o.sides {
		if o.ttl > 0 && s.Time < 0 {
			o.forget(s, window.At(o.env.Now())-o.ttl)
		}
	}
}

// NextTick implements operators.Ticker.
func (o *hashJoin) NextTick() time.Time {
	first := window.Max
	for _, s := range o.sides {
		if o.ttl > 0 && s.Time < 0 {
			first = min(first, s.calendar.First())
		}
	}
	if first == window.Max {
		return time.Time{}
	}
	return (first + o.ttl).Time()
}

// Tick implements operators.Ticker.
func (o *hashJoin) Tick(context.Context, operators.Emitter) error {
	o.expireByClock()
	return o.account()
}

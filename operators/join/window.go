package join

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/state"
	"kinesql/window"
)

// windowJoin joins the rows of equal windows.
type windowJoin struct {
	*base
}

// NewWindow returns the join of rows whose windows are equal, given by the columns
// Start and End of both inputs. A window is joined when the watermark reaches its
// end; a row that comes later is late. Until then rows may be taken back.
func NewWindow(cfg Config) (operators.Operator, error) {
	for _, in := range []*Input{&cfg.Left, &cfg.Right} {
		if err := wantTime(in.Schema, in.End); err != nil {
			return nil, err
		}
		if in.Start >= 0 && wantTime(in.Schema, in.Start) != nil {
			return nil, wantTime(in.Schema, in.Start)
		}
		in.Time = in.End
	}
	if (cfg.Left.Start < 0) != (cfg.Right.Start < 0) {
		return nil, fmt.Errorf("a join of windows with and without start")
	}
	addKey := func(left, right int) {
		cfg.Left.Keys = append(cfg.Left.Keys[:len(cfg.Left.Keys):len(cfg.Left.Keys)], left)
		cfg.Right.Keys = append(cfg.Right.Keys[:len(cfg.Right.Keys):len(cfg.Right.Keys)], right)
		if cfg.NullSafe != nil {
			cfg.NullSafe = append(cfg.NullSafe[:len(cfg.NullSafe):len(cfg.NullSafe)], false)
		}
	}
	if cfg.Left.Start >= 0 {
		addKey(cfg.Left.Start, cfg.Right.Start)
	}
	addKey(cfg.Left.End, cfg.Right.End)
	b, err := newBase(cfg)
	if err != nil {
		return nil, err
	}
	for _, s := range b.sides {
		s.calendar = state.NewCalendar(1)
	}
	return &windowJoin{base: b}, nil
}

// Process implements operators.Operator.
func (o *windowJoin) Process(_ context.Context, port int, in batch.Batch, _ operators.Emitter) error {
	s := o.sides[port]
	ends := in.Vector(s.End)
	cols := state.Columns(in)
	var probe *state.Probe
	for i := range in.Rows() {
		if !o.opened(in, s, i, &ends) {
			continue
		}
		row := int32(i)
		if in.Kind(i).Adds() {
			var id [1]state.ID
			s.rows.Put(cols, []int32{row}, id[:])
			s.note(id[0], window.Micros(ends.I64[i])-1, 0)
			continue
		}
		if probe == nil {
			probe = s.rows.Probe(cols)
		}
		o.takeBack(in, s, probe, i)
	}
	return o.account()
}

// opened tells of a row whose window has closed, or that has none.
func (o *windowJoin) opened(in batch.Batch, s *side, row int, ends *batch.Vector) bool {
	if !ends.IsValid(row) || !window.InRange(window.Micros(ends.I64[row])) {
		o.bad(in, row, badTime, fmt.Sprintf("%s is NULL or out of range", s.Schema.Field(s.End).Name))
		return false
	}
	end := window.Micros(ends.I64[row])
	wm := max(o.watermark, in.Mark(row))
	if end > wm {
		return true
	}
	l := operators.LateRow{EventTime: end, Watermark: wm, WindowStart: window.Min, WindowEnd: end}
	if s.Start >= 0 {
		if v := in.Vector(s.Start); v.IsValid(row) {
			l.WindowStart = window.Micros(v.I64[row])
		}
	}
	o.late(in, row, l)
	return false
}

func (o *windowJoin) takeBack(in batch.Batch, s *side, probe *state.Probe, row int) {
	id := state.None
	if s.contents != nil {
		id = s.contents.Find(probe, row)
	}
	if id == state.None {
		o.bad(in, row, unknown, "the join does not hold the row that is taken back")
		return
	}
	s.unnote(id, false)
}

// Advance implements operators.Operator.
func (o *windowJoin) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	for {
		end := min(o.sides[0].calendar.First(), o.sides[1].calendar.First())
		if end > o.watermark || end == window.Max {
			return o.account()
		}
		if err := o.close(ctx, end, out); err != nil {
			return err
		}
	}
}

// close joins the windows of an end and forgets their rows.
func (o *windowJoin) close(ctx context.Context, end window.Micros, out operators.Emitter) error {
	left, right := o.sides[0], o.sides[1]
	lefts, rights := left.calendar.Until(end, nil), right.calendar.Until(end, nil)
	o.index(right, rights)
	err := o.join(ctx, lefts, out)
	if err == nil && o.cfg.Kind.pads(1) {
		o.out.alone(1)
		for _, id := range rights {
			if right.partners[id] == 0 {
				o.out.add(-1, id, batch.Insert)
			}
		}
		err = o.out.flush(ctx, out)
	}
	o.keys.Clear()
	right.byKey.Clear()
	for _, id := range lefts {
		left.unnote(id, true)
	}
	for _, id := range rights {
		right.unnote(id, true)
	}
	return err
}

// index puts rows under their keys.
func (o *windowJoin) index(s *side, ids []state.ID) {
	for from := 0; from < len(ids); from += o.out.size {
		part := ids[from:min(from+o.out.size, len(ids))]
		t := &o.turn
		t.rows, t.ids = upTo(len(part)), sized(t.ids, len(part))
		t.keys = make([]batch.Vector, len(s.Keys))
		for i, k := range s.Keys {
			s.rows.Column(k, part, &t.keys[i])
		}
		o.number(t)
		for i, id := range part {
			if t.ids[i] != noKey {
				s.byKey.Add(t.ids[i], id)
			}
		}
	}
}

// join lets left rows look for partners.
func (o *windowJoin) join(ctx context.Context, ids []state.ID, out operators.Emitter) error {
	for from := 0; from < len(ids); from += o.out.size {
		part := ids[from:min(from+o.out.size, len(ids))]
		b := o.sides[0].rows.Batch(part, batch.Beside{})
		err := o.run(ctx, o.begin(b, 0, upTo(len(part))), o, nil, out)
		b.Release()
		if err != nil {
			return err
		}
	}
	return nil
}

func upTo(n int) []int32 {
	rows := make([]int32, n)
	for i := range rows {
		rows[i] = int32(i)
	}
	return rows
}

// enter implements acts.
func (o *windowJoin) enter(*turn, int) (skip bool) { return false }

// pair implements acts.
func (o *windowJoin) pair(_ *turn, row int32, id state.ID) {
	if o.sides[1].counts {
		o.sides[1].partners[id]++
	}
	if !o.cfg.Kind.half() {
		o.out.add(row, id, batch.Insert)
	}
}

// leave implements acts.
func (o *windowJoin) leave(t *turn, pos int) {
	if o.standsAlone(0, t.partners) {
		o.out.add(t.rows[pos], state.None, batch.Insert)
	}
}

package windowed

import (
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// picker finds the windows of rows for a revisingOp.
type picker struct {
	op      *revisingOp
	touched []*live

	// The windows of the row before, which all rows between from and to are in as
	// long as none of them is over.
	last     []*live
	from, to window.Micros
	over     window.Micros // when the first of them is
}

// forget drops what is remembered of windows: some are over.
func (p *picker) forget() { p.last = p.last[:0] }

// rows gives the rows of a batch to their windows, and returns those in the order in
// which they got some.
func (p *picker) rows(in batch.Batch) []*live {
	p.touched = p.touched[:0]
	if p.op.cfg.Window.Kind == window.Attached {
		p.attached(in)
	} else {
		p.timed(in)
	}
	return p.touched
}

func (p *picker) timed(in batch.Batch) {
	o := p.op
	times := in.Vector(o.cfg.Time)
	for i := range in.Rows() {
		t := window.Micros(times.I64[times.At(i)])
		switch {
		case !times.IsValid(i):
			o.write.bad(in, i, fmt.Sprintf("event time %s is NULL", o.cfg.In.Field(o.cfg.Time).Name))
		case !window.InRange(t):
			o.write.bad(in, i, fmt.Sprintf("event time %s = %s is out of range", o.cfg.In.Field(o.cfg.Time).Name, t))
		default:
			p.at(in, i, t, max(o.watermark, in.Mark(i)))
		}
	}
}

// at gives row i of time t to its windows that are not over at wm.
func (p *picker) at(in batch.Batch, i int, t, wm window.Micros) {
	if len(p.last) > 0 && t >= p.from && t < p.to && wm < p.over {
		for _, w := range p.last {
			p.give(w, in, i)
		}
		return
	}
	var s bounds
	found, whole := false, true
	p.last = p.last[:0]
	for s = range p.op.line.holding(t) {
		found = true
		if p.op.ends(s.end) <= wm {
			whole = false
			continue
		}
		w := p.op.lives.at(s, s.end <= p.op.watermark)
		p.last = append(p.last, w)
		p.give(w, in, i)
	}
	if found && len(p.last) == 0 {
		p.op.write.late(in, i, operators.LateRow{EventTime: t, Watermark: wm, WindowStart: s.start, WindowEnd: s.end})
	}
	if !whole || len(p.last) == 0 {
		p.last = p.last[:0]
		return
	}
	p.from, p.to = p.op.line.piece(t)
	p.over = p.op.ends(p.last[0].end)
}

// ends is the watermark at which a window that ends at end can no longer change.
func (o *revisingOp) ends(end window.Micros) window.Micros { return end + o.cfg.Emission.Lateness }

func (p *picker) give(w *live, in batch.Batch, i int) {
	if len(w.added)+len(w.taken) == 0 {
		p.touched = append(p.touched, w)
	}
	if in.Kind(i).Adds() {
		w.added = append(w.added, int32(i))
		return
	}
	w.taken = append(w.taken, int32(i))
}

// attached gives rows to the windows that stand in their columns.
func (p *picker) attached(in batch.Batch) {
	o := p.op
	starts, ends := in.Vector(o.cfg.Start), in.Vector(o.cfg.End)
	for i := range in.Rows() {
		if !starts.IsValid(i) || !ends.IsValid(i) {
			o.write.bad(in, i, "the bounds of the window are NULL")
			continue
		}
		s := bounds{window.Micros(starts.I64[starts.At(i)]), window.Micros(ends.I64[ends.At(i)])}
		if len(p.last) == 0 || p.last[0].bounds != s || o.ends(s.end) <= max(o.watermark, in.Mark(i)) {
			if wm := max(o.watermark, in.Mark(i)); o.ends(s.end) <= wm {
				o.write.late(in, i, operators.LateRow{EventTime: s.end - 1, Watermark: wm, WindowStart: s.start, WindowEnd: s.end})
				continue
			}
			p.last = append(p.last[:0], o.lives.at(s, s.end <= o.watermark))
		}
		p.give(p.last[0], in, i)
	}
}

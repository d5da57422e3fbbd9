package windowed

import (
	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/window"
)

// OpenWindows implements operators.Windower.
func (o *keyedOp) OpenWindows(most int) []operators.OpenWindow {
	out := operators.NewFirstWindows(most)
	if s, ok := o.kind.(*staged); ok {
		s.open(o.pace.watermark, out)
		return out.List()
	}
	var list windowList
	for key, head := range o.spans.heads {
		if head == 0 {
			continue
		}
		list.clear()
		o.kind.windows(uint32(key), &list)
		for i, w := range list.list {
			open := operators.OpenWindow{Start: w.start, End: w.end, Rows: o.rowsOf(&list, w), Groups: 1}
			if c, ok := o.kind.(*counts); ok {
				open.Lacks = c.lacks(w.key, i)
				if o.cfg.Time < 0 && !o.cfg.Window.Processing {
					open.Start, open.End = window.Min, window.Min
				}
			}
			if open.Lacks > 0 || w.end > o.pace.watermark {
				out.Add(open)
			}
		}
	}
	return out.List()
}

// rowsOf is how many rows a window has.
func (o *keyedOp) rowsOf(l *windowList, w keyWindow) (n int64) {
	for _, id := range l.parts[w.from:w.to] {
		n += int64(o.spans.rows[id])
	}
	return n
}

// lacks is how many rows are still missing to window i of a key, from the oldest on.
func (c *counts) lacks(key uint32, i int) int64 {
	return c.rows - (c.keys[key].seen - int64(i)*c.every)
}

// ByClock implements operators.ByClock.
func (o *keyedOp) ByClock() bool { return o.cfg.Window.Processing && o.cfg.Window.Kind != window.Count }

// OpenWindows implements operators.Windower.
func (c *clocked) OpenWindows(most int) []operators.OpenWindow {
	if w, ok := c.Operator.(operators.Windower); ok {
		return w.OpenWindows(most)
	}
	return nil
}

// ByClock implements operators.ByClock.
func (c *clocked) ByClock() bool { return true }

// OpenWindows implements operators.Windower. Where windows without rows are shown,
// the next of them is one that waits.
func (o *revisingOp) OpenWindows(most int) []operators.OpenWindow {
	out := operators.NewFirstWindows(most)
	if o.known.any() {
		next := o.line.after(o.shut)
		out.Add(operators.OpenWindow{Start: next.start, End: next.end})
	}
	for _, w := range o.lives.queue[o.lives.open:] {
		open := operators.OpenWindow{Start: w.start, End: w.end}
		for _, n := range w.counts {
			if n > 0 {
				open.Rows += n
				open.Groups++
			}
		}
		out.Add(open)
	}
	return out.List()
}

// OpenWindows implements operators.Windower: rows wait for the watermark to be past
// their time.
func (o *overOp) OpenWindows(int) []operators.OpenWindow {
	if len(o.held) == 0 {
		return nil
	}
	all, _ := aggregate.NewKeySet(o.types) // NewOver has checked the types
	wait := operators.OpenWindow{Start: window.Max, End: window.Min, Waits: true}
	for _, h := range o.held {
		wait.Rows += int64(len(h.rows))
		wait.Start = min(wait.Start, window.Micros(h.times[h.rows[0]]))
		wait.End = max(wait.End, window.Micros(h.times[h.rows[len(h.rows)-1]])+1)
		all.Add(h.keys, h.rows)
	}
	wait.Groups = all.Len()
	return []operators.OpenWindow{wait}
}

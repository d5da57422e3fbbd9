package match

import (
	"kinesql/operators"
	"kinesql/operators/state"
	"kinesql/window"
)

// OpenWindows implements operators.Windower. A search that has begun is a window from
// its first row to WITHIN behind it; other rows wait for the watermark to be past
// their time.
func (o *op) OpenWindows(most int) []operators.OpenWindow {
	out := operators.NewFirstWindows(most)
	for i := range o.parts {
		p := &o.parts[i]
		if p.start == state.None {
			continue
		}
		w := operators.OpenWindow{Start: window.Micros(o.time(p.start)), End: window.Min, Groups: 1}
		if o.cfg.Within > 0 {
			w.End = window.Micros(o.until(p.start)) + 1
		}
		for id := p.start; id != state.None; id = o.chain.next[id] {
			w.Rows++
		}
		out.Add(w)
	}
	if list := out.List(); len(list) > 0 || o.queue.rows == 0 {
		return list
	}
	return []operators.OpenWindow{o.queued()}
}

// queued tells of the rows that the watermark is not past yet.
func (o *op) queued() operators.OpenWindow {
	wait := operators.OpenWindow{Start: window.Max, End: window.Min, Rows: int64(o.queue.rows), Waits: true}
	keys := map[uint32]bool{}
	for _, run := range o.queue.runs {
		wait.Start = min(wait.Start, window.Micros(run[0].time))
		wait.End = max(wait.End, window.Micros(run[len(run)-1].time)+1)
		for _, w := range run {
			keys[w.part] = true
		}
	}
	wait.Groups = len(keys)
	return wait
}

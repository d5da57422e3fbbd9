package engine

import (
	"fmt"
	"slices"
	"time"

	"kinesql/operators"
	"kinesql/operators/exec"
	"kinesql/window"
)

// operatorsOf are the names of the operators with windows, each once.
func operatorsOf(p exec.Progress) (names []string) {
	for _, w := range p.Windows {
		if !slices.Contains(names, w.Operator) {
			names = append(names, w.Operator)
		}
	}
	return names
}

// openWindows tells of one operator's windows.
func openWindows(p exec.Progress, name string) []OpenWindow {
	found, all := operators.NewFirstWindows(maxOpen), exec.WindowProgress{Watermark: window.Max}
	waits := operators.OpenWindow{Start: window.Max, End: window.Min, Waits: true}
	for _, w := range p.Windows {
		if w.Operator != name {
			continue
		}
		all.Watermark, all.Clock = min(all.Watermark, w.Watermark), w.Clock
		for _, o := range w.Open {
			if o.Waits {
				waits = together(waits, o)
				continue
			}
			found.Add(o)
		}
	}
	if waits.Rows > 0 {
		found.Add(waits)
	}
	list := found.List()
	if len(list) == 0 {
		return []OpenWindow{{
			Operator: name, Watermark: all.Watermark.String(), Why: "no window is open: no row has come since the last one closed",
		}}
	}
	out := make([]OpenWindow, len(list))
	for i, o := range list {
		out[i] = OpenWindow{
			Operator: name, Start: bound(o.Start), End: bound(o.End), Rows: o.Rows, Groups: o.Groups, Watermark: all.Watermark.String(),
		}
		out[i].explain(p, o, all)
	}
	return out
}

// together adds up the rows that wait at two instances of an operator.
func together(a, b operators.OpenWindow) operators.OpenWindow {
	a.Start, a.End = min(a.Start, b.Start), max(a.End, b.End)
	a.Rows, a.Groups = a.Rows+b.Rows, a.Groups+b.Groups
	return a
}

// bound prints one that is known.
func bound(t window.Micros) string {
	if t == window.Min {
		return ""
	}
	return t.String()
}

// explain says what a window waits for.
func (w *OpenWindow) explain(p exec.Progress, o operators.OpenWindow, all exec.WindowProgress) {
	switch {
	case o.Lacks > 0:
		w.Why = fmt.Sprintf("the window closes when as many as %d more rows of its key have come, whatever the time", o.Lacks)
	case all.Clock:
		w.Behind = length(o.End - all.Watermark)
		w.Why = fmt.Sprintf("the window closes when the clock has gone on by %s", w.Behind)
	case o.End == window.Min:
		w.Why = "a match has begun that only the rows to come can end: it has no WITHIN"
	default:
		w.Behind = "unknown"
		if all.Watermark != window.Min {
			w.Behind = length(o.End - all.Watermark)
		}
		w.blame(p)
		if o.Waits {
			w.Why = "rows wait until the watermark is past them: " + w.Why
		}
	}
}

// blame finds the split that keeps the watermark from a window's end.
func (w *OpenWindow) blame(p exec.Progress) {
	held := holder(p)
	switch {
	case held == nil && onward(p):
		w.Why = fmt.Sprintf("all shards are quiet: event time goes on with the clock, and reaches the end in about %s", w.Behind)
	case held == nil:
		w.Why = "all splits are idle or have ended: event time goes on at the end of the input, or when the clock is past the idle timeout"
	default:
		w.HeldBy = held.Split
		w.Why = because(held)
		if held.IdleIn >= 0 {
			w.IdleIn = held.IdleIn.Round(time.Millisecond).String()
		}
	}
}

func because(held *exec.SplitProgress) string {
	why := fmt.Sprintf("%s has read up to %s, its watermark is %s", held.Split, held.High, held.Watermark)
	if !held.Begun {
		why = held.Split + " has brought no record yet"
	}
	if held.IdleIn < 0 {
		return why + "; it waits without a time limit (idle_timeout)"
	}
	return fmt.Sprintf("%s; if nothing comes it is left out in %s", why, held.IdleIn.Round(time.Millisecond))
}

// holder is the split that is furthest behind of those that count; nil: none does.
func holder(p exec.Progress) (held *exec.SplitProgress) {
	for i := range p.Splits {
		s := &p.Splits[i]
		if !s.Ended && !s.Idle && (held == nil || s.Watermark < held.Watermark) {
			held = s
		}
	}
	return held
}

func onward(p exec.Progress) bool {
	return slices.ContainsFunc(p.Splits, func(s exec.SplitProgress) bool { return s.Onward })
}

// length prints a length of time as 1m30s.
func length(m window.Micros) string {
	if d, ok := m.Duration(); ok {
		return d.String()
	}
	return m.Length()
}

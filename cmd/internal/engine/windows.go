package engine

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"kinesql/operators/exec"
	"kinesql/planner"
	"kinesql/window"
)

// OpenWindow tells why a window of a query is still open.
type OpenWindow struct {
	Operator  string        `json:"operator"`
	Start     string        `json:"window_start"` // ISO 8601; empty: no window is open
	End       string        `json:"window_end"`
	Rows      int64         `json:"rows"`   // so far
	Groups    int           `json:"groups"` // keys that have rows
	Watermark string        `json:"watermark"`
	HeldBy    string        `json:"held_by"` // stream and shard whose clock is furthest behind; empty: none, or all are quiet
	Behind    string        `json:"behind"`  // how far the watermark is from the end
	IdleIn    string        `json:"idle_in"` // when that shard counts as idle if nothing comes; empty: never, or it is
	Why       string        `json:"why"`
	behind    window.Micros // of Behind
}

// maxOpen is how many windows of an operator are told of.
const maxOpen = 20

// windowsIn is how long the tasks of a query may take to answer.
const windowsIn = 5 * time.Second

// Windows tells of the windows that a running pump keeps open, first those that
// close first. Instances of an operator are told of together.
func (e *Engine) Windows(ctx context.Context, pump string) ([]OpenWindow, error) {
	for _, q := range e.running() {
		if q.plan.Name != pump {
			continue
		}
		ctx, cancel := context.WithTimeout(ctx, windowsIn)
		defer cancel()
		p, err := q.run.Progress(ctx, maxOpen)
		if err != nil {
			return nil, err
		}
		return explainWindows(p), nil
	}
	return nil, fmt.Errorf("pump %s does not run", pump)
}

func (e *Engine) showWindows(ctx context.Context, p *planner.Plan, out Output) error {
	windows, err := e.Windows(ctx, p.Name)
	if err != nil {
		return err
	}
	shown := *p
	shown.Columns = []string{"operator", "window_start", "window_end", "rows", "groups", "watermark", "behind", "held_by", "idle_in", "why"}
	for _, w := range windows {
		shown.Table = append(shown.Table, []string{
			w.Operator, w.Start, w.End, strconv.FormatInt(w.Rows, 10), strconv.Itoa(w.Groups), w.Watermark, w.Behind, w.HeldBy, w.IdleIn, w.Why,
		})
	}
	return showTable(ctx, &shown, out)
}

// explainWindows merges the instances of each operator and says what holds them.
func explainWindows(p exec.Progress) []OpenWindow {
	var out []OpenWindow
	for _, name := range operatorsOf(p) {
		out = append(out, openWindows(p, name)...)
	}
	return out
}

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
	type bounds struct{ start, end window.Micros }
	found := map[bounds]*OpenWindow{}
	watermark := window.Max
	for _, w := range p.Windows {
		if w.Operator != name {
			continue
		}
		watermark = min(watermark, w.Watermark)
		for _, o := range w.Open {
			key := bounds{o.Start, o.End}
			if found[key] == nil {
				found[key] = &OpenWindow{Operator: name, Start: o.Start.String(), End: o.End.String()}
			}
			found[key].Rows += o.Rows
			found[key].Groups += o.Groups
		}
	}
	if len(found) == 0 {
		return []OpenWindow{{Operator: name, Watermark: watermark.String(), Why: "no window is open: no row has come since the last one closed"}}
	}
	var out []OpenWindow
	for key, w := range found {
		w.Watermark = watermark.String()
		w.blame(p, key.end, watermark)
		out = append(out, *w)
	}
	slices.SortFunc(out, func(a, b OpenWindow) int {
		return cmp.Or(cmp.Compare(a.behind, b.behind), cmp.Compare(a.Start, b.Start))
	})
	return out[:min(len(out), maxOpen)]
}

// blame finds the split that keeps the watermark from a window's end.
func (w *OpenWindow) blame(p exec.Progress, end, watermark window.Micros) {
	if watermark == window.Min {
		w.Behind, w.behind = "unknown", window.Max
	} else {
		w.behind = end - watermark
		w.Behind = length(w.behind)
	}
	held := holder(p)
	switch {
	case held == nil && onward(p):
		w.Why = fmt.Sprintf("all shards are quiet: event time goes on with the clock, and the window closes in about %s", w.Behind)
	case held == nil:
		w.Why = "all splits are idle or have ended: the window closes at the end of the input, or when the clock has gone on past the idle timeout"
	default:
		w.HeldBy = held.Split
		w.Why = w.because(held)
		if held.IdleIn >= 0 {
			w.IdleIn = held.IdleIn.Round(time.Millisecond).String()
		}
	}
}

func (w *OpenWindow) because(held *exec.SplitProgress) string {
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
func length(m window.Micros) string { return (time.Duration(m) * time.Microsecond).String() }

package engine

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"kinesql/operators/exec"
	"kinesql/planner"
)

// OpenWindow tells why a window of a query is still open.
type OpenWindow struct {
	Operator  string `json:"operator"`
	Start     string `json:"window_start"` // ISO 8601; empty: no window is open, or the operator knows no bound
	End       string `json:"window_end"`
	Rows      int64  `json:"rows"`   // so far
	Groups    int    `json:"groups"` // keys that have rows
	Watermark string `json:"watermark"`
	HeldBy    string `json:"held_by"` // stream and shard whose clock is furthest behind; empty: none, or all are quiet
	Behind    string `json:"behind"`  // how far the watermark is from the end; empty: it waits for none
	IdleIn    string `json:"idle_in"` // when that shard counts as idle if nothing comes; empty: never, or it is
	Why       string `json:"why"`
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
	if out == nil {
		out = []OpenWindow{{Why: "the query has no windows, and no row of it waits for the watermark"}}
	}
	return out
}

package exec

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kinesql/operators"
	"kinesql/window"
)

// Progress is how far a query is in event time, and what keeps its windows open.
type Progress struct {
	Splits  []SplitProgress
	Windows []WindowProgress
}

// SplitProgress is how far a split of a source is.
type SplitProgress struct {
	Source string // the node's name
	Split  string // path or shard; a number where it has no name
	Begun  bool
	Ended  bool
	Idle   bool
	// High is the greatest event time read, Watermark that less the delay; both
	// window.Min before the first record.
	High, Watermark window.Micros
	// IdleIn is how long until the split counts as idle if nothing comes; negative:
	// it never does.
	IdleIn time.Duration
	// Onward: event time goes on with the clock, because all splits of the source are idle.
	Onward bool
}

// WindowProgress is the windows that an operator keeps open.
type WindowProgress struct {
	Operator  string
	Instance  int
	Watermark window.Micros
	Clock     bool // windows close by the clock: Watermark is what it shows
	Open      []operators.OpenWindow
}

// Progress asks all tasks how far they are; of open windows each operator tells at
// most so many. Tasks that have ended are left out.
func (q *Query) Progress(ctx context.Context, most int) (Progress, error) {
	var out Progress
	for _, t := range q.tasks {
		var p Progress
		err := t.ask(ctx, func() { p = t.progress(most) })
		if err != nil && !errors.Is(err, errEnded) {
			return out, err
		}
		out.Splits, out.Windows = append(out.Splits, p.Splits...), append(out.Windows, p.Windows...)
	}
	return out, nil
}

// progress is that of one task, asked within it.
func (t *task) progress(most int) (out Progress) {
	if t.feed != nil && t.feed.marks != nil {
		out.Splits = t.feed.marks.progress(t.feed.name, t.feed.src, t.env.Now())
	}
	for _, l := range t.links {
		if w, ok := l.op.(operators.Windower); ok {
			out.Windows = append(out.Windows, t.windows(l, w, most))
		}
	}
	return out
}

// windows tells of those of one operator.
func (t *task) windows(l *link, w operators.Windower, most int) WindowProgress {
	p := WindowProgress{
		Operator: l.name, Instance: l.instance, Watermark: window.Micros(l.watermark.Load()), Open: w.OpenWindows(most),
	}
	if c, ok := w.(operators.ByClock); ok && c.ByClock() {
		p.Clock, p.Watermark = true, window.At(t.env.Now())
	}
	return p
}

// progress tells of each split that the source knows of.
func (e *eventTime) progress(source string, src operators.Source, wall time.Time) []SplitProgress {
	now := wall.Add(-e.lost)
	onward := e.onward(now) != window.Min
	known := len(e.splits)
	if s, ok := src.(operators.Splitter); ok {
		known = min(known, s.Splits())
	}
	out := make([]SplitProgress, known)
	for i := range out {
		s := &e.splits[i]
		p := SplitProgress{
			Source: source, Split: fmt.Sprint(i), Begun: s.begun, Ended: s.ended, Idle: e.idle(s, now),
			High: s.high, Watermark: e.less(s.high), IdleIn: -1, Onward: onward,
		}
		if n, ok := src.(operators.Named); ok {
			p.Split = n.SplitName(i)
		}
		if e.spec.IdleTimeout > 0 && !(e.inTurn && !s.begun) {
			p.IdleIn = max(0, e.spec.IdleTimeout-now.Sub(s.since))
		}
		out[i] = p
	}
	return out
}

package logical

import (
	"fmt"
	"time"

	"kinesql/operators"
	"kinesql/window"
)

// Forgetter is a step that may keep state that no watermark ends: WITH (state_ttl=..)
// says how long it is kept untouched.
type Forgetter interface {
	Node
	// Keeps reports whether the step, as it stands, has use for a time to live.
	Keeps() bool
	// Lives is its time to live; 0: for ever.
	Lives() time.Duration
	// WithTTL returns the step with a time to live.
	WithTTL(ttl time.Duration) Node
}

// Keeps implements Forgetter: a group for each key that ever came.
func (a *Aggregate) Keeps() bool { return len(a.Keys) > 0 }

// Lives implements Forgetter.
func (a *Aggregate) Lives() time.Duration { return a.Emission.TTL }

// WithTTL implements Forgetter.
func (a *Aggregate) WithTTL(ttl time.Duration) Node {
	c := *a
	c.Emission.TTL = ttl
	return &c
}

// Keeps implements Forgetter: the keys whose empty windows are shown, and those of
// windows of rows, which wait for rows of their key.
func (w *WindowAggregate) Keeps() bool { return w.Emission.Empty || counts(w.Spec, w.Keys) }

func counts(s window.Spec, keys []int) bool { return s.Kind == window.Count && len(keys) > 0 }

// Lives implements Forgetter.
func (w *WindowAggregate) Lives() time.Duration { return w.Emission.TTL }

// WithTTL implements Forgetter.
func (w *WindowAggregate) WithTTL(ttl time.Duration) Node {
	c := *w
	c.Emission.TTL = ttl
	return &c
}

// Keeps implements Forgetter: the rows of windows that wait for others of their key.
func (a *Assign) Keeps() bool { return counts(a.Spec, a.Keys) }

// Lives implements Forgetter.
func (a *Assign) Lives() time.Duration { return a.TTL }

// WithTTL implements Forgetter.
func (a *Assign) WithTTL(ttl time.Duration) Node {
	c := *a
	c.TTL = ttl
	return &c
}

// Keeps implements Forgetter: rows whose partners may come at any time.
func (j *Join) Keeps() bool { return j.Range == nil && j.Windows == nil && j.AsOf == nil }

// Lives implements Forgetter.
func (j *Join) Lives() time.Duration { return j.Emission.TTL }

// WithTTL implements Forgetter.
func (j *Join) WithTTL(ttl time.Duration) Node {
	c := *j
	c.Emission.TTL = ttl
	return &c
}

// Warnings says of each step whose state grows for ever that it does.
func Warnings(n Node) []string {
	var out []string
	Walk(n, func(n Node) {
		if n.Traits().Bounded {
			return
		}
		switch x := n.(type) {
		case *Match:
			if x.waits() {
				out = append(out, "MATCH_RECOGNIZE without WITHIN keeps the rows of a match that is not decided for ever: "+
					"write PATTERN (..) WITHIN INTERVAL '1' HOUR to give up on matches that take longer")
			}
		case Forgetter:
			if x.Keeps() && x.Lives() == 0 {
				out = append(out, kept(x)+": end the query WITH (state_ttl='1 day') to forget what no row touches for so long")
			}
		}
	})
	return out
}

const countKeeps = "COUNT_WINDOW keeps every key for ever whose last window lacks rows"

// kept says what a step keeps for ever.
func kept(f Forgetter) string {
	switch f := f.(type) {
	case *WindowAggregate:
		if !f.Emission.Empty {
			return countKeeps
		}
		return "EMPTY WINDOWS keeps every key for ever"
	case *Assign:
		return countKeeps
	case *Join:
		return "JOIN without bounds in time keeps every row for ever"
	case *Rank:
		return "a ranking that is corrected as rows come keeps the rows of every partition for ever"
	case *Series:
		return "OVER (PARTITION BY ..) keeps something of every partition for ever"
	}
	return "GROUP BY without a window keeps every group for ever"
}

// emissionString is how EXPLAIN prints an emission, empty where it is the default.
func emissionString(e operators.Emission, windowed bool) string {
	out := ""
	switch {
	case e.Mode == operators.EmitEvery:
		out = " emit=every " + Duration(window.Micros(e.Every.Microseconds()))
	case e.Mode == operators.EmitChanges && windowed:
		out = " emit=changes"
	}
	if e.Empty {
		out += " empty windows"
	}
	if e.Lateness > 0 {
		out += " lateness=" + Duration(e.Lateness)
	}
	if e.TTL > 0 {
		out += fmt.Sprintf(" ttl=%s", Duration(window.Micros(e.TTL.Microseconds())))
	}
	return out
}

package logical

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// The names of the columns that windows give.
const (
	WindowStart = "window_start"
	WindowEnd   = "window_end"
	WindowTime  = "window_time"
)

var timestamp = batch.Of(batch.Timestamp)

// Top keeps the first N groups of each window. Order counts in the columns of
// the aggregate's output.
type Top struct {
	Order []aggregate.SortKey
	N     int
}

// WindowAggregate groups rows by keys and window. Its columns are the keys,
// window_start, window_end, then the aggregates.
type WindowAggregate struct {
	Input      Node
	Keys       []int
	Spec       window.Spec
	Time       int // not of Attached; of Count it may be -1
	Start, End int // of Attached
	Calls      []aggregate.Call
	Names      []string
	Top        *Top
	Upstream   window.Spec // Attached: the windows that the rows came with
	Emission   operators.Emission
}

// Schema implements Node.
func (w *WindowAggregate) Schema() *batch.Schema {
	fields := append(keyFields(w.Input, w.Keys),
		batch.Field{Name: WindowStart, Type: timestamp}, batch.Field{Name: WindowEnd, Type: timestamp})
	return batch.NewSchema(append(fields, callFields(w.Calls, w.Names)...)...)
}

// Inputs implements Node.
func (w *WindowAggregate) Inputs() []Node { return []Node{w.Input} }

// With implements Node.
func (w *WindowAggregate) With(in []Node) Node {
	c := *w
	c.Input = in[0]
	return &c
}

// Traits implements Node.
func (w *WindowAggregate) Traits() Traits {
	start, end := len(w.Keys), len(w.Keys)+1
	spec := w.Spec
	if spec.Kind == window.Attached {
		spec = w.Upstream
	}
	out := Traits{Bounded: w.Input.Traits().Bounded, Retracts: w.Emission.Changes()}
	if closes(spec) {
		out.Times, out.Windows = []int{end}, []Bounds{{Start: start, End: end, Spec: spec}}
	}
	return out
}

// Label implements Node.
func (w *WindowAggregate) Label() string {
	out := "WindowAggregate keys=" + columnNames(w.Input, w.Keys) + " window=" + w.windowString() +
		" aggregates=" + calls(w.Input, w.Calls)
	if w.Top != nil {
		out += fmt.Sprintf(" top=%d by [%s]", w.Top.N, order(w.Schema(), w.Top.Order))
	}
	return out + emissionString(w.Emission, true)
}

func (w *WindowAggregate) windowString() string {
	in := w.Input.Schema()
	if w.Spec.Kind == window.Attached {
		return "ATTACHED(" + in.Field(w.Start).Name + ", " + in.Field(w.End).Name + ")"
	}
	return SpecString(timeName(w.Input, w.Time), w.Spec)
}

// timeName is the name of a time column, if there is one.
func timeName(in Node, time int) string {
	if time < 0 {
		return ""
	}
	return in.Schema().Field(time).Name
}

// SpecString prints windows over a time column: HOP(ts, slide, size).
func SpecString(time string, s window.Spec) string {
	words := []string{time}
	add := func(lengths ...window.Micros) {
		for _, l := range lengths {
			words = append(words, Duration(l))
		}
	}
	switch s.Kind {
	case window.Count:
		words = []string{strconv.FormatInt(s.Rows, 10)}
		if s.Every != s.Rows {
			words = append(words, strconv.FormatInt(s.Every, 10))
		}
	case window.Session:
		add(s.Gap)
		if s.Size > 0 {
			add(s.Size)
		}
	case window.Hop, window.Cumulate:
		add(s.Slide, s.Size)
	default:
		add(s.Size)
	}
	if s.Offset != 0 {
		add(s.Offset)
	}
	if s.Zone != "" {
		words = append(words, "'"+s.Zone+"'")
	}
	out := s.Kind.String() + "(" + strings.Join(words, ", ") + ")"
	if s.Processing {
		out += " by the clock"
	}
	return out
}

// Duration prints a length of time as 1h30m or 250ms.
func Duration(m window.Micros) string {
	d, ok := m.Duration()
	if !ok {
		return m.Length()
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Assign appends window_start and window_end to each row, once for each window
// that the row is in. Rows of windows whose bounds do not follow from the clock
// alone come when their window has closed.
type Assign struct {
	Input Node
	Spec  window.Spec
	Time  int   // of Count it may be -1
	Keys  []int // of windows that are not aligned: rows that are equal in them share windows
	// TTL is how long a key of windows of rows is kept that no row touches; 0: for ever.
	TTL time.Duration
}

// Schema implements Node.
func (a *Assign) Schema() *batch.Schema {
	fields := append([]batch.Field{}, a.Input.Schema().Fields()...)
	return batch.NewSchema(append(fields,
		batch.Field{Name: WindowStart, Type: timestamp}, batch.Field{Name: WindowEnd, Type: timestamp})...)
}

// Inputs implements Node.
func (a *Assign) Inputs() []Node { return []Node{a.Input} }

// With implements Node.
func (a *Assign) With(in []Node) Node {
	c := *a
	c.Input = in[0]
	return &c
}

// Traits implements Node.
func (a *Assign) Traits() Traits {
	t, n := a.Input.Traits(), a.Input.Schema().Len()
	if !a.Spec.Kind.Aligned() {
		t.Times, t.Windows = nil, nil
		if a.Closes() {
			t.Times = []int{n + 1}
		}
	}
	if a.Closes() {
		t.Windows = append([]Bounds{{Start: n, End: n + 1, Spec: a.Spec}}, t.Windows...)
	}
	return t
}

// Closes reports whether watermarks tell when a window has closed: not where the
// clock of the machine or the number of rows does.
func (a *Assign) Closes() bool { return closes(a.Spec) }

func closes(s window.Spec) bool {
	return !s.Processing && s.Kind != window.Count
}

// Label implements Node.
func (a *Assign) Label() string {
	out := "WindowAssign " + SpecString(timeName(a.Input, a.Time), a.Spec)
	if !a.Spec.Kind.Aligned() {
		out += " keys=" + columnNames(a.Input, a.Keys)
	}
	return out + emissionString(operators.Emission{TTL: a.TTL}, true)
}

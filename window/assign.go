package window

import (
	"fmt"
	"math"
)

// MaxPanes is the most panes that a window may consist of.
const MaxPanes = 1_000_000

// The earliest and the latest instants that windows are computed for. Beyond
// them the bounds of a window would not fit.
const (
	Earliest Micros = math.MinInt64 / 4
	Latest   Micros = math.MaxInt64 / 4
)

// InRange reports whether t lies where windows can be computed.
func InRange(t Micros) bool { return t >= Earliest && t <= Latest }

// TumbleOf returns windows of the given size side by side.
func TumbleOf(size, offset Micros) Spec {
	return Spec{Kind: Tumble, Size: size, Slide: size, Offset: offset}
}

// HopOf returns windows of the given size, one beginning at each slide. A slide
// greater than the size leaves gaps: what falls into them is in no window.
func HopOf(size, slide, offset Micros) Spec {
	return Spec{Kind: Hop, Size: size, Slide: slide, Offset: offset}
}

// CumulateOf returns windows that begin side by side, each size apart, and of each
// start one that is a step long, one of two steps, and so on up to size.
func CumulateOf(size, step, offset Micros) Spec {
	return Spec{Kind: Cumulate, Size: size, Slide: step, Offset: offset}
}

// Validate says what is wrong with windows, if anything.
func (s Spec) Validate() error {
	switch {
	case s.Kind.Keyed():
		return s.validateKeyed()
	case !s.Kind.Aligned():
		return fmt.Errorf("a window of kind %s has no size", s.Kind)
	case s.Size <= 0:
		return fmt.Errorf("the window size must be greater than zero, not %s", s.Size.Length())
	case s.Slide <= 0:
		return fmt.Errorf("the window slide must be greater than zero, not %s", s.Slide.Length())
	case s.Kind == Tumble && s.Slide != s.Size:
		return fmt.Errorf("a tumble of size %s cannot slide by %s", s.Size.Length(), s.Slide.Length())
	case s.Kind == Cumulate && s.Size%s.Slide != 0:
		return fmt.Errorf("a cumulation up to %s does not consist of steps of %s", s.Size.Length(), s.Slide.Length())
	case s.Size > Latest || s.Slide > Latest || !InRange(s.Offset):
		return fmt.Errorf("the window of size %s, slide %s and offset %s is longer than time",
			s.Size.Length(), s.Slide.Length(), s.Offset.Length())
	case s.Panes() > MaxPanes:
		return fmt.Errorf("a window of size %s that slides by %s consists of %d panes of %s, more than %d: "+
			"choose a slide that divides the size, or a greater one",
			s.Size.Length(), s.Slide.Length(), s.Panes(), s.Pane().Length(), MaxPanes)
	}
	return nil
}

// Pane is the length of a pane, the greatest length of which both size and
// slide are multiples. Every window is a run of whole panes.
func (s Spec) Pane() Micros { return gcd(s.Size, s.Slide) }

// Panes is the number of panes in a window.
func (s Spec) Panes() int64 { return int64(s.Size / s.Pane()) }

// PaneStart returns the start of the pane that holds t.
func (s Spec) PaneStart(t Micros) Micros { return FloorTo(t, s.Pane(), s.Offset) }

// LastStart returns the start of the last window that begins at or before t.
// With a gap before the next window it may end at or before t.
func (s Spec) LastStart(t Micros) Micros { return FloorTo(t, s.Grid(), s.Offset) }

// Grid is how far apart windows begin.
func (s Spec) Grid() Micros {
	if s.Kind == Cumulate {
		return s.Size
	}
	return s.Slide
}

// StartOf returns the start of the window that ends at end.
func (s Spec) StartOf(end Micros) Micros {
	if s.Kind == Cumulate {
		return s.LastStart(end - 1)
	}
	return end - s.Size
}

// Ends returns the end of the first and of the last window that hold t, and
// false if t is in a gap between windows.
func (s Spec) Ends(t Micros) (first, last Micros, ok bool) {
	last = s.LastStart(t) + s.Size
	first = s.EndAfter(t)
	return first, last, first <= last
}

// EndAfter returns the earliest end of a window that is later than t.
func (s Spec) EndAfter(t Micros) Micros {
	return FloorTo(t, s.Slide, s.Offset+s.Size) + s.Slide
}

// Windows yields start and end of all windows that hold t, the earliest end first.
func (s Spec) Windows(t Micros) func(yield func(start, end Micros) bool) {
	return func(yield func(start, end Micros) bool) {
		first, last, _ := s.Ends(t)
		for end := first; end <= last; end += s.Slide {
			if !yield(s.StartOf(end), end) {
				return
			}
		}
	}
}

// Count is the greatest number of windows that hold one instant.
func (s Spec) Count() int64 { return int64((s.Size + s.Slide - 1) / s.Slide) }

// FloorTo returns the greatest instant offset + n*step that is not after t, for
// instants before offset as well.
func FloorTo(t, step, offset Micros) Micros {
	past := (t - offset) % step
	if past < 0 {
		past += step
	}
	return t - past
}

// CeilTo returns the least instant offset + n*step that is not before t.
func CeilTo(t, step, offset Micros) Micros {
	if f := FloorTo(t, step, offset); f != t {
		return f + step
	}
	return t
}

func gcd(a, b Micros) Micros {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

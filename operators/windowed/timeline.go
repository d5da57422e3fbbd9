package windowed

import "kinesql/window"

// bounds is the bounds of a window: instants, as they are shown.
type bounds struct{ start, end window.Micros }

// timeline is the windows of a query in the order of their ends.
type timeline struct{ spec window.Spec }

// holding yields the windows that hold t, the earliest first.
func (l *timeline) holding(t window.Micros) func(yield func(bounds) bool) {
	return func(yield func(bounds) bool) {
		first, last, _ := l.spec.Ends(t)
		for end := first; end <= last; end += l.spec.Slide {
			if !yield(l.ending(end)) {
				return
			}
		}
	}
}

// after is the first window that ends later than t.
func (l *timeline) after(t window.Micros) bounds { return l.ending(l.spec.EndAfter(t)) }

// upTo is the last window that ends at t or before.
func (l *timeline) upTo(t window.Micros) bounds { return l.ending(l.spec.EndAfter(t) - l.spec.Slide) }

func (l *timeline) ending(end window.Micros) bounds { return bounds{end - l.spec.Size, end} }

// piece is the stretch of time around t that lies in the same windows.
func (l *timeline) piece(t window.Micros) (from, to window.Micros) {
	from = l.spec.PaneStart(t)
	return from, from + l.spec.Pane()
}

package windowed

import "kinesql/window"

// bounds is the bounds of a window: instants, as they are shown.
type bounds struct{ start, end window.Micros }

// timeline is the windows of a query in the order of their ends. It speaks of
// instants; the windows themselves go by the readings of their clock.
type timeline struct {
	spec window.Spec
	wall *window.Wall
}

// holding yields the windows that hold t, the earliest end first.
func (l *timeline) holding(t window.Micros) func(yield func(bounds) bool) {
	return func(yield func(bounds) bool) {
		for start, end := range l.spec.Windows(l.wall.At(t)) {
			if skipped(l.spec, l.wall, start, end) {
				continue
			}
			if !yield(bounds{l.wall.Instant(start), l.wall.Instant(end)}) {
				return
			}
		}
	}
}

// after is the first window that ends later than t.
func (l *timeline) after(t window.Micros) bounds {
	end := l.spec.EndAfter(l.wall.At(t))
	for !l.wall.Lasts(l.spec.StartOf(end), end) {
		end += l.spec.Slide
	}
	return l.ending(end)
}

// upTo is the last window that ends at t or before.
func (l *timeline) upTo(t window.Micros) bounds {
	return l.ending(l.spec.EndAfter(l.wall.At(t)) - l.spec.Slide)
}

func (l *timeline) ending(end window.Micros) bounds {
	return bounds{l.wall.Instant(l.spec.StartOf(end)), l.wall.Instant(end)}
}

// piece is the stretch of time around t that lies in the same windows.
func (l *timeline) piece(t window.Micros) (from, to window.Micros) {
	start := l.spec.PaneStart(l.wall.At(t))
	return l.wall.Instant(start), l.wall.Instant(start + l.spec.Pane())
}

// skipped reports whether clocks skipped the last step of a cumulating window: it
// is the one before it.
func skipped(s window.Spec, wall *window.Wall, start, end window.Micros) bool {
	before := end - s.Slide
	return s.Kind == window.Cumulate && before > start && !wall.Lasts(before, end)
}

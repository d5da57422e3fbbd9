package windowed

import (
	"cmp"
	"slices"

	"kinesql/operators/aggregate"
	"kinesql/window"
)

// windowList is windows of keys, each of the spans that it consists of.
type windowList struct {
	list  []keyWindow
	parts []uint32 // spans, the earliest first
	gone  []uint32 // spans that no window needs any more
}

// keyWindow is a window of one key.
type keyWindow struct {
	start, end window.Micros
	key        uint32
	from, to   uint32 // of parts
}

// add appends a window of one span.
func (l *windowList) add(key uint32, start, end window.Micros, id uint32) {
	l.parts = append(l.parts, id)
	n := uint32(len(l.parts))
	l.list = append(l.list, keyWindow{start: start, end: end, key: key, from: n - 1, to: n})
}

func (l *windowList) clear() { l.list, l.parts, l.gone = l.list[:0], l.parts[:0], l.gone[:0] }

// sort puts windows from one on, all of one key, into the order of their starts.
func (l *windowList) sort(from int) {
	slices.SortFunc(l.list[from:], func(a, b keyWindow) int {
		return cmp.Or(cmp.Compare(a.start, b.start), cmp.Compare(a.end, b.end))
	})
}

// order puts windows into the order in which they close.
func (l *windowList) order(keys aggregate.Table) {
	slices.SortFunc(l.list, func(a, b keyWindow) int {
		if c := cmp.Or(cmp.Compare(a.end, b.end), cmp.Compare(a.start, b.start)); c != 0 || a.key == b.key {
			return c
		}
		return keys.Compare(a.key, b.key)
	})
}

// single reports whether each of the windows is one span.
func (l *windowList) single(from, to int) bool {
	for _, w := range l.list[from:to] {
		if w.to-w.from != 1 {
			return false
		}
	}
	return true
}

// addAll appends a window of several spans.
func (l *windowList) addAll(key uint32, start, end window.Micros, ids []uint32) {
	from := uint32(len(l.parts))
	l.parts = append(l.parts, ids...)
	l.list = append(l.list, keyWindow{start: start, end: end, key: key, from: from, to: uint32(len(l.parts))})
}

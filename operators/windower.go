package operators

import (
	"cmp"
	"slices"

	"kinesql/window"
)

// Windower is an Operator that keeps windows open, for those who ask why.
type Windower interface {
	// OpenWindows returns the first windows that wait for the watermark, in the
	// order of their ends, at most so many. It is called between two other calls.
	OpenWindows(most int) []OpenWindow
}

// OpenWindow is a window that waits for the watermark to reach its end.
type OpenWindow struct {
	Start, End window.Micros // window.Min: the operator knows no such bound
	Rows       int64         // so far
	Groups     int           // keys that have rows
	// Lacks is how many rows a window of rows still wants: it waits for no
	// watermark. Of several keys, the least.
	Lacks int64
	// Waits says that this is no window, but rows that wait for the watermark: they
	// came at Start or later, and no row waits any more once it has reached End.
	Waits bool
}

// ByClock is a Windower whose windows may close by the clock of the machine instead
// of the watermark.
type ByClock interface{ ByClock() bool }

// FirstWindows collects the windows that end first.
type FirstWindows struct {
	most int
	list []OpenWindow
}

// NewFirstWindows returns a collection of so many windows at most.
func NewFirstWindows(most int) *FirstWindows { return &FirstWindows{most: most} }

// Add counts a window in. Windows of equal bounds are one: their rows and groups
// are added up.
func (f *FirstWindows) Add(w OpenWindow) {
	i, found := slices.BinarySearchFunc(f.list, w, compareOpen)
	if found {
		f.list[i].Rows += w.Rows
		f.list[i].Groups += w.Groups
		f.list[i].Lacks = min(f.list[i].Lacks, w.Lacks)
		return
	}
	if i >= f.most {
		return
	}
	f.list = slices.Insert(f.list, i, w)
	f.list = f.list[:min(len(f.list), f.most)]
}

// List returns the windows in the order of their ends.
func (f *FirstWindows) List() []OpenWindow { return f.list }

func compareOpen(a, b OpenWindow) int {
	return cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Start, b.Start))
}

package rank

import (
	"errors"
	"fmt"
	"slices"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

const badTime = "KSQL-4004" // as in package windowed

var errSnapshot = errors.New("a rank cannot be part of a checkpoint")

// windows knows the partitions of each window.
type windows struct {
	column int // the window's end; -1: all partitions are of one window, that never closes
	name   string
	ends   []window.Micros // by partition
	open   map[window.Micros][]uint32
	values []int64 // of the column, in the batch at hand
}

func newWindows(cfg Config) windows {
	w := windows{column: cfg.WindowEnd, open: map[window.Micros][]uint32{}}
	if w.column >= 0 {
		w.name = cfg.In.Field(w.column).Name
	}
	return w
}

// onTime returns the rows of windows that are open, and tells of the others.
func (w *windows) onTime(in batch.Batch, wm window.Micros, faults operators.Faults) []int32 {
	rows := make([]int32, 0, in.Rows())
	if w.column < 0 {
		for i := range in.Rows() {
			rows = append(rows, int32(i))
		}
		return rows
	}
	v := in.Vector(w.column)
	w.values = v.I64
	for i := range in.Rows() {
		if !v.IsValid(i) {
			faults.RowError(operators.RowError{
				Where: operators.WhereOf(in, i), Operator: "rank", Code: badTime,
				Message: fmt.Sprintf("%s is NULL: the row is in no window", w.name),
			})
			continue
		}
		end := window.Micros(v.I64[i])
		if before := max(wm, in.Mark(i)); end <= before && end < window.Max {
			faults.LateRow(operators.LateRow{
				Where: operators.WhereOf(in, i), EventTime: end, Watermark: before, WindowStart: window.Min, WindowEnd: end,
			})
			continue
		}
		rows = append(rows, int32(i))
	}
	return rows
}

// note remembers the window of a partition when its first row comes.
func (w *windows) note(k uint32, row int32, first bool) {
	if !first {
		return
	}
	end := window.Max
	if w.column >= 0 {
		end = window.Micros(w.values[row])
	}
	for int(k) >= len(w.ends) {
		w.ends = append(w.ends, window.Min)
	}
	w.ends[k] = end
	w.open[end] = append(w.open[end], k)
}

// due returns the windows that are over, in order.
func (w *windows) due(wm window.Micros) []window.Micros {
	var out []window.Micros
	for end := range w.open {
		if end <= wm {
			out = append(out, end)
		}
	}
	slices.Sort(out)
	return out
}

// take forgets a window and returns its partitions. One that was empty for a while
// may have been noted twice, or belong to another window by now.
func (w *windows) take(end window.Micros) []uint32 {
	var out []uint32
	for _, k := range w.open[end] {
		if w.ends[k] == end {
			out = append(out, k)
			w.ends[k] = window.Min
		}
	}
	delete(w.open, end)
	return out
}

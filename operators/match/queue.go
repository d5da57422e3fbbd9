package match

import (
	"cmp"
	"slices"

	"kinesql/operators/state"
)

// waiting is a row that the watermark is not past yet.
type waiting struct {
	time int64
	seq  int64 // of arrival
	part uint32
	id   state.ID // None: the row can be no variable
}

func (w waiting) before(o waiting) bool {
	return w.time < o.time || w.time == o.time && w.seq < o.seq
}

// queue gives out waiting rows by time and arrival. It is a heap of runs, one a
// batch, by their first row.
type queue struct {
	runs [][]waiting
	rows int
}

// add takes the rows of a batch over.
func (q *queue) add(run []waiting) {
	if len(run) == 0 {
		return
	}
	if !slices.IsSortedFunc(run, compare) {
		slices.SortFunc(run, compare)
	}
	q.rows += len(run)
	q.runs = append(q.runs, run)
	for i := len(q.runs) - 1; i > 0; {
		up := (i - 1) / 2
		if !q.runs[i][0].before(q.runs[up][0]) {
			return
		}
		q.runs[i], q.runs[up] = q.runs[up], q.runs[i]
		i = up
	}
}

func compare(a, b waiting) int {
	if a.time != b.time {
		return cmp.Compare(a.time, b.time)
	}
	return cmp.Compare(a.seq, b.seq)
}

// next takes out the first row, if its time is before wm.
func (q *queue) next(wm int64) (waiting, bool) {
	if len(q.runs) == 0 || q.runs[0][0].time >= wm {
		return waiting{}, false
	}
	first := q.runs[0][0]
	q.rows--
	if q.runs[0] = q.runs[0][1:]; len(q.runs[0]) == 0 {
		last := len(q.runs) - 1
		q.runs[0], q.runs[last] = q.runs[last], nil
		q.runs = q.runs[:last]
	}
	q.sink()
	return first, true
}

// sink puts the first run where it belongs.
func (q *queue) sink() {
	for i := 0; ; {
		least := 2*i + 1
		if least >= len(q.runs) {
			return
		}
		if right := least + 1; right < len(q.runs) && q.runs[right][0].before(q.runs[least][0]) {
			least = right
		}
		if !q.runs[least][0].before(q.runs[i][0]) {
			return
		}
		q.runs[i], q.runs[least] = q.runs[least], q.runs[i]
		i = least
	}
}

// bytes is the memory held, at least.
func (q *queue) bytes() int64 { return int64(24*cap(q.runs) + 24*q.rows) }

package match

import (
	"fmt"
	"kinesql/operators/pattern"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
)

// totals computes an aggregate of MEASURES for the matches that are put out.
type totals struct {
	slot   pattern.Slot
	set    *aggregate.Set
	states *aggregate.States
	failed []failure
}

type failure struct {
	row     int
	message string
}

// compute appends the results, one an output row.
func (t *totals) compute(u *output, out *batch.Vector) {
	rows := u.o.rows.Batch(u.rows, batch.Beside{})
	defer rows.Release()
	input := t.set.Input(rows, 0)
	if u.o.cfg.AllRows && !t.slot.Final {
		t.running(u, input, out)
		return
	}
	var in []int32
	var groups []uint32
	for g, m := range u.matches {
		for row := m.from; row < m.end; row++ {
			if t.counts(u, row) {
				in, groups = append(in, int32(row)), append(groups, uint32(g))
			}
		}
	}
	t.states.Grow(len(u.matches))
	t.states.Add(input, in, groups)
	ids := make([]uint32, len(u.of))
	for i, m := range u.of {
		ids[i] = uint32(m)
	}
	t.states.Result(0, ids, out, t.fail(0))
	t.states.Clear()
}

func (t *totals) counts(u *output, row int) bool {
	return t.slot.Variable == pattern.Every || int(u.labels[row]) == t.slot.Variable
}

// running computes the aggregate up to each row.
func (t *totals) running(u *output, input *aggregate.Input, out *batch.Vector) {
	group := []uint32{0}
	t.states.Grow(1)
	match := -1
	for i, row := range u.shown {
		if u.of[i] != match {
			match = u.of[i]
			t.states.Reset(group)
		}
		if t.counts(u, row) {
			t.states.Add(input, []int32{int32(row)}, group)
		}
		t.states.Result(0, group, out, t.fail(i))
	}
	t.states.Clear()
}

func (t *totals) fail(from int) aggregate.Fail {
	return func(i int, message string) { t.failed = append(t.failed, failure{from + i, message}) }
}

// tell tells of results that could not be represented; b holds the rows.
func (u *output) tell(b batch.Batch) {
	for i, t := range u.totals {
		if t == nil {
			continue
		}
		for _, f := range t.failed {
			u.o.env.Faults.RowError(operators.RowError{
				Where: operators.WhereOf(b, f.row), Operator: "match", Code: "KSQL-4001",
				Message: fmt.Sprintf("measure %d: %s", i+1, f.message),
			})
		}
		t.failed = t.failed[:0]
	}
}

package rank

import (
	"math/rand/v2"
	"slices"
	"testing"

	"kinesql/operators/state"
)

// TestListsAreInOrder compares a list, as it becomes long and short again, with a
// slice.
func TestListsAreInOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	l, want := &lists{}, []uint64{}
	l.grow(2)
	for step := range 6000 {
		word := rnd.Uint64N(1 << 40)
		compare := func(e entry) int {
			if e.prefix < word {
				return -1
			}
			return 1
		}
		at := l.search(1, compare)
		if i, _ := slices.BinarySearch(want, word); i != at {
			t.Fatalf("step %d: found place %d, want %d", step, at, i)
		}
		if grows := step < 3000; rnd.IntN(3) > 0 == grows || len(want) == 0 {
			l.insert(1, at, entry{prefix: word, id: state.ID(step)})
			want = slices.Insert(want, at, word)
		} else {
			at = rnd.IntN(len(want))
			l.remove(1, at)
			want = slices.Delete(want, at, at+1)
		}
		if len(want) != l.len(1) {
			t.Fatalf("step %d: %d entries, want %d", step, l.len(1), len(want))
		}
	}
	for i, w := range want {
		if got := l.at(1, i).prefix; got != w {
			t.Fatalf("place %d holds %d, want %d", i, got, w)
		}
	}
	if ids := l.clear(1, nil); len(ids) != len(want) || l.len(1) != 0 || l.heap != 0 {
		t.Errorf("%d of %d rows given back, %d bytes left", len(ids), len(want), l.heap)
	}
}

package state_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators/state"
)

type number int

func (n number) Before(o number) bool { return n < o }

func TestHeap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var heap state.Heap[number]
		var kept []number
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			if len(kept) > 0 && rapid.Bool().Draw(t, "pop") {
				slices.Sort(kept)
				if got := heap.Pop(); got != kept[0] {
					t.Fatalf("got %d, want %d", got, kept[0])
				}
				kept = kept[1:]
				continue
			}
			n := number(rapid.IntRange(0, 50).Draw(t, "number"))
			heap.Push(n)
			kept = append(kept, n)
		}
		if len(heap) != len(kept) {
			t.Fatalf("%d are left, want %d", len(heap), len(kept))
		}
	})
}

package aggregate

import (
	"math/rand/v2"
	"slices"
	"testing"

	"kinesql/operators/batch"
)

// TestLargeIntTable holds a table that is read ahead to a map, through its
// doublings and removals.
func TestLargeIntTable(t *testing.T) {
	const keys, rows = 60_000, 1000
	typ := batch.Of(batch.BigInt)
	table, err := NewTable([]batch.Type{typ})
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(1, 2))
	want := map[int64]uint32{}
	picked, ids := make([]int32, rows), make([]uint32, rows)
	for i := range picked {
		picked[i] = int32(rows - 1 - i)
	}
	for round := range 200 {
		values := make([]int64, rows)
		for i := range values {
			values[i] = r.Int64N(keys) << (r.IntN(2) * 20)
		}
		table.Assign([]batch.Vector{{Type: typ, Len: rows, I64: values}}, picked, ids)
		for i, id := range ids {
			k := values[picked[i]]
			if known, ok := want[k]; ok && known != id {
				t.Fatalf("round %d: key %d has id %d, had %d", round, k, id, known)
			}
			want[k] = id
		}
		if round%10 == 9 {
			removeSome(table, want, int64(round/10)%5)
		}
		if table.Live() != len(want) {
			t.Fatalf("round %d: %d keys, want %d", round, table.Live(), len(want))
		}
	}
	checkIDs(t, table, want)
}

// removeSome forgets the fifth of the keys with a rest.
func removeSome(table Table, want map[int64]uint32, rest int64) {
	var gone []uint32
	for k, id := range want {
		if k%5 == rest {
			gone = append(gone, id)
			delete(want, k)
		}
	}
	slices.Sort(gone)
	table.Remove(gone)
}

func checkIDs(t *testing.T, table Table, want map[int64]uint32) {
	t.Helper()
	seen := map[uint32]bool{}
	for k, id := range want {
		out := batch.Vector{Type: table.Type(0)}
		table.Append(0, []uint32{id}, &out)
		if out.Len != 1 || out.I64[0] != k {
			t.Fatalf("id %d is of %v, want %d", id, out.I64, k)
		}
		if seen[id] {
			t.Fatalf("id %d is of two keys", id)
		}
		seen[id] = true
	}
}

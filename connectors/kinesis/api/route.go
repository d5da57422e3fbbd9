package api

import (
	"math/bits"
	"slices"
	"sync/atomic"

	"kinesql/connectors/shard"
)

// routes finds the open shard that a hash key belongs to. It is made once per
// version of a stream.
type routes struct {
	starts []shard.Hash // of the open shards' ranges, ascending
	homes  []home       // in the same order
	turn   atomic.Uint32
}

// home is an open shard and its identifier.
type home struct {
	*shard.Shard
	name string
}

// newRoutes makes the routes of a stream. The ranges of its open shards cover all
// hash keys.
func newRoutes(st *shard.Stream) *routes {
	r := &routes{}
	for i := range st.Shards {
		if sh := &st.Shards[i]; sh.Open() {
			r.homes = append(r.homes, home{sh, shard.Name(sh.Index)})
		}
	}
	slices.SortFunc(r.homes, func(a, b home) int { return a.Range.Start.Compare(b.Range.Start) })
	for _, h := range r.homes {
		r.starts = append(r.starts, h.Range.Start)
	}
	return r
}

// find returns the slot of the shard that a key belongs to. Ranges mostly are about
// even, so where it would be then is looked at first.
func (r *routes) find(h shard.Hash) int {
	n := len(r.starts)
	guess, _ := bits.Mul64(h.Hi, uint64(n))
	if g := int(guess); r.starts[g].Compare(h) <= 0 && (g+1 == n || h.Compare(r.starts[g+1]) < 0) {
		return g
	}
	low, high := 0, n // starts[low] <= h < starts[high]
	for high-low > 1 {
		if mid := int(uint(low+high) / 2); r.starts[mid].Compare(h) <= 0 {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// next returns slots in turn, for records that choose no shard.
func (r *routes) next() int { return int(r.turn.Add(1)) % len(r.homes) }

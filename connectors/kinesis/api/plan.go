package api

import (
	"math/bits"
	"slices"
	"sort"

	"kinesql/connectors/shard"
)

// plan tells at which hash keys the shards begin after UpdateShardCount, ascending
// and from 0 on. olds is where the open shards begin now, likewise.
//
// Shards of equal size are the aim, with about as many splits and merges as Amazon
// Kinesis is seen to need: to grow it splits each shard at most once and then merges;
// to shrink evenly divided shards it only merges. So a beginning that shards of equal
// size would have moves to an old one, if that is no more than half a shard away: when
// growing only if its shard is to be split elsewhere already. What is farther away,
// because the shards are of very different sizes, stays where it belongs.
func plan(olds []shard.Hash, target int) []shard.Hash {
	p := &planner{olds: olds, used: make([]bool, len(olds)), far: halfShard(len(olds))}
	p.used[0] = true // all keys begin there
	ideal := shard.EvenRanges(target)[1:]
	out := []shard.Hash{{}}
	var inside []shard.Hash // ideal beginnings in one shard, while growing
	home := 0
	for _, r := range ideal {
		if i, ok := p.near(r.Start, shard.Hash{Hi: 1}); ok { // as good as equal
			out = append(out, p.take(i))
			continue
		}
		if target < len(olds) {
			out = append(out, p.nearest(r.Start))
			continue
		}
		if h := p.home(r.Start); h != home {
			out = append(out, p.place(home, inside)...)
			home, inside = h, nil
		}
		inside = append(inside, r.Start)
	}
	out = append(out, p.place(home, inside)...)
	slices.SortFunc(out, shard.Hash.Compare)
	return out
}

// planner keeps which of the old beginnings stay.
type planner struct {
	olds []shard.Hash
	used []bool
	far  shard.Hash // half the mean size of the old shards
}

// halfShard is half the mean size of a number of shards, rounded up.
func halfShard(shards int) shard.Hash { return shard.EvenRanges(2 * shards)[1].Start.Next() }

func (p *planner) take(i int) shard.Hash {
	p.used[i] = true
	return p.olds[i]
}

// home is the old shard that a key is in.
func (p *planner) home(h shard.Hash) int {
	return sort.Search(len(p.olds), func(i int) bool { return p.olds[i].Compare(h) > 0 }) - 1
}

// near finds the nearest old beginning that is free and less than far away: of two
// that are as good as equally near, the first, so that the shards that stay come before
// the new ones.
func (p *planner) near(h shard.Hash, far shard.Hash) (best int, ok bool) {
	for i := max(p.home(h), 0); i <= p.home(h)+1 && i < len(p.olds); i++ {
		d := distance(p.olds[i], h)
		if !p.used[i] && d.Compare(far) <= 0 && (!ok || d.Hi < far.Hi) {
			best, far, ok = i, d, true
		}
	}
	return best, ok
}

// nearest is the old beginning to use in place of h, or h.
func (p *planner) nearest(h shard.Hash) shard.Hash {
	if i, ok := p.near(h, p.far); ok {
		return p.take(i)
	}
	return h
}

// place settles the beginnings inside of one old shard: of two, the one that is
// nearer to an end of the shard moves there.
func (p *planner) place(home int, inside []shard.Hash) []shard.Hash {
	if len(inside) != 2 {
		return inside
	}
	first, second := p.edge(home, inside[0]), p.edge(home+1, inside[1])
	switch {
	case first == nil && second == nil:
	case second == nil || first != nil && first.Compare(*second) <= 0:
		inside[0] = p.take(home)
	default:
		inside[1] = p.take(home + 1)
	}
	return inside
}

// edge is how far a key is from an old beginning that is free, or nil.
func (p *planner) edge(i int, h shard.Hash) *shard.Hash {
	if i >= len(p.olds) || p.used[i] {
		return nil
	}
	if d := distance(p.olds[i], h); d.Compare(p.far) <= 0 {
		return &d
	}
	return nil
}

// distance is how far apart two keys are.
func distance(a, b shard.Hash) shard.Hash {
	if a.Compare(b) < 0 {
		a, b = b, a
	}
	lo, borrow := bits.Sub64(a.Lo, b.Lo, 0)
	hi, _ := bits.Sub64(a.Hi, b.Hi, borrow)
	return shard.Hash{Hi: hi, Lo: lo}
}

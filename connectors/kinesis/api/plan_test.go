package api

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kinesql/connectors/shard"
)

// starts is where ranges begin.
func starts(ranges []shard.HashRange) []shard.Hash {
	out := make([]shard.Hash, len(ranges))
	for i, r := range ranges {
		out[i] = r.Start
	}
	return out
}

// steps counts the splits and merges from one division to another.
func steps(olds, news []shard.Hash) (splits, merges int) {
	for _, n := range news {
		if !slices.Contains(olds, n) {
			splits++
		}
	}
	return splits, len(olds) + splits - len(news)
}

// From evenly divided shards Kinesis makes as many shards on the way as it is seen
// to make: splits make two, merges one.
func TestPlanMakesAsManyShardsAsKinesis(t *testing.T) {
	for _, c := range []struct{ from, to, total int }{
		{2, 4, 6}, {4, 5, 15}, {10, 13, 37}, {4, 2, 6}, {5, 3, 7}, {1, 2, 3}, {2, 3, 7}, {3, 6, 9}, {3, 3, 3}, {4, 6, 14}, {6, 3, 9}, {4, 3, 5}, {7, 14, 21}, {4, 7, 13},
	} {
		t.Run(fmt.Sprint(c.from, c.to), func(t *testing.T) {
			olds := starts(shard.EvenRanges(c.from))
			news := plan(olds, c.to)
			splits, merges := steps(olds, news)
			if total := c.from + 2*splits + merges; total != c.total || len(news) != c.to {
				t.Errorf("got %d shards in the end, %d in all, want %d in all", len(news), total, c.total)
			}
		})
	}
}

// Growing to a whole multiple, and by steps that need no compromise, gives shards of
// equal size.
func TestPlanIsEven(t *testing.T) {
	for _, c := range [][2]int{{1, 2}, {2, 3}, {2, 4}, {3, 6}, {4, 5}, {4, 6}, {4, 8}, {8, 4}, {6, 3}, {100, 50}, {5000, 10000}} {
		news := plan(starts(shard.EvenRanges(c[0])), c[1])
		ideal := starts(shard.EvenRanges(c[1]))
		for i := range ideal {
			if distance(news[i], ideal[i]).Compare(shard.Hash{Hi: 1}) > 0 {
				t.Errorf("%d to %d: shard %d begins at %s, want about %s", c[0], c[1], i, news[i], ideal[i])
			}
		}
	}
}

// Of two old beginnings that are as near the first stays, so that the shards come in
// the order of their keys as in that of their numbers.
func TestPlanKeepsTheFirstOfEquals(t *testing.T) {
	olds := starts(shard.EvenRanges(3))
	if news := plan(olds, 2); !slices.Equal(news, olds[:2]) {
		t.Errorf("got %v, want %v", news, olds[:2])
	}
}

// Whatever the shards were: there are as many as asked for, they begin at 0 and
// ascend, and no beginning is farther than half an old shard from where it should be.
func TestPlanOfAnyShards(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		olds := []shard.Hash{{}}
		for range rapid.IntRange(0, 40).Draw(t, "more") {
			olds = append(olds, shard.Hash{Hi: rapid.Uint64Min(1).Draw(t, "hi"), Lo: rapid.Uint64().Draw(t, "lo")})
		}
		slices.SortFunc(olds, shard.Hash.Compare)
		olds = slices.Compact(olds)
		target := rapid.IntRange((len(olds)+1)/2, 2*len(olds)).Draw(t, "target")
		news := plan(olds, target)
		ideal := shard.EvenRanges(target)
		if len(news) != target || news[0] != (shard.Hash{}) {
			t.Fatalf("got %v, want %d from 0 on", news, target)
		}
		far := halfShard(len(olds))
		for i := range news {
			if i > 0 && news[i-1].Compare(news[i]) >= 0 {
				t.Fatalf("%s does not follow %s", news[i], news[i-1])
			}
			if distance(news[i], ideal[i].Start).Compare(far) > 0 {
				t.Fatalf("shard %d begins at %s, too far from %s", i, news[i], ideal[i].Start)
			}
		}
	})
}

package shardlog

import (
	"errors"
	"testing"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// Several exchanges in one: each opened shard has the parents of its own step, and
// their records' ends; a step that cannot be is the end of all.
func TestReshards(t *testing.T) {
	l := openLog(t, vfs.NewMem(), Options{})
	st := createStream(t, l, "s", 4)
	put(t, l, st.ID, group(0, "a", "b"), group(2, "c"))
	at := shard.Hash{Lo: 100}
	split := shard.Exchange{Closing: []uint32{0}, Opening: []shard.HashRange{
		{End: at.Previous()}, {Start: at, End: st.Shards[0].Range.End}}}
	merge := shard.Exchange{Closing: []uint32{2, 3}, Opening: []shard.HashRange{
		{Start: st.Shards[2].Range.Start, End: st.Shards[3].Range.End}}}
	for _, bad := range [][]shard.Exchange{
		{split, split},
		{split, {Closing: []uint32{1}, Opening: merge.Opening}},
		{merge, {Closing: []uint32{9}, Opening: merge.Opening}},
	} {
		if made, err := l.Reshards(st.ID, bad); err == nil {
			t.Fatalf("got %v", made)
		}
	}
	if now, err := l.Stream(st.ID); err != nil || len(now.Shards) != 4 || !now.Shards[0].Open() {
		t.Fatalf("after what cannot be: %v, %v", now, err)
	}
	made, err := l.Reshards(st.ID, []shard.Exchange{split, merge})
	if err != nil {
		t.Fatal(err)
	}
	if len(made) != 2 || len(made[0]) != 2 || len(made[1]) != 1 || made[0][1].Range.Start != at || made[1][0].Index != 6 {
		t.Fatalf("got %v", made)
	}
	if p := made[0][0].Parents; len(p) != 1 || p[0] != 0 {
		t.Errorf("parents of a split: %v", p)
	}
	if p := made[1][0].Parents; len(p) != 2 || p[0] != 2 || p[1] != 3 {
		t.Errorf("parents of a merge: %v", p)
	}
	now, err := l.Stream(st.ID)
	if err != nil {
		t.Fatal(err)
	}
	for index, end := range map[uint32]uint64{0: 2, 2: 1, 3: 0} {
		if sh := now.Shard(index); sh.Open() || sh.ClosedAt != end {
			t.Errorf("shard %d ends at %d, want %d", index, sh.ClosedAt, end)
		}
	}
	g := []shard.Group{group(3, "d")}
	if err := l.Append(t.Context(), st.ID, g); err != nil || !errors.Is(g[0].Err, shard.ErrShardClosed) {
		t.Errorf("to a closed shard: %v, %v", err, g[0].Err)
	}
	put(t, l, st.ID, group(1, "e"), group(6, "f"))
}

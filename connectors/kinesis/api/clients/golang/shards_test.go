package golang

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

const half = "170141183460469231731687303715884105728"

func resharding(t *testing.T, s *suite) {
	name := aws.String("reshard")
	s.makeStream(t, *name, 1)
	_, err := s.SplitShard(t.Context(), &kinesis.SplitShardInput{StreamName: name, ShardToSplit: aws.String("shardId-000000000000"), NewStartingHashKey: aws.String(half)})
	ok(t, err)
	s.await(t, *name)
	shards := s.shards(t, kinesis.ListShardsInput{StreamName: name})
	equal(t, "shards after the split", len(shards), 3)
	equal(t, "parent of a child", *shards[1].ParentShardId, "shardId-000000000000")
	equal(t, "start of the upper child", *shards[2].HashKeyRange.StartingHashKey, half)
	if shards[0].SequenceNumberRange.EndingSequenceNumber == nil || shards[1].SequenceNumberRange.EndingSequenceNumber != nil {
		t.Error("a closed shard has an ending sequence number, an open one has none")
	}
	_, err = s.MergeShards(t.Context(), &kinesis.MergeShardsInput{StreamName: name, ShardToMerge: aws.String("shardId-000000000001"), AdjacentShardToMerge: aws.String("shardId-000000000002")})
	ok(t, err)
	s.await(t, *name)
	merged := s.shards(t, kinesis.ListShardsInput{StreamName: name})[3]
	equal(t, "parent", *merged.ParentShardId, "shardId-000000000001")
	equal(t, "adjacent parent", *merged.AdjacentParentShardId, "shardId-000000000002")
	_, err = s.SplitShard(t.Context(), &kinesis.SplitShardInput{StreamName: name, ShardToSplit: aws.String("shardId-000000000001"), NewStartingHashKey: aws.String("5")})
	if err == nil {
		t.Error("a closed shard was split")
	}
	scale(t, s, name)
}

func scale(t *testing.T, s *suite, name *string) {
	t.Helper()
	out, err := s.UpdateShardCount(t.Context(), &kinesis.UpdateShardCountInput{StreamName: name, TargetShardCount: aws.Int32(2), ScalingType: types.ScalingTypeUniformScaling})
	ok(t, err)
	equal(t, "shards before", *out.CurrentShardCount, 1)
	equal(t, "shards after", *out.TargetShardCount, 2)
	s.await(t, *name)
	open := s.shards(t, kinesis.ListShardsInput{StreamName: name, ShardFilter: &types.ShardFilter{Type: types.ShardFilterTypeAtLatest}})
	equal(t, "open shards", len(open), 2)
	equal(t, "start of the second", *open[1].HashKeyRange.StartingHashKey, half)
	_, err = s.UpdateShardCount(t.Context(), &kinesis.UpdateShardCountInput{StreamName: name, TargetShardCount: aws.Int32(5), ScalingType: types.ScalingTypeUniformScaling})
	if err == nil {
		t.Error("2 shards may become 4 at most")
	}
}

// shards lists all shards, page by page of two.
func (s *suite) shards(t *testing.T, in kinesis.ListShardsInput) []types.Shard {
	t.Helper()
	in.MaxResults = aws.Int32(2)
	var all []types.Shard
	for {
		page, err := s.ListShards(t.Context(), &in)
		ok(t, err)
		all = append(all, page.Shards...)
		if page.NextToken == nil {
			return all
		}
		in = kinesis.ListShardsInput{NextToken: page.NextToken, MaxResults: in.MaxResults}
	}
}

func shardLists(t *testing.T, s *suite) {
	name := aws.String("filters")
	s.makeStream(t, *name, 2)
	_, err := s.SplitShard(t.Context(), &kinesis.SplitShardInput{StreamName: name, ShardToSplit: aws.String("shardId-000000000001"), NewStartingHashKey: aws.String("300000000000000000000000000000000000000")})
	ok(t, err)
	s.await(t, *name)
	for _, c := range []struct {
		filter types.ShardFilter
		want   string
	}{
		{types.ShardFilter{Type: types.ShardFilterTypeFromTrimHorizon}, "0123"},
		{types.ShardFilter{Type: types.ShardFilterTypeAtTrimHorizon}, "01"},
		{types.ShardFilter{Type: types.ShardFilterTypeAtLatest}, "023"},
		{types.ShardFilter{Type: types.ShardFilterTypeAfterShardId, ShardId: aws.String("shardId-000000000001")}, "23"},
	} {
		var got strings.Builder
		for _, sh := range s.shards(t, kinesis.ListShardsInput{StreamName: name, ShardFilter: &c.filter}) {
			got.WriteByte((*sh.ShardId)[len(*sh.ShardId)-1])
		}
		equal(t, string(c.filter.Type), got.String(), c.want)
	}
	after := s.shards(t, kinesis.ListShardsInput{StreamName: name, ExclusiveStartShardId: aws.String("shardId-000000000002")})
	equal(t, "shards after the third", len(after), 1)
}

// TestReadThroughResharding reads a stream parents first while it is split and
// merged, as consumers without a library do, and finds every record once.
func TestReadThroughResharding(t *testing.T) {
	s := start(t)
	name := aws.String("through")
	s.makeStream(t, *name, 2)
	var want []string
	put := func(round int) {
		for i := range 40 {
			text := fmt.Sprintf("%d-%02d", round, i)
			_, err := s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: &text, Data: []byte(text)})
			ok(t, err)
			want = append(want, text)
		}
	}
	put(0)
	for round, target := range []int32{4, 3, 6} {
		_, err := s.UpdateShardCount(t.Context(), &kinesis.UpdateShardCountInput{StreamName: name, TargetShardCount: &target, ScalingType: types.ScalingTypeUniformScaling})
		ok(t, err)
		s.await(t, *name)
		put(round + 1)
	}
	got := s.follow(t, *name)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("read %d records %v, put %d", len(got), got, len(want))
	}
}

// follow reads a stream from its first shards on, to the children that the ends of
// shards name.
func (s *suite) follow(t *testing.T, stream string) (data []string) {
	t.Helper()
	seen := map[string]bool{}
	var queue []string
	for _, sh := range s.shards(t, kinesis.ListShardsInput{StreamName: &stream, ShardFilter: &types.ShardFilter{Type: types.ShardFilterTypeAtTrimHorizon}}) {
		queue = append(queue, *sh.ShardId)
	}
	for len(queue) > 0 {
		id := queue[0]
		queue = queue[1:]
		seen[id] = true
		for _, r := range s.read(t, stream, id, types.ShardIteratorTypeTrimHorizon) {
			data = append(data, string(r.Data))
		}
		for _, child := range s.children(t, stream, id) {
			if !seen[*child.ShardId] && !slices.Contains(queue, *child.ShardId) && read(seen, child.ParentShards) {
				queue = append(queue, *child.ShardId)
			}
		}
	}
	return data
}

func read(seen map[string]bool, parents []string) bool {
	return !slices.ContainsFunc(parents, func(p string) bool { return !seen[p] })
}

// children asks for the children at the end of a shard.
func (s *suite) children(t *testing.T, stream, shard string) []types.ChildShard {
	t.Helper()
	it, err := s.GetShardIterator(t.Context(), &kinesis.GetShardIteratorInput{StreamName: &stream, ShardId: &shard, ShardIteratorType: types.ShardIteratorTypeLatest})
	ok(t, err)
	out, err := s.GetRecords(t.Context(), &kinesis.GetRecordsInput{ShardIterator: it.ShardIterator})
	ok(t, err)
	return out.ChildShards
}

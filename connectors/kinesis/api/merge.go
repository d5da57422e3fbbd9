package api

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// mergeShards closes two adjacent shards, named in the order of their keys, and
// opens one in their place, when the stream has been UPDATING for Config.StatusDelay.
func (s *Server) mergeShards(_ context.Context, c *Caller, in *kinesis.MergeShardsInput) (*kinesis.MergeShardsOutput, error) {
	v, err := s.toReshard(c, in.StreamName, in.StreamARN, *in.ShardToMerge, *in.AdjacentShardToMerge)
	if err != nil {
		return nil, err
	}
	low, err := v.openShard(*in.ShardToMerge)
	if err != nil {
		return nil, err
	}
	high, err := v.openShard(*in.AdjacentShardToMerge)
	if err != nil {
		return nil, err
	}
	if low.Range.End == shard.MaxHash || low.Range.End.Next() != high.Range.Start {
		return nil, wire.Errorf(codeInvalidArgument, "Shards %s and %s in stream %s under account %s are not an adjacent pair of shards eligible for merging",
			shard.Name(low.Index), shard.Name(high.Index), v.Name, v.Scope.Account)
	}
	_, err = s.begin(v, job{Merge: []uint32{low.Index, high.Index}}, unchanged)
	return nil, err
}

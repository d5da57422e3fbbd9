package api

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// shardsLimit is how many shards a page of ListShards has at most.
const shardsLimit = 1000

// listShards lists the shards of a stream, which a client names at first and then
// continues by token.
func (s *Server) listShards(_ context.Context, c *Caller, in *kinesis.ListShardsInput) (*kinesis.ListShardsOutput, error) {
	if err := checkListShards(in); err != nil {
		return nil, err
	}
	v, page, err := s.shardsStart(c, in)
	if err != nil {
		return nil, err
	}
	if v.Status != shard.Active && v.Status != shard.Updating {
		return nil, notActive(v)
	}
	shards := s.filter(v, s.listed(v), page.Filter)
	if page.After != "" {
		shards = after(shards, page.After)
	}
	n := min(len(shards), pageSize(in.MaxResults, shardsLimit))
	out := &kinesis.ListShardsOutput{Shards: describeShards(shards[:n])}
	if n < len(shards) {
		page.After = shard.Name(shards[n-1].Index)
		out.NextToken = s.encodeToken(page)
	}
	return out, nil
}

// shardsStart tells of which stream, from where and by what filter to list.
func (s *Server) shardsStart(c *Caller, in *kinesis.ListShardsInput) (*view, pageToken, error) {
	if in.NextToken == nil {
		v, err := s.resolve(c, in.StreamName, in.StreamARN)
		if err != nil {
			return nil, pageToken{}, err
		}
		page := pageToken{Kind: "shards", Stream: v.ID, Name: v.Name, Filter: in.ShardFilter}
		if in.ExclusiveStartShardId != nil {
			page.After = *in.ExclusiveStartShardId
		}
		return v, page, sameCreation(v, in.StreamCreationTimestamp)
	}
	page, err := s.decodeToken(*in.NextToken, "shards")
	if err != nil {
		return nil, page, err
	}
	v, err := s.tokenStream(c, page)
	if err == nil && in.StreamARN != nil && *in.StreamARN != streamARN(v.Scope, v.Name) {
		err = wire.Errorf(codeInvalidArgument, "NextToken and StreamARN do not refer to the same stream.")
	}
	return v, page, err
}

// checkListShards checks what a request may say together.
func checkListShards(in *kinesis.ListShardsInput) error {
	if in.NextToken == nil {
		if in.StreamName == nil && in.StreamARN == nil {
			return wire.Errorf(codeInvalidArgument, "Either NextToken or StreamName should be provided.")
		}
		return checkFilter(in.ShardFilter)
	}
	for _, other := range []struct {
		name  string
		given bool
	}{
		{"StreamName", in.StreamName != nil},
		{"ExclusiveStartShardId", in.ExclusiveStartShardId != nil},
		{"StreamCreationTimestamp", in.StreamCreationTimestamp != nil},
		{"ShardFilter", in.ShardFilter != nil && in.ShardFilter.Type != types.ShardFilterType("")},
	} {
		if other.given {
			return wire.Errorf(codeInvalidArgument, "NextToken and %s cannot be provided together.", other.name)
		}
	}
	return nil
}

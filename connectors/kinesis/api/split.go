package api

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// splitShard closes a shard and opens two in its place, when the stream has been
// UPDATING for Config.StatusDelay.
func (s *Server) splitShard(_ context.Context, c *Caller, in *kinesis.SplitShardInput) (*kinesis.SplitShardOutput, error) {
	v, err := s.toReshard(c, in.StreamName, in.StreamARN, *in.ShardToSplit)
	if err != nil {
		return nil, err
	}
	sh, err := v.openShard(*in.ShardToSplit)
	if err != nil {
		return nil, err
	}
	s.quota.Lock()
	defer s.quota.Unlock()
	if err := s.room(v.Scope, 1); err != nil {
		return nil, err
	}
	at, err := shard.ParseHash(*in.NewStartingHashKey)
	if err != nil || at.Compare(sh.Range.Start.Next()) <= 0 || at.Compare(sh.Range.End) >= 0 {
		return nil, wire.Errorf(codeInvalidArgument, "NewStartingHashKey %s used in SplitShard() on shard %s in stream %s under account %s "+
			"is not both greater than one plus the shard's StartingHashKey %s and less than the shard's EndingHashKey %s.",
			*in.NewStartingHashKey, shard.Name(sh.Index), v.Name, v.Scope.Account, sh.Range.Start, sh.Range.End)
	}
	_, err = s.begin(v, job{Split: &splitJob{Shard: sh.Index, At: at}}, unchanged)
	return nil, err
}

// toReshard finds the stream whose shards a request changes: a provisioned one that
// is ACTIVE. What is no shard at all is told even before the stream is looked up.
func (s *Server) toReshard(c *Caller, name, arn *string, shards ...string) (*view, error) {
	scope, stream, err := address(c.Scope, name, arn)
	if err != nil {
		return nil, err
	}
	for _, text := range shards {
		if _, ok := shardIndex(text); !ok {
			return nil, shardNotFound(&view{Stream: &shard.Stream{Scope: scope, Name: stream}}, text)
		}
	}
	v, err := s.find(scope, stream)
	if err != nil {
		return nil, err
	}
	if v.doc.onDemand() {
		return nil, wire.Errorf(codeValidation, "Request is invalid. Stream %s under account %s is in On-Demand mode.", v.Name, v.Scope.Account)
	}
	if v.Status != shard.Active {
		return nil, notActive(v)
	}
	return v, nil
}

// openShard finds a shard that can be split or merged.
func (v *view) openShard(text string) (*shard.Shard, error) {
	sh, err := v.shardOf(text)
	if err != nil {
		return nil, err
	}
	if !sh.Open() {
		return nil, wire.Errorf(codeInvalidArgument, "Shard %s in stream %s under account %s has already been merged or split, "+
			"and thus is not eligible for merging or splitting.", shard.Name(sh.Index), v.Name, v.Scope.Account)
	}
	return sh, nil
}

// splitAt opens two shards in the place of one, the second of which starts at a key.
func (s *Server) splitAt(v *view, index uint32, at shard.Hash) error {
	sh := v.Shard(index)
	if sh == nil {
		return nil // split and expired long ago
	}
	return s.reshard(v, []uint32{index}, []shard.HashRange{
		{Start: sh.Range.Start, End: at.Previous()},
		{Start: at, End: sh.Range.End},
	})
}

// merge opens one shard in the place of two adjacent ones.
func (s *Server) merge(v *view, low, high uint32) error {
	a, b := v.Shard(low), v.Shard(high)
	if a == nil || b == nil {
		return nil
	}
	return s.reshard(v, []uint32{low, high}, []shard.HashRange{{Start: a.Range.Start, End: b.Range.End}})
}

// reshard does it in the log. That it has been done already, before a crash, is well.
func (s *Server) reshard(v *view, closing []uint32, opening []shard.HashRange) error {
	_, err := s.cfg.Log.Reshard(v.ID, closing, opening)
	if errors.Is(err, shard.ErrShardClosed) || errors.Is(err, shard.ErrNoStream) {
		return nil
	}
	return err
}

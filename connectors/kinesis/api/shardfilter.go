package api

import (
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// checkFilter checks that a filter has what its type needs, and no more.
func checkFilter(f *types.ShardFilter) error {
	if f == nil {
		return nil
	}
	timed := f.Type == types.ShardFilterTypeAtTimestamp || f.Type == types.ShardFilterTypeFromTimestamp
	switch {
	case timed && f.Timestamp == nil:
		return wire.Errorf(codeInvalidArgument, "Timestamp must be provided in ShardFilter when Type is %s.", f.Type)
	case !timed && f.Timestamp != nil:
		return wire.Errorf(codeInvalidArgument, "Timestamp cannot be provided in ShardFilter when Type is %s.", f.Type)
	case f.Type == types.ShardFilterTypeAfterShardId && f.ShardId == nil:
		return wire.Errorf(codeInvalidArgument, "ShardId must be provided in ShardFilter when Type is %s.", f.Type)
	case f.Type != types.ShardFilterTypeAfterShardId && f.ShardId != nil:
		return wire.Errorf(codeInvalidArgument, "ShardId cannot be provided in ShardFilter when Type is %s.", f.Type)
	}
	return nil
}

// filter leaves of the listed shards those that f asks for.
func (s *Server) filter(v *view, shards []*shard.Shard, f *types.ShardFilter) []*shard.Shard {
	if f == nil {
		return shards
	}
	horizon := s.cfg.Now().Add(-v.Retention)
	if horizon.Before(v.Created) {
		horizon = v.Created
	}
	switch f.Type {
	case types.ShardFilterTypeAfterShardId:
		return after(shards, *f.ShardId)
	case types.ShardFilterTypeAtLatest:
		return slices.DeleteFunc(shards, func(sh *shard.Shard) bool { return !sh.Open() })
	case types.ShardFilterTypeAtTrimHorizon:
		return withoutChildren(openAt(v, shards, horizon))
	case types.ShardFilterTypeAtTimestamp:
		if f.Timestamp.Before(horizon) {
			return withoutChildren(openAt(v, shards, horizon))
		}
		return openAt(v, shards, *f.Timestamp)
	case types.ShardFilterTypeFromTimestamp:
		return slices.DeleteFunc(shards, func(sh *shard.Shard) bool { return !sh.Open() && sh.Closed.Before(*f.Timestamp) })
	}
	return shards // FROM_TRIM_HORIZON
}

// openAt is the shards that were open at a time, their first and last instants included.
func openAt(v *view, shards []*shard.Shard, at time.Time) []*shard.Shard {
	return slices.DeleteFunc(shards, func(sh *shard.Shard) bool {
		return opened(v.Stream, sh).After(at) || !sh.Open() && sh.Closed.Before(at)
	})
}

// withoutChildren leaves out shards whose parents are there: who begins to read at
// the horizon comes to them by way of the parents.
func withoutChildren(shards []*shard.Shard) []*shard.Shard {
	there := map[uint32]bool{}
	for _, sh := range shards {
		there[sh.Index] = true
	}
	return slices.DeleteFunc(shards, func(sh *shard.Shard) bool {
		return slices.ContainsFunc(sh.Parents, func(p uint32) bool { return there[p] })
	})
}

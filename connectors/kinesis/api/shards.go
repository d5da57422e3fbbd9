package api

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/shard"
)

// shardIndex reads what a client calls a shard. Kinesis looks only at the number
// behind the first hyphen, or at the whole text if there is none:
// shardId-000000000003, shardId-3, x-3 and 3 are the same.
func shardIndex(text string) (uint32, bool) {
	if parts := strings.SplitN(text, "-", 3); len(parts) > 1 && parts[1] != "" {
		text = parts[1]
	}
	if text == "" || text[0] == '+' {
		return 0, false
	}
	n, err := strconv.ParseUint(text, 10, 31)
	return uint32(n), err == nil
}

// shardOf finds the shard that a client names.
func (v *view) shardOf(text string) (*shard.Shard, error) {
	index, ok := shardIndex(text)
	if !ok {
		return nil, shardNotFound(v, text)
	}
	if sh := v.Shard(index); sh != nil {
		return sh, nil
	}
	return nil, shardNotFound(v, shard.Name(index))
}

// openShards counts the shards that take records.
func openShards(st *shard.Stream) int {
	n := 0
	for i := range st.Shards {
		if st.Shards[i].Open() {
			n++
		}
	}
	return n
}

// listed is the shards that a stream shows, oldest first: none while it is being
// created, and none that was closed before its oldest record.
func (s *Server) listed(v *view) []*shard.Shard {
	if !v.born() {
		return nil
	}
	horizon := s.cfg.Now().Add(-v.Retention)
	var out []*shard.Shard
	for i := range v.Shards {
		if sh := &v.Shards[i]; sh.Open() || !sh.Closed.Before(horizon) {
			out = append(out, sh)
		}
	}
	return out
}

// after leaves out the shards up to the one that a client names.
func after(shards []*shard.Shard, text string) []*shard.Shard {
	compare := func(sh *shard.Shard) int { return strings.Compare(shard.Name(sh.Index), text) }
	if index, ok := shardIndex(text); ok {
		compare = func(sh *shard.Shard) int { return cmp.Compare(sh.Index, index) }
	}
	i := slices.IndexFunc(shards, func(sh *shard.Shard) bool { return compare(sh) > 0 })
	if i < 0 {
		return nil
	}
	return shards[i:]
}

// describeShards is how shards look in answers.
func describeShards(shards []*shard.Shard) []types.Shard {
	out := make([]types.Shard, len(shards))
	for i, sh := range shards {
		out[i] = describeShard(sh)
	}
	return out
}

func describeShard(sh *shard.Shard) types.Shard {
	out := types.Shard{
		ShardId:      new(shard.Name(sh.Index)),
		HashKeyRange: &types.HashKeyRange{StartingHashKey: new(sh.Range.Start.String()), EndingHashKey: new(sh.Range.End.String())},
		SequenceNumberRange: &types.SequenceNumberRange{
			StartingSequenceNumber: new(sh.StartingSequence().String()),
		},
	}
	if !sh.Open() {
		out.SequenceNumberRange.EndingSequenceNumber = new(sh.EndingSequence().String())
	}
	if len(sh.Parents) > 0 {
		out.ParentShardId = new(shard.Name(sh.Parents[0]))
	}
	if len(sh.Parents) > 1 {
		out.AdjacentParentShardId = new(shard.Name(sh.Parents[1]))
	}
	return out
}

// opened is when a shard began to take records: when its parents were closed, or
// with its stream. Its Created, which is in sequence numbers, may differ by seconds.
func opened(st *shard.Stream, sh *shard.Shard) time.Time {
	for _, p := range sh.Parents {
		if parent := st.Shard(p); parent != nil && !parent.Open() {
			return parent.Closed
		}
	}
	if len(sh.Parents) > 0 {
		return sh.Created
	}
	return st.Created
}

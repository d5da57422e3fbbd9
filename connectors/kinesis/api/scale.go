package api

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

const (
	// scaleLimit is how many shards UpdateShardCount gives a stream at most.
	scaleLimit = 10_000
	// scalesPerDay is how often it may be called for a stream under rate limits.
	scalesPerDay = 10
)

// updateShardCount splits and merges shards until a stream has a number of open
// shards of about equal size, when it has been UPDATING for Config.StatusDelay.
func (s *Server) updateShardCount(_ context.Context, c *Caller, in *kinesis.UpdateShardCountInput) (*kinesis.UpdateShardCountOutput, error) {
	v, err := s.toReshard(c, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	s.quota.Lock()
	defer s.quota.Unlock()
	open, target := openShards(v.Stream), int(*in.TargetShardCount)
	if err := s.checkScale(v, open, target); err != nil {
		return nil, err
	}
	if _, err := s.begin(v, job{Scale: target}, func(_ *shard.Stream, doc *document) error {
		return s.count(doc, &doc.Scalings, scalesPerDay, "UpdateShardCount", v)
	}); err != nil {
		return nil, err
	}
	return &kinesis.UpdateShardCountOutput{
		StreamName:        new(v.Name),
		StreamARN:         new(streamARN(v.Scope, v.Name)),
		CurrentShardCount: new(int32(open)),
		TargetShardCount:  new(int32(target)),
	}, nil
}

// checkScale checks a target against the limits.
func (s *Server) checkScale(v *view, open, target int) error {
	counts := func(text string, args ...any) error {
		return wire.Errorf(codeLimitExceeded, text+" Current open shard count: %d, Target shard count: %d", append(args, open, target)...)
	}
	switch most := min(s.cfg.ShardLimit, scaleLimit); {
	case target > most:
		return counts("Target shard count or number of open shards cannot be greater than %d.", most)
	case target > 2*open:
		return counts("UpdateShardCount cannot scale up over double your current open shard count.")
	case 2*target < open:
		return counts("UpdateShardCount cannot scale down below half your current open shard count.")
	case target > open:
		return s.room(v.Scope, target-open)
	}
	return nil
}

// count notes a call that may be made only so often in 24 hours, and refuses one too
// many. Like all limits of rates it counts only for streams that have them switched on.
func (s *Server) count(doc *document, calls *[]int64, most int, action string, v *view) error {
	if !doc.RateLimits {
		*calls = nil
		return nil
	}
	now := s.cfg.Now()
	dayAgo := now.Add(-24 * time.Hour).UnixMilli()
	*calls = slices.DeleteFunc(*calls, func(at int64) bool { return at <= dayAgo })
	if len(*calls) >= most {
		return wire.Errorf(codeLimitExceeded, "%s cannot be called more than %d times in 24 hours for stream %s under account %s.",
			action, most, v.Name, v.Scope.Account)
	}
	*calls = append(*calls, now.UnixMilli())
	return nil
}

// scale brings a stream to a number of open shards: first all splits, then all merges.
func (s *Server) scale(v *view, target int) error {
	st, err := s.cfg.Log.Stream(v.ID)
	if err != nil {
		return err
	}
	open := openByRange(st)
	olds := make([]shard.Hash, len(open))
	for i, sh := range open {
		olds[i] = sh.Range.Start
	}
	starts := plan(olds, target)
	pieces, err := s.splitAll(v.ID, open, starts)
	if err != nil {
		return err
	}
	return s.mergeAll(v.ID, pieces, starts)
}

// openByRange is the open shards in the order of their keys.
func openByRange(st *shard.Stream) []shard.Shard {
	open := slices.DeleteFunc(slices.Clone(st.Shards), func(sh shard.Shard) bool { return !sh.Open() })
	slices.SortFunc(open, func(a, b shard.Shard) int { return a.Range.Start.Compare(b.Range.Start) })
	return open
}

// splitAll splits shards wherever one is to begin, and returns all pieces. A shard
// with several beginnings inside is halved between them first, so that few rounds do.
func (s *Server) splitAll(id shard.StreamID, pieces []shard.Shard, starts []shard.Hash) ([]shard.Shard, error) {
	for {
		var steps []shard.Exchange
		var next []shard.Shard // a zero shard where a step puts two
		for _, sh := range pieces {
			cuts := inside(starts, sh.Range)
			if len(cuts) == 0 {
				next = append(next, sh)
				continue
			}
			at := cuts[len(cuts)/2]
			steps = append(steps, shard.Exchange{Closing: []uint32{sh.Index},
				Opening: []shard.HashRange{{Start: sh.Range.Start, End: at.Previous()}, {Start: at, End: sh.Range.End}}})
			next = append(next, shard.Shard{}, shard.Shard{})
		}
		if len(steps) == 0 {
			return pieces, nil
		}
		var err error
		if pieces, err = s.exchange(id, steps, next); err != nil {
			return nil, err
		}
	}
}

// inside is the starts within a range, without its own.
func inside(starts []shard.Hash, r shard.HashRange) []shard.Hash {
	from, _ := slices.BinarySearchFunc(starts, r.Start.Next(), shard.Hash.Compare)
	to, last := slices.BinarySearchFunc(starts, r.End, shard.Hash.Compare)
	if last {
		to++
	}
	return starts[min(from, to):to]
}

// mergeAll merges each piece that is not to begin a shard with the one before it, all
// pairs at once and over again.
func (s *Server) mergeAll(id shard.StreamID, pieces []shard.Shard, starts []shard.Hash) error {
	for {
		var steps []shard.Exchange
		var next []shard.Shard // a zero shard where a step puts one
		for i := 0; i < len(pieces); i++ {
			sh := pieces[i]
			if i+1 == len(pieces) || begins(starts, pieces[i+1]) {
				next = append(next, sh)
				continue
			}
			i++
			steps = append(steps, shard.Exchange{Closing: []uint32{sh.Index, pieces[i].Index},
				Opening: []shard.HashRange{{Start: sh.Range.Start, End: pieces[i].Range.End}}})
			next = append(next, shard.Shard{})
		}
		if len(steps) == 0 {
			return nil
		}
		var err error
		if pieces, err = s.exchange(id, steps, next); err != nil {
			return err
		}
	}
}

// begins reports whether a shard starts where one is to start.
func begins(starts []shard.Hash, sh shard.Shard) bool {
	_, ok := slices.BinarySearchFunc(starts, sh.Range.Start, shard.Hash.Compare)
	return ok
}

// exchange does a round of splits or merges, and puts what they opened in the places
// that next has for it.
func (s *Server) exchange(id shard.StreamID, steps []shard.Exchange, next []shard.Shard) ([]shard.Shard, error) {
	made, err := s.reshards(id, steps)
	if err != nil {
		return nil, err
	}
	flat := slices.Concat(made...)
	for i := range next {
		if next[i].Created.IsZero() {
			next[i], flat = flat[0], flat[1:]
		}
	}
	return next, nil
}

// reshards does several exchanges, at once if the log can.
func (s *Server) reshards(id shard.StreamID, steps []shard.Exchange) ([][]shard.Shard, error) {
	if log, ok := s.cfg.Log.(shard.Resharder); ok {
		return log.Reshards(id, steps)
	}
	var out [][]shard.Shard
	for _, step := range steps {
		made, err := s.cfg.Log.Reshard(id, step.Closing, step.Opening)
		if err != nil {
			return nil, err
		}
		out = append(out, made)
	}
	return out, nil
}

package api

import (
	"time"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// Where reading may start, of iterators and of subscriptions.
const (
	atSequence   = "AT_SEQUENCE_NUMBER"
	afterSeq     = "AFTER_SEQUENCE_NUMBER"
	trimHorizon  = "TRIM_HORIZON"
	latest       = "LATEST"
	atTimestamp  = "AT_TIMESTAMP"
	eitherOrText = "Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or " +
		"(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified %s and %s StartingSequenceNumber."
)

// position is where a client wants to start.
type position struct {
	action   string // GetShardIterator or SubscribeToShard, for messages
	kind     string
	sequence *string
	time     *time.Time
}

// place turns a position into the counter to read from.
func (s *Server) place(v *view, sh *shard.Shard, p position) (uint64, error) {
	bounds, err := s.cfg.Log.Bounds(shard.Ref{Stream: v.ID, Shard: sh.Index})
	if err != nil {
		return 0, s.readError(v, sh.Index, err)
	}
	switch p.kind {
	case trimHorizon, latest:
		if p.sequence != nil {
			return 0, wire.Errorf(codeInvalidArgument, eitherOrText, p.kind, "also a")
		}
		if p.kind == trimHorizon {
			return bounds.First, nil
		}
		return bounds.Next, nil
	case atTimestamp:
		if p.sequence != nil { // of no use, but it must be right
			if err := s.checkNumber(v, sh, p); err != nil {
				return 0, err
			}
		}
		return s.placeOfTime(v, sh, p.time)
	}
	return s.placeOfNumber(v, sh, p, bounds)
}

// placeOfTime finds the first record that arrived at a time or later. A time before
// the trim horizon means the horizon.
func (s *Server) placeOfTime(v *view, sh *shard.Shard, t *time.Time) (uint64, error) {
	if t == nil {
		return 0, wire.Errorf(codeInvalidArgument,
			"Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter.")
	}
	now := s.cfg.Now()
	if t.After(now) {
		return 0, wire.Errorf(codeInvalidArgument,
			"The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: %d, currentTimestampInMillis: %d",
			t.UnixMilli(), now.UnixMilli())
	}
	next, err := s.cfg.Log.Seek(shard.Ref{Stream: v.ID, Shard: sh.Index}, t.UnixMilli())
	return next, s.readError(v, sh.Index, err)
}

// placeOfNumber finds the record of a sequence number, or the one after it. A number
// that is past the shard's end, as continuation numbers may be after records were
// lost in a crash without durability, means the end.
func (s *Server) placeOfNumber(v *view, sh *shard.Shard, p position, bounds shard.Bounds) (uint64, error) {
	if p.sequence == nil {
		return 0, wire.Errorf(codeInvalidArgument, eitherOrText, p.kind, "no")
	}
	if err := s.checkNumber(v, sh, p); err != nil {
		return 0, err
	}
	q, err := shard.ParseSequence(*p.sequence)
	if err != nil { // bits set that are always zero in ours
		return 0, foreignNumber(v, sh, p)
	}
	place := q.At()
	if p.kind == afterSeq {
		place = q.After()
	}
	return min(max(place, bounds.First), bounds.Next), nil
}

// checkNumber refuses a number that is not of the shard.
func (s *Server) checkNumber(v *view, sh *shard.Shard, p position) error {
	n, ok := parseNumber(*p.sequence)
	switch {
	case !ok:
		return wire.Errorf(codeInvalidArgument, "StartingSequenceNumber %s used in %s on shard %s in stream %s under account %s is invalid.",
			*p.sequence, p.action, shard.Name(sh.Index), v.Name, v.Scope.Account)
	case n.shard != int32(sh.Index):
		return wire.Errorf(codeInvalidArgument, "Invalid StartingSequenceNumber. It encodes shardId-%012d, while it was used in a call to a shard with %s",
			n.shard, shard.Name(sh.Index))
	case n.version == 0: // the service itself stumbles over these
		return &wire.Error{Code: codeInternal, Status: 500}
	case n.version != 2 || n.created != sh.Created.Unix():
		return foreignNumber(v, sh, p)
	}
	return nil
}

func foreignNumber(v *view, sh *shard.Shard, p position) *wire.Error {
	return wire.Errorf(codeInvalidArgument, "StartingSequenceNumber %s used in %s on shard %s in stream %s under account %s is invalid because it did not come from this stream.",
		*p.sequence, p.action, shard.Name(sh.Index), v.Name, v.Scope.Account)
}

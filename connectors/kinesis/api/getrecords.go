package api

import (
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// Limits of a GetRecords answer.
const (
	maxReadBytes   = 10 << 20
	maxReadRecords = 10_000
)

// reading is what a GetRecords or an event of a subscription brings.
type reading struct {
	view     *view
	shard    *shard.Shard
	page     shard.Page
	behind   int64          // MillisBehindLatest
	children []*shard.Shard // of a shard that has been read to its end
}

// getRecords reads from an iterator.
func (s *Server) getRecords(c *Caller, in *kinesis.GetRecordsInput, maxBytes int) (*reading, error) {
	it, err := s.openIterator(c.Scope, aws.ToString(in.ShardIterator))
	if err != nil {
		return nil, err
	}
	if err := checkIteratorStream(c, it, in.StreamARN); err != nil {
		return nil, err
	}
	v, sh, err := s.iterated(c, &it)
	if err != nil {
		return nil, err
	}
	if aws.ToBool(in.DryRun) {
		return nil, dryRun()
	}
	if !s.admitRead(v, sh.Index) {
		if s.cfg.Metrics != nil {
			s.cfg.Metrics.Throttled(v.Scope, v.Name, "GetRecords")
		}
		return nil, rateExceeded(v, shard.Name(sh.Index))
	}
	limit := maxReadRecords
	if in.Limit != nil {
		limit = int(*in.Limit)
	}
	r, err := s.read(v, sh, it.next, limit, maxBytes, nil)
	if err != nil {
		return nil, err
	}
	s.countGet(r, "GetRecords")
	return r, nil
}

// checkIteratorStream compares a StreamARN with the stream that the iterator carries.
func checkIteratorStream(c *Caller, it iterator, arn *string) error {
	if arn == nil {
		return nil
	}
	scope, name, err := address(c.Scope, nil, arn)
	if err == nil && (name != it.name || scope != c.Scope) {
		err = wire.Errorf(codeInvalidArgument, "StreamARN %s is not the stream that the ShardIterator belongs to.", *arn)
	}
	return err
}

// iterated finds the shard of an iterator. A stream of the same name that was made
// in place of a deleted one is read from its start.
func (s *Server) iterated(c *Caller, it *iterator) (*view, *shard.Shard, error) {
	v, err := s.findID(c.Scope, it.stream, it.name)
	if isNotFound(err) {
		it.next = 0
		v, err = s.find(c.Scope, it.name)
	}
	if isNotFound(err) {
		return nil, nil, noShard(c.Scope, it.name, shard.Name(it.shard))
	}
	if err != nil {
		return nil, nil, err
	}
	sh := v.Shard(it.shard)
	if sh == nil || v.Scope != c.Scope || !v.born() {
		return nil, nil, noShard(c.Scope, it.name, shard.Name(it.shard))
	}
	return v, sh, nil
}

// read reads a page of a shard. At its end it looks for the children, which are
// part of that very answer: a consumer that sees neither more records nor children would try for ever.
func (s *Server) read(v *view, sh *shard.Shard, from uint64, limit, maxBytes int, dst []shard.Record) (*reading, error) {
	page, err := s.cfg.Log.Read(shard.Ref{Stream: v.ID, Shard: sh.Index}, from, limit, maxBytes, dst)
	if err != nil {
		return nil, s.readError(v, sh.Index, err)
	}
	r := &reading{view: v, shard: sh, page: page, behind: s.behind(page)}
	if page.End {
		if sh.Open() { // it was closed after the stream was looked up
			if r.view, err = s.findID(v.Scope, v.ID, v.Name); err != nil {
				return nil, err
			}
		}
		r.children = r.view.Children(sh.Index)
	}
	return r, nil
}

// behind is how old the next record is; at the tip of the shard it is 0, and nowhere else.
func (s *Server) behind(p shard.Page) int64 {
	if p.BehindArrival == 0 {
		return 0
	}
	return max(1, s.cfg.Now().UnixMilli()-p.BehindArrival)
}

// readError turns an error of the log into one for the client.
func (s *Server) readError(v *view, index uint32, err error) error {
	if errors.Is(err, shard.ErrNoStream) || errors.Is(err, shard.ErrNoShard) {
		return noShard(v.Scope, v.Name, shard.Name(index))
	}
	return err
}

func (s *Server) countGet(r *reading, action string) {
	bytes := r.bytes()
	s.chargeRead(r.view, r.shard.Index, bytes)
	if s.cfg.Metrics != nil {
		s.cfg.Metrics.Get(r.view.Scope, r.view.Name, r.shard.Index, action, len(r.page.Records), bytes, r.behind)
	}
}

// bytes counts the data and keys read.
func (r *reading) bytes() int {
	n := 0
	for i := range r.page.Records {
		n += len(r.page.Records[i].Key) + len(r.page.Records[i].Data)
	}
	return n
}

// output is the answer in the SDK's types.
func (r *reading) output(next string) *kinesis.GetRecordsOutput {
	out := &kinesis.GetRecordsOutput{
		Records:            make([]types.Record, 0, len(r.page.Records)),
		MillisBehindLatest: aws.Int64(r.behind),
	}
	if next != "" {
		out.NextShardIterator = aws.String(next)
	}
	for i := range r.page.Records {
		rec := &r.page.Records[i]
		data := rec.Data
		if data == nil {
			data = []byte{}
		}
		out.Records = append(out.Records, types.Record{
			SequenceNumber:              aws.String(r.shard.Sequence(rec.Counter, rec.Arrival).String()),
			ApproximateArrivalTimestamp: aws.Time(time.UnixMilli(rec.Arrival)),
			Data:                        data,
			PartitionKey:                aws.String(string(rec.Key)),
			EncryptionType:              r.view.recordEncryption(),
		})
	}
	for _, child := range r.children {
		out.ChildShards = append(out.ChildShards, childShard(child))
	}
	return out
}

func childShard(sh *shard.Shard) types.ChildShard {
	parents := make([]string, len(sh.Parents))
	for i, p := range sh.Parents {
		parents[i] = shard.Name(p)
	}
	return types.ChildShard{
		ShardId:      aws.String(shard.Name(sh.Index)),
		ParentShards: parents,
		HashKeyRange: &types.HashKeyRange{
			StartingHashKey: aws.String(sh.Range.Start.String()),
			EndingHashKey:   aws.String(sh.Range.End.String()),
		},
	}
}

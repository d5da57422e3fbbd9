package kinesis

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	kinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/aws/smithy-go"

	"kinesql/connectors/shard"
)

// remote is a stream behind an endpoint.
type remote struct {
	client  *kinesis.Client
	clients func() *kinesis.Client // new ones
	address address
	name    string // of the SQL stream
	clock   clock
	budget  *budget

	limit int32 // of records in an answer, by how many shards were listed last

	mu       sync.Mutex
	consumer string // ARN, once it is known
}

// wrap names the stream in an error, and says what the service said without the
// addresses around it.
func (s *remote) wrap(err error) error {
	var op *smithy.OperationError
	var api smithy.APIError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &op) && errors.As(err, &api):
		return fmt.Errorf("stream %s: %s: %s: %s", s.name, op.OperationName, api.ErrorCode(), api.ErrorMessage())
	}
	return fmt.Errorf("stream %s: %w", s.name, err)
}

func (s *remote) streamName() *string { return optional(s.address.stream) }
func (s *remote) streamARN() *string  { return optional(s.address.arn) }

func optional(text string) *string {
	if text == "" {
		return nil
	}
	return aws.String(text)
}

// Shards implements Service.
func (s *remote) Shards(ctx context.Context) ([]Shard, error) {
	now := s.clock.Now()
	var out []Shard
	in := &kinesis.ListShardsInput{StreamName: s.streamName(), StreamARN: s.streamARN()}
	for {
		if err := await(ctx, s.clock, s.budget.list); err != nil {
			return nil, err
		}
		var page *kinesis.ListShardsOutput
		err := retry(ctx, s.clock, func() (err error) {
			page, err = s.client.ListShards(ctx, in)
			return err
		})
		if err != nil {
			return nil, s.wrap(err)
		}
		for _, sh := range page.Shards {
			one, err := listed(sh)
			if err != nil {
				return nil, s.wrap(err)
			}
			one.until = now
			out = append(out, one)
		}
		if aws.ToString(page.NextToken) == "" {
			s.limit = int32(max(leastAnswer, min(mostAnswer, allAnswers/max(1, len(out)))))
			return out, nil
		}
		in = &kinesis.ListShardsInput{NextToken: page.NextToken}
	}
}

// The records that a GetRecords asks for: as many as the service gives, but fewer
// of each of many shards, of which each has two answers in memory.
const (
	mostAnswer  = 10_000
	leastAnswer = 100
	allAnswers  = 200_000
)

func listed(sh types.Shard) (Shard, error) {
	out := Shard{Name: aws.ToString(sh.ShardId)}
	if sh.SequenceNumberRange != nil {
		out.Open = aws.ToString(sh.SequenceNumberRange.EndingSequenceNumber) == ""
	}
	for _, p := range []*string{sh.ParentShardId, sh.AdjacentParentShardId} {
		if aws.ToString(p) != "" {
			out.Parents = append(out.Parents, *p)
		}
	}
	var err error
	out.Range, err = hashRange(sh.HashKeyRange)
	return out, err
}

func hashRange(r *types.HashKeyRange) (out shard.HashRange, err error) {
	if r == nil {
		return out, errors.New("the service names a shard without its hash keys")
	}
	start, err1 := shard.ParseHash(aws.ToString(r.StartingHashKey))
	end, err2 := shard.ParseHash(aws.ToString(r.EndingHashKey))
	return shard.HashRange{Start: start, End: end}, errors.Join(err1, err2)
}

// childShards are the shards that a shard's end names.
func childShards(list []types.ChildShard) ([]Shard, error) {
	var out []Shard
	for _, c := range list {
		r, err := hashRange(c.HashKeyRange)
		if err != nil {
			return nil, err
		}
		out = append(out, Shard{Name: aws.ToString(c.ShardId), Range: r, Parents: c.ParentShards, Open: true})
	}
	return out, nil
}

// Open implements Service.
func (s *remote) Open(ctx context.Context, sh Shard, from From) (Reader, error) {
	c := &cursor{service: s, shard: sh, from: from, opened: s.clock.Now()}
	if s.address.consumer != "" {
		if err := s.register(ctx); err != nil {
			return nil, err
		}
		return newSubscriber(ctx, c)
	}
	p := &poller{cursor: c, limit: s.limit}
	if from.Place != Latest {
		return p, nil
	}
	return p, p.locate(ctx)
}

// Close implements Service.
func (s *remote) Close() error { return nil }

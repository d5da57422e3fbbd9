package kinesis

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	kinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// poller reads a shard by GetRecords, at the pace that its readers share.
type poller struct {
	*cursor
	limit    int32
	iterator string
}

// locate gets an iterator.
func (p *poller) locate(ctx context.Context) error {
	at := p.position()
	err := retry(ctx, p.service.clock, func() error {
		out, err := p.service.client.GetShardIterator(ctx, &kinesis.GetShardIteratorInput{
			StreamName: p.service.streamName(), StreamARN: p.service.streamARN(), ShardId: aws.String(p.shard.Name),
			ShardIteratorType: at.Type, StartingSequenceNumber: at.SequenceNumber, Timestamp: at.Timestamp,
		})
		if err == nil {
			p.iterator = aws.ToString(out.ShardIterator)
		}
		return err
	})
	return p.service.wrap(err)
}

// Next implements Reader.
func (p *poller) Next(ctx context.Context) (Page, error) {
	tries := backoff{clock: p.service.clock}
	for {
		if p.iterator == "" {
			if err := p.locate(ctx); err != nil {
				return Page{}, err
			}
		}
		if err := await(ctx, p.service.clock, p.service.budget.read(p.shard.Name)); err != nil {
			return Page{}, err
		}
		out, err := p.service.client.GetRecords(ctx, &kinesis.GetRecordsInput{ShardIterator: aws.String(p.iterator), StreamARN: p.service.streamARN(), Limit: aws.Int32(p.limit)})
		var expired *types.ExpiredIteratorException
		switch {
		case errors.As(err, &expired):
			p.passed()
			p.iterator = "" // the next one begins behind what was read
			continue
		case err != nil && passing(ctx, err):
			if err := tries.pause(ctx, err); err != nil {
				return Page{}, p.service.wrap(err)
			}
			continue
		case err != nil:
			return Page{}, p.service.wrap(err)
		}
		tries.reset()
		if page, err := p.take(out); err != nil || page.End || len(page.Records) > 0 {
			return page, p.service.wrap(err)
		}
	}
}

// take goes on with an answer.
func (p *poller) take(out *kinesis.GetRecordsOutput) (Page, error) {
	page := p.page(out.Records, out.MillisBehindLatest)
	p.iterator = aws.ToString(out.NextShardIterator)
	if p.iterator != "" {
		return page, nil
	}
	page.End = true
	var err error
	page.Children, err = childShards(out.ChildShards)
	return page, err
}

// Close implements Reader.
func (p *poller) Close() error { return nil }

package kinesis

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	kinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// register finds the consumer of enhanced fan-out, or registers it, and waits
// until it is active. It stays registered: another query may go on with it.
func (s *remote) register(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.consumer != "" {
		return nil
	}
	arn := s.address.arn
	if arn == "" {
		err := retry(ctx, s.clock, func() error {
			out, err := s.client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: s.streamName()})
			if err == nil {
				arn = aws.ToString(out.StreamDescriptionSummary.StreamARN)
			}
			return err
		})
		if err != nil {
			return s.wrap(err)
		}
	}
	for {
		found, err := s.describeConsumer(ctx, arn)
		if err != nil {
			return s.wrap(err)
		}
		if found != nil && found.ConsumerStatus == types.ConsumerStatusActive {
			s.consumer = aws.ToString(found.ConsumerARN)
			return nil
		}
		if err := s.clock.Sleep(ctx, 200*time.Millisecond); err != nil {
			return err
		}
	}
}

// describeConsumer returns the consumer, nil if it has just been registered.
func (s *remote) describeConsumer(ctx context.Context, arn string) (found *types.ConsumerDescription, err error) {
	err = retry(ctx, s.clock, func() error {
		out, err := s.client.DescribeStreamConsumer(ctx, &kinesis.DescribeStreamConsumerInput{
			StreamARN: aws.String(arn), ConsumerName: aws.String(s.address.consumer),
		})
		var missing *types.ResourceNotFoundException
		if errors.As(err, &missing) {
			_, err = s.client.RegisterStreamConsumer(ctx, &kinesis.RegisterStreamConsumerInput{
				StreamARN: aws.String(arn), ConsumerName: aws.String(s.address.consumer),
			})
			var there *types.ResourceInUseException
			if errors.As(err, &there) {
				return nil // somebody else was quicker
			}
			return err
		}
		if err == nil {
			found = out.ConsumerDescription
		}
		return err
	})
	return found, err
}

// subscriber reads a shard by SubscribeToShard, again and again: a subscription
// lives five minutes.
type subscriber struct {
	*cursor
	ctx    context.Context
	cancel context.CancelFunc
	events *kinesis.SubscribeToShardEventStream // nil: none
	tries  backoff
}

// newSubscriber subscribes at once where records that come now must not be
// missed.
func newSubscriber(ctx context.Context, c *cursor) (*subscriber, error) {
	s := &subscriber{cursor: c, tries: backoff{clock: c.service.clock}}
	s.ctx, s.cancel = context.WithCancel(context.WithoutCancel(ctx))
	if c.from.Place != Latest {
		return s, nil
	}
	for s.events == nil {
		if err := s.subscribe(ctx); err != nil {
			s.cancel()
			return nil, err
		}
	}
	return s, nil
}

// subscribe begins a subscription behind what was read. One that the service
// refuses for now leaves none. Each has a client of its own: the event streams of
// one client share a buffer, and must not be read at the same time (smithy-go
// v1.28.8, internal/eventstream, Codec).
func (s *subscriber) subscribe(ctx context.Context) error {
	at := s.position()
	out, err := s.service.clients().SubscribeToShard(s.ctx, &kinesis.SubscribeToShardInput{
		ConsumerARN: aws.String(s.service.consumer), ShardId: aws.String(s.shard.Name), StartingPosition: &at,
	})
	if err == nil {
		s.events = out.GetStream()
		return nil
	}
	if !s.refused(ctx, err) {
		return s.service.wrap(err)
	}
	return s.service.wrap(s.tries.pause(ctx, err))
}

// refused reports whether a subscription may succeed later: the consumer's last
// one may not have ended yet.
func (s *subscriber) refused(ctx context.Context, err error) bool {
	var busy *types.ResourceInUseException
	return errors.As(err, &busy) || passing(ctx, err)
}

// Next implements Reader.
func (s *subscriber) Next(ctx context.Context) (Page, error) {
	stop := context.AfterFunc(ctx, s.cancel)
	defer stop()
	for {
		if s.events == nil {
			if err := s.subscribe(ctx); err != nil {
				return Page{}, err
			}
			continue
		}
		event, open := <-s.events.Events()
		if !open {
			if err := s.over(ctx); err != nil {
				return Page{}, err
			}
			continue
		}
		got, ok := event.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent)
		if !ok {
			continue // a kind of event that is not known yet
		}
		s.tries.reset()
		if page, err := s.take(got.Value); err != nil || page.End || len(page.Records) > 0 {
			return page, s.service.wrap(err)
		}
	}
}

// over ends a subscription that the service has ended.
func (s *subscriber) over(ctx context.Context) error {
	err := s.events.Err()
	s.events.Close()
	s.events = nil
	s.passed()
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err == nil:
		return nil
	case !s.refused(ctx, err) && code(err) != "":
		return s.service.wrap(err)
	}
	return s.service.wrap(s.tries.pause(ctx, err))
}

// take goes on with an event.
func (s *subscriber) take(e types.SubscribeToShardEvent) (Page, error) {
	page := s.page(e.Records, e.MillisBehindLatest)
	next := aws.ToString(e.ContinuationSequenceNumber)
	if next != "" {
		if s.last = next; !page.End {
			page.Place = next
		}
		return page, nil
	}
	page.End = true
	var err error
	page.Children, err = childShards(e.ChildShards)
	return page, err
}

// Close implements Reader.
func (s *subscriber) Close() error {
	s.cancel()
	if s.events != nil {
		return s.events.Close()
	}
	return nil
}

package golang

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// register registers a consumer, waits until it is ACTIVE and returns its ARN.
func (s *suite) register(t *testing.T, stream, name string) string {
	t.Helper()
	out, err := s.RegisterStreamConsumer(t.Context(), &kinesis.RegisterStreamConsumerInput{StreamARN: &stream, ConsumerName: &name})
	ok(t, err)
	equal(t, "status of a new consumer", out.Consumer.ConsumerStatus, types.ConsumerStatusCreating)
	until(t, "the consumer is ACTIVE", func() bool {
		d, err := s.DescribeStreamConsumer(t.Context(), &kinesis.DescribeStreamConsumerInput{ConsumerARN: out.Consumer.ConsumerARN})
		ok(t, err)
		return d.ConsumerDescription.ConsumerStatus == types.ConsumerStatusActive
	})
	return *out.Consumer.ConsumerARN
}

func consumers(t *testing.T, s *suite) {
	arn := s.makeStream(t, "consumed", 1)
	var want []string
	for i := range 3 {
		want = append(want, fmt.Sprintf("consumer-%d", i))
		if c := s.register(t, arn, want[i]); !strings.HasPrefix(c, arn+"/consumer/"+want[i]+":") {
			t.Errorf("ARN %s, want %s/consumer/%s:seconds", c, arn, want[i])
		}
	}
	_, err := s.RegisterStreamConsumer(t.Context(), &kinesis.RegisterStreamConsumerInput{StreamARN: &arn, ConsumerName: &want[0]})
	refused[inUse](t, err, "")
	var got []string
	for pages := kinesis.NewListStreamConsumersPaginator(s, &kinesis.ListStreamConsumersInput{StreamARN: &arn, MaxResults: aws.Int32(2)}); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		ok(t, err)
		for _, c := range page.Consumers {
			got = append(got, *c.ConsumerName)
		}
	}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("got consumers %v, want %v", got, want)
	}
	leave(t, s, arn, want[0])
}

func leave(t *testing.T, s *suite, arn, name string) {
	t.Helper()
	_, err := s.DeleteStream(t.Context(), &kinesis.DeleteStreamInput{StreamARN: &arn})
	refused[inUse](t, err, "")
	_, err = s.DeregisterStreamConsumer(t.Context(), &kinesis.DeregisterStreamConsumerInput{StreamARN: &arn, ConsumerName: &name})
	ok(t, err)
	until(t, "the consumer is gone", func() bool {
		_, err := s.DescribeStreamConsumer(t.Context(), &kinesis.DescribeStreamConsumerInput{StreamARN: &arn, ConsumerName: &name})
		return err != nil
	})
	sum, err := s.DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamARN: &arn})
	ok(t, err)
	equal(t, "consumers left", *sum.StreamDescriptionSummary.ConsumerCount, 2)
	_, err = s.DeleteStream(t.Context(), &kinesis.DeleteStreamInput{StreamARN: &arn, EnforceConsumerDeletion: aws.Bool(true)})
	ok(t, err)
}

// subscription reads a shard through its split, and the children from the start.
func subscription(t *testing.T, s *suite) {
	name := aws.String("subscribed")
	arn := s.makeStream(t, *name, 1)
	consumer := s.register(t, arn, "reader")
	put := func(text string) string {
		out, err := s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("k"), Data: []byte(text)})
		ok(t, err)
		return *out.SequenceNumber
	}
	put("before")
	sub := s.subscribe(t, consumer, "shardId-000000000000", types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon})
	sub.expect(t, "before")
	last := put("while")
	sub.expect(t, "while")
	_, err := s.SplitShard(t.Context(), &kinesis.SplitShardInput{StreamName: name, ShardToSplit: aws.String("shardId-000000000000"), NewStartingHashKey: aws.String(half)})
	ok(t, err)
	children := sub.end(t)
	equal(t, "children", len(children), 2)
	equal(t, "parent of the child", children[0].ParentShards[0], "shardId-000000000000")
	equal(t, "start of the upper child", *children[1].HashKeyRange.StartingHashKey, half)
	s.await(t, *name)
	where, err := s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("k"), Data: []byte("after")})
	ok(t, err)
	sub = s.subscribe(t, consumer, *where.ShardId, types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon})
	sub.expect(t, "after")
	ok(t, sub.stream.Close())
	rest := s.subscribe(t, consumer, "shardId-000000000000", types.StartingPosition{Type: types.ShardIteratorTypeAfterSequenceNumber, SequenceNumber: &last})
	equal(t, "children again", len(rest.end(t)), 2)
}

// subscribed is an open subscription.
type subscribed struct {
	stream *kinesis.SubscribeToShardEventStream
	next   string // ContinuationSequenceNumber
}

func (s *suite) subscribe(t *testing.T, consumer, shard string, from types.StartingPosition) *subscribed {
	t.Helper()
	out, err := s.SubscribeToShard(t.Context(), &kinesis.SubscribeToShardInput{ConsumerARN: &consumer, ShardId: &shard, StartingPosition: &from})
	ok(t, err)
	stream := out.GetStream()
	t.Cleanup(func() { stream.Close() })
	return &subscribed{stream: stream}
}

// expect waits for the event with one record of the given data.
func (s *subscribed) expect(t *testing.T, data string) {
	t.Helper()
	for event := range s.stream.Events() {
		e := event.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value
		if e.ContinuationSequenceNumber == nil || e.MillisBehindLatest == nil {
			t.Fatal("an event of an open shard says where to go on and how far behind it is")
		}
		s.next = *e.ContinuationSequenceNumber
		if len(e.Records) == 0 {
			continue // a heartbeat
		}
		equal(t, "records in the event", len(e.Records), 1)
		equal(t, "data", string(e.Records[0].Data), data)
		return
	}
	t.Fatalf("the subscription ended before %q: %v", data, s.stream.Err())
}

// end waits for the children and the clean end of the subscription.
func (s *subscribed) end(t *testing.T) (children []types.ChildShard) {
	t.Helper()
	for event := range s.stream.Events() {
		e := event.(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent).Value
		equal(t, "records before the end", len(e.Records), 0)
		if (e.ContinuationSequenceNumber == nil) != (len(e.ChildShards) > 0) {
			t.Fatal("ContinuationSequenceNumber must be absent exactly where ChildShards is present")
		}
		children = append(children, e.ChildShards...)
	}
	ok(t, s.stream.Err())
	return children
}

// TestSubscriptionSlots: one subscription a consumer and shard; its place is free
// as soon as its reader has gone, and a server that stops ends it cleanly.
func TestSubscriptionSlots(t *testing.T) {
	s := start(t)
	arn := s.makeStream(t, "slots", 1)
	consumer := s.register(t, arn, "only")
	from := types.StartingPosition{Type: types.ShardIteratorTypeLatest}
	first := s.subscribe(t, consumer, "shardId-000000000000", from)
	_, err := s.SubscribeToShard(t.Context(), &kinesis.SubscribeToShardInput{ConsumerARN: &consumer, ShardId: aws.String("shardId-000000000000"), StartingPosition: &from})
	refused[inUse](t, err, "")
	ok(t, first.stream.Close())
	var out *kinesis.SubscribeToShardOutput
	until(t, "the slot is free", func() bool {
		out, err = s.SubscribeToShard(t.Context(), &kinesis.SubscribeToShardInput{ConsumerARN: &consumer, ShardId: aws.String("shardId-000000000000"), StartingPosition: &from})
		return err == nil
	})
	second := &subscribed{stream: out.GetStream()}
	_, err = s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamARN: &arn, PartitionKey: aws.String("k"), Data: []byte("x")})
	ok(t, err)
	second.expect(t, "x")
	stopped := make(chan struct{})
	go func() { s.server.Stop(t); close(stopped) }()
	for range second.stream.Events() {
		continue // whatever heartbeat was on its way
	}
	if err := second.stream.Err(); err != nil {
		t.Errorf("the subscription ended with %v, want a clean end", err)
	}
	<-stopped
	s.server.Restart(t)
	again := s.subscribe(t, consumer, "shardId-000000000000", types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon})
	again.expect(t, "x")
}

package golang

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/api/clients/clienttest"
)

func streamLife(t *testing.T, s *suite) {
	name := aws.String("life")
	_, err := s.CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: name, ShardCount: aws.Int32(3), Tags: map[string]string{"team": "red"}})
	ok(t, err)
	first, err := s.DescribeStream(t.Context(), &kinesis.DescribeStreamInput{StreamName: name})
	ok(t, err)
	equal(t, "status at first", first.StreamDescription.StreamStatus, types.StreamStatusCreating)
	equal(t, "shards at first", len(first.StreamDescription.Shards), 0)
	_, err = s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("k"), Data: []byte("x")})
	refused[notFound](t, err, "Stream life under account 000000000000 not found.")

	arn := s.await(t, "life")
	equal(t, "ARN", arn, "arn:aws:kinesis:us-east-1:000000000000:stream/life")
	described(t, s, arn)
	summarised(t, s, arn)
	_, err = s.CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: name, ShardCount: aws.Int32(1)})
	refused[inUse](t, err, "Stream life under account 000000000000 already exists.")
	deleted(t, s, name)
}

func described(t *testing.T, s *suite, arn string) {
	t.Helper()
	out, err := s.DescribeStream(t.Context(), &kinesis.DescribeStreamInput{StreamARN: &arn, Limit: aws.Int32(2)})
	ok(t, err)
	d := out.StreamDescription
	equal(t, "name", *d.StreamName, "life")
	equal(t, "retention", *d.RetentionPeriodHours, 24)
	equal(t, "encryption", d.EncryptionType, types.EncryptionTypeNone)
	equal(t, "mode", d.StreamModeDetails.StreamMode, types.StreamModeProvisioned)
	equal(t, "more shards", *d.HasMoreShards, true)
	equal(t, "shards on the first page", len(d.Shards), 2)
	equal(t, "range of the first", *d.Shards[0].HashKeyRange.EndingHashKey, "113427455640312821154458202477256070484")
	equal(t, "start of the second", *d.Shards[1].HashKeyRange.StartingHashKey, "113427455640312821154458202477256070485")
	if age := time.Since(*d.StreamCreationTimestamp); age < 0 || age > time.Minute {
		t.Errorf("the stream was created %v ago", age)
	}
	if n := *d.Shards[0].SequenceNumberRange.StartingSequenceNumber; len(n) != 56 || !strings.HasPrefix(n, "49") {
		t.Errorf("starting sequence number %s, want 56 digits that begin with 49", n)
	}
	rest, err := s.DescribeStream(t.Context(), &kinesis.DescribeStreamInput{StreamARN: &arn, ExclusiveStartShardId: d.Shards[1].ShardId})
	ok(t, err)
	equal(t, "rest", len(rest.StreamDescription.Shards), 1)
	equal(t, "end of all keys", *rest.StreamDescription.Shards[0].HashKeyRange.EndingHashKey, "340282366920938463463374607431768211455")
	equal(t, "more shards after the rest", *rest.StreamDescription.HasMoreShards, false)
}

func summarised(t *testing.T, s *suite, arn string) {
	t.Helper()
	out, err := s.DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamARN: &arn})
	ok(t, err)
	d := out.StreamDescriptionSummary
	equal(t, "open shards", *d.OpenShardCount, 3)
	equal(t, "consumers", *d.ConsumerCount, 0)
	equal(t, "status", d.StreamStatus, types.StreamStatusActive)
	equal(t, "largest record", *d.MaxRecordSizeInKiB, 1024)
	equal(t, "ARN in the summary", *d.StreamARN, arn)
}

func deleted(t *testing.T, s *suite, name *string) {
	t.Helper()
	_, err := s.DeleteStream(t.Context(), &kinesis.DeleteStreamInput{StreamName: name})
	ok(t, err)
	w := kinesis.NewStreamNotExistsWaiter(s, func(o *kinesis.StreamNotExistsWaiterOptions) {
		o.MinDelay, o.MaxDelay = 20*time.Millisecond, 100*time.Millisecond
	})
	ok(t, w.Wait(t.Context(), &kinesis.DescribeStreamInput{StreamName: name}, 20*time.Second))
	_, err = s.DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamName: name})
	refused[notFound](t, err, "Stream life under account 000000000000 not found.")
}

func streamLists(t *testing.T, s *suite) {
	var want []string
	for i := range 5 {
		want = append(want, fmt.Sprintf("list-%d", i))
		s.makeStream(t, want[i], 1)
	}
	var names, summaries []string
	for pages := kinesis.NewListStreamsPaginator(s, &kinesis.ListStreamsInput{Limit: aws.Int32(2)}); pages.HasMorePages(); {
		page, err := pages.NextPage(t.Context())
		ok(t, err)
		equal(t, "more streams", *page.HasMoreStreams, page.NextToken != nil)
		names = append(names, page.StreamNames...)
		for _, sum := range page.StreamSummaries {
			summaries = append(summaries, *sum.StreamName)
			equal(t, "status of "+*sum.StreamName, sum.StreamStatus, types.StreamStatusActive)
		}
	}
	if !slices.Equal(names, want) || !slices.Equal(summaries, want) {
		t.Errorf("got names %v and summaries %v, want %v", names, summaries, want)
	}
	from, err := s.ListStreams(t.Context(), &kinesis.ListStreamsInput{ExclusiveStartStreamName: aws.String("list-2")})
	ok(t, err)
	if !slices.Equal(from.StreamNames, want[3:]) {
		t.Errorf("after list-2 come %v, want %v", from.StreamNames, want[3:])
	}
	limits, err := s.DescribeLimits(t.Context(), &kinesis.DescribeLimitsInput{})
	ok(t, err)
	equal(t, "open shards of the account", *limits.OpenShardCount, 5)
	if *limits.ShardLimit < 200 || *limits.OnDemandStreamCountLimit < 10 {
		t.Errorf("limits %d shards, %d on-demand streams: less than AWS gives", *limits.ShardLimit, *limits.OnDemandStreamCountLimit)
	}
}

func scopes(t *testing.T, s *suite) {
	s.makeStream(t, "scoped", 1)
	other := client(s.server.URL, "111122223333", "any secret", clienttest.Region)
	_, err := other.DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("scoped")})
	refused[notFound](t, err, "Stream scoped under account 111122223333 not found.")
	abroad := client(s.server.URL, "111122223333", "any secret", "eu-west-1")
	_, err = abroad.CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: aws.String("scoped"), ShardCount: aws.Int32(1)})
	ok(t, err)
	out, err := abroad.DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("scoped")})
	ok(t, err)
	equal(t, "ARN abroad", *out.StreamDescriptionSummary.StreamARN, "arn:aws:kinesis:eu-west-1:111122223333:stream/scoped")
	at, err := other.ListStreams(t.Context(), &kinesis.ListStreamsInput{})
	ok(t, err)
	equal(t, "streams of the other account at home", len(at.StreamNames), 0)
}

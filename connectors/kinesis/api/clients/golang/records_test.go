package golang

import (
	"bytes"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

func records(t *testing.T, s *suite) {
	name := aws.String("records")
	s.makeStream(t, *name, 2)
	data := []byte{0, 1, 0xff, '"', '\n'}
	one, err := s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("ключ"), Data: data, ExplicitHashKey: aws.String("0")})
	ok(t, err)
	equal(t, "shard", *one.ShardId, "shardId-000000000000")
	equal(t, "encryption type of an unencrypted stream", one.EncryptionType, "")
	_, err = s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("ключ"), Data: []byte{}, ExplicitHashKey: aws.String("0"), SequenceNumberForOrdering: one.SequenceNumber})
	ok(t, err)
	putMany(t, s, name)

	got := s.read(t, *name, "shardId-000000000000", types.ShardIteratorTypeTrimHorizon)
	equal(t, "records of shard 0", len(got), 102)
	if !bytes.Equal(got[0].Data, data) || *got[0].PartitionKey != "ключ" || *got[0].SequenceNumber != *one.SequenceNumber {
		t.Errorf("the first record came back as %q, %q, %s", got[0].Data, *got[0].PartitionKey, *got[0].SequenceNumber)
	}
	equal(t, "data of a record without data", len(got[1].Data), 0)
	ascending(t, got)
	for i, r := range got[2:] {
		equal(t, "data", string(r.Data), fmt.Sprintf("record %d", 2*i))
		if age := time.Since(*r.ApproximateArrivalTimestamp); age < -time.Second || age > time.Minute {
			t.Fatalf("record %d arrived %v ago", i, age)
		}
	}
}

// putMany puts 200 records, by turns to shards 0 and 1.
func putMany(t *testing.T, s *suite, name *string) {
	t.Helper()
	hash := []string{"0", "340282366920938463463374607431768211455"}
	var entries []types.PutRecordsRequestEntry
	for i := range 200 {
		entries = append(entries, types.PutRecordsRequestEntry{PartitionKey: aws.String(fmt.Sprint("key ", i)), Data: fmt.Appendf(nil, "record %d", i), ExplicitHashKey: &hash[i%2]})
	}
	many, err := s.PutRecords(t.Context(), &kinesis.PutRecordsInput{StreamName: name, Records: entries})
	ok(t, err)
	equal(t, "failed records", *many.FailedRecordCount, 0)
	for i, r := range many.Records {
		if r.ErrorCode != nil || *r.ShardId != fmt.Sprintf("shardId-%012d", i%2) {
			t.Fatalf("record %d went to %v with error %v", i, aws.ToString(r.ShardId), aws.ToString(r.ErrorCode))
		}
	}
}

func ascending(t *testing.T, got []types.Record) {
	t.Helper()
	last := new(big.Int)
	for i, r := range got {
		n, isNumber := new(big.Int).SetString(*r.SequenceNumber, 10)
		if !isNumber || n.Cmp(last) <= 0 {
			t.Fatalf("record %d has sequence number %s after %s", i, *r.SequenceNumber, last)
		}
		last = n
	}
}

// read reads all there is of a shard from a start.
func (s *suite) read(t *testing.T, stream, shard string, from types.ShardIteratorType) []types.Record {
	t.Helper()
	it, err := s.GetShardIterator(t.Context(), &kinesis.GetShardIteratorInput{StreamName: &stream, ShardId: &shard, ShardIteratorType: from})
	ok(t, err)
	var all []types.Record
	for next := it.ShardIterator; next != nil; {
		out, err := s.GetRecords(t.Context(), &kinesis.GetRecordsInput{ShardIterator: next, Limit: aws.Int32(30)})
		ok(t, err)
		all = append(all, out.Records...)
		next = out.NextShardIterator
		if (next == nil) != (len(out.ChildShards) > 0) {
			t.Fatal("NextShardIterator must be absent exactly where ChildShards is present")
		}
		if len(out.Records) == 0 && *out.MillisBehindLatest == 0 {
			break
		}
	}
	return all
}

func iterators(t *testing.T, s *suite) {
	name, shard := aws.String("iterators"), aws.String("shardId-000000000000")
	s.makeStream(t, *name, 1)
	latest, err := s.GetShardIterator(t.Context(), &kinesis.GetShardIteratorInput{StreamName: name, ShardId: shard, ShardIteratorType: types.ShardIteratorTypeLatest})
	ok(t, err)
	var numbers []string
	for i := range 4 {
		out, err := s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("k"), Data: fmt.Append(nil, i)})
		ok(t, err)
		numbers = append(numbers, *out.SequenceNumber)
	}
	for _, c := range []struct {
		in   kinesis.GetShardIteratorInput
		want string
	}{
		{kinesis.GetShardIteratorInput{ShardIteratorType: types.ShardIteratorTypeTrimHorizon}, "0123"},
		{kinesis.GetShardIteratorInput{ShardIteratorType: types.ShardIteratorTypeAtSequenceNumber, StartingSequenceNumber: &numbers[2]}, "23"},
		{kinesis.GetShardIteratorInput{ShardIteratorType: types.ShardIteratorTypeAfterSequenceNumber, StartingSequenceNumber: &numbers[2]}, "3"},
		{kinesis.GetShardIteratorInput{ShardIteratorType: types.ShardIteratorTypeAtTimestamp, Timestamp: aws.Time(time.Now().Add(-time.Hour))}, "0123"},
		{kinesis.GetShardIteratorInput{ShardIteratorType: types.ShardIteratorTypeLatest}, ""},
	} {
		c.in.StreamName, c.in.ShardId = name, shard
		it, err := s.GetShardIterator(t.Context(), &c.in)
		ok(t, err)
		equal(t, string(c.in.ShardIteratorType), s.take(t, it.ShardIterator), c.want)
	}
	equal(t, "LATEST of before the records", s.take(t, latest.ShardIterator), "0123")
}

// take returns the data of the records that an iterator leads to.
func (s *suite) take(t *testing.T, iterator *string) string {
	t.Helper()
	out, err := s.GetRecords(t.Context(), &kinesis.GetRecordsInput{ShardIterator: iterator})
	ok(t, err)
	var data []byte
	for _, r := range out.Records {
		data = append(data, r.Data...)
	}
	return string(data)
}

// dryRun: success is told as an error, and nothing happens.
func dryRun(t *testing.T, s *suite) {
	name, yes := aws.String("dry"), aws.Bool(true)
	arn := s.makeStream(t, *name, 1)
	shard := aws.String("shardId-000000000000")
	_, err := s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("k"), Data: []byte("x"), DryRun: yes})
	refused[*types.DryRunOperationException](t, err, "")
	_, err = s.PutRecords(t.Context(), &kinesis.PutRecordsInput{StreamName: name, Records: []types.PutRecordsRequestEntry{{PartitionKey: aws.String("k"), Data: []byte("x")}}, DryRun: yes})
	refused[*types.DryRunOperationException](t, err, "")
	_, err = s.GetShardIterator(t.Context(), &kinesis.GetShardIteratorInput{StreamName: name, ShardId: shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon, DryRun: yes})
	refused[*types.DryRunOperationException](t, err, "")
	it, err := s.GetShardIterator(t.Context(), &kinesis.GetShardIteratorInput{StreamARN: &arn, ShardId: shard, ShardIteratorType: types.ShardIteratorTypeTrimHorizon})
	ok(t, err)
	_, err = s.GetRecords(t.Context(), &kinesis.GetRecordsInput{ShardIterator: it.ShardIterator, DryRun: yes})
	refused[*types.DryRunOperationException](t, err, "")
	consumer := s.register(t, arn, "dry")
	_, err = s.SubscribeToShard(t.Context(), &kinesis.SubscribeToShardInput{ConsumerARN: &consumer, ShardId: shard, StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeLatest}, DryRun: yes})
	refused[*types.DryRunOperationException](t, err, "")
	_, err = s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: aws.String("absent"), PartitionKey: aws.String("k"), Data: []byte("x"), DryRun: yes})
	refused[notFound](t, err, "")
	equal(t, "records after dry runs", s.take(t, it.ShardIterator), "")
}

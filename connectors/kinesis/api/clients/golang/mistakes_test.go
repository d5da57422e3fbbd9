package golang

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// mistakes: what clients get wrong is refused with the error that AWS gives.
func mistakes(t *testing.T, s *suite) {
	name, shard := aws.String("mistakes"), aws.String("shardId-000000000000")
	arn := s.makeStream(t, *name, 2)
	put, err := s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("k"), ExplicitHashKey: aws.String("0"), Data: []byte("x")})
	ok(t, err)
	iterator := func(in kinesis.GetShardIteratorInput) error {
		in.StreamName = name
		if in.ShardId == nil {
			in.ShardId = shard
		}
		_, err := s.GetShardIterator(t.Context(), &in)
		return err
	}
	refused[notFound](t, iterator(kinesis.GetShardIteratorInput{ShardId: aws.String("shardId-000000000009"), ShardIteratorType: types.ShardIteratorTypeLatest}), "Shard shardId-000000000009 in stream mistakes under account 000000000000 does not exist")
	refused[invalid](t, iterator(kinesis.GetShardIteratorInput{ShardIteratorType: types.ShardIteratorTypeAtTimestamp, Timestamp: aws.Time(time.Now().Add(time.Hour))}), "")
	refused[invalid](t, iterator(kinesis.GetShardIteratorInput{ShardId: aws.String("shardId-000000000001"), ShardIteratorType: types.ShardIteratorTypeAtSequenceNumber, StartingSequenceNumber: put.SequenceNumber}), "Invalid StartingSequenceNumber. It encodes shardId-000000000000, while it was used in a call to a shard with shardId-000000000001")
	refusedAs(t, iterator(kinesis.GetShardIteratorInput{ShardIteratorType: "NEWEST"}), "ValidationException", "1 validation error detected: Value 'NEWEST' at 'shardIteratorType' failed to satisfy constraint: Member must satisfy enum value set")
	_, err = s.GetRecords(t.Context(), &kinesis.GetRecordsInput{ShardIterator: aws.String("nonsense")})
	refused[invalid](t, err, "Invalid ShardIterator.")
	_, err = s.MergeShards(t.Context(), &kinesis.MergeShardsInput{StreamName: name, ShardToMerge: aws.String("shardId-000000000001"), AdjacentShardToMerge: shard})
	refused[invalid](t, err, "are not an adjacent pair of shards eligible for merging")
	_, err = s.DescribeStream(t.Context(), &kinesis.DescribeStreamInput{StreamName: aws.String("other"), StreamARN: &arn})
	if err == nil {
		t.Error("a name and an ARN that do not agree were taken")
	}
	_, err = s.CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: aws.String("no spaces"), ShardCount: aws.Int32(0)})
	refusedAs(t, err, "ValidationException", "2 validation errors detected: ")
	sizes(t, s, name)
}

// sizes: one record too many or too large fails the whole request.
func sizes(t *testing.T, s *suite, name *string) {
	t.Helper()
	_, err := s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("k"), Data: make([]byte, 1<<20)})
	refusedAs(t, err, "ValidationException", "")
	entry := types.PutRecordsRequestEntry{PartitionKey: aws.String("k"), Data: []byte("x")}
	many := make([]types.PutRecordsRequestEntry, 501)
	for i := range many {
		many[i] = entry
	}
	_, err = s.PutRecords(t.Context(), &kinesis.PutRecordsInput{StreamName: name, Records: many})
	refusedAs(t, err, "ValidationException", "Member must have length less than or equal to 500")
	_, err = s.PutRecords(t.Context(), &kinesis.PutRecordsInput{StreamName: name, Records: []types.PutRecordsRequestEntry{entry, {PartitionKey: aws.String(strings.Repeat("k", 257)), Data: []byte("x")}}})
	refusedAs(t, err, "ValidationException", "records.2.member.partitionKey")
	_, err = s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String(strings.Repeat("é", 256)), Data: []byte("256 characters of two bytes")})
	ok(t, err)
}

package golang

import (
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

func tags(t *testing.T, s *suite) {
	arn := s.makeStream(t, "tagged", 1)
	name := aws.String("tagged")
	_, err := s.AddTagsToStream(t.Context(), &kinesis.AddTagsToStreamInput{StreamName: name, Tags: map[string]string{"a": "1", "b": "2", "c": ""}})
	ok(t, err)
	_, err = s.TagResource(t.Context(), &kinesis.TagResourceInput{ResourceARN: &arn, Tags: map[string]string{"d": "4"}})
	ok(t, err)
	page, err := s.ListTagsForStream(t.Context(), &kinesis.ListTagsForStreamInput{StreamName: name, Limit: aws.Int32(2)})
	ok(t, err)
	equal(t, "more tags", *page.HasMoreTags, true)
	rest, err := s.ListTagsForStream(t.Context(), &kinesis.ListTagsForStreamInput{StreamName: name, ExclusiveStartTagKey: page.Tags[1].Key})
	ok(t, err)
	same(t, append(page.Tags, rest.Tags...), map[string]string{"a": "1", "b": "2", "c": "", "d": "4"})
	_, err = s.RemoveTagsFromStream(t.Context(), &kinesis.RemoveTagsFromStreamInput{StreamName: name, TagKeys: []string{"a", "b", "never there"}})
	ok(t, err)
	_, err = s.UntagResource(t.Context(), &kinesis.UntagResourceInput{ResourceARN: &arn, TagKeys: []string{"c"}})
	ok(t, err)
	left, err := s.ListTagsForResource(t.Context(), &kinesis.ListTagsForResourceInput{ResourceARN: &arn})
	ok(t, err)
	same(t, left.Tags, map[string]string{"d": "4"})
	consumer := s.register(t, arn, "tagged")
	_, err = s.TagResource(t.Context(), &kinesis.TagResourceInput{ResourceARN: &consumer, Tags: map[string]string{"of": "consumer"}})
	ok(t, err)
	own, err := s.ListTagsForResource(t.Context(), &kinesis.ListTagsForResourceInput{ResourceARN: &consumer})
	ok(t, err)
	same(t, own.Tags, map[string]string{"of": "consumer"})
}

func same(t *testing.T, got []types.Tag, want map[string]string) {
	t.Helper()
	have := map[string]string{}
	for _, tag := range got {
		have[*tag.Key] = *tag.Value
	}
	if !maps.Equal(have, want) || len(got) != len(want) {
		t.Errorf("got tags %v, want %v", have, want)
	}
}

func policies(t *testing.T, s *suite) {
	arn := s.makeStream(t, "governed", 1)
	policy := `{"Version":"2012-10-17","Statement":[{"Sid":"read","Effect":"Allow","Principal":{"AWS":"111122223333"},"Action":["kinesis:GetRecords","kinesis:GetShardIterator"],"Resource":"` + arn + `"}]}`
	_, err := s.PutResourcePolicy(t.Context(), &kinesis.PutResourcePolicyInput{ResourceARN: &arn, Policy: &policy})
	ok(t, err)
	got, err := s.GetResourcePolicy(t.Context(), &kinesis.GetResourcePolicyInput{ResourceARN: &arn})
	ok(t, err)
	equal(t, "policy", *got.Policy, policy)
	_, err = s.DeleteResourcePolicy(t.Context(), &kinesis.DeleteResourcePolicyInput{ResourceARN: &arn})
	ok(t, err)
	_, err = s.GetResourcePolicy(t.Context(), &kinesis.GetResourcePolicyInput{ResourceARN: &arn})
	if err != nil {
		refused[notFound](t, err, "")
	}
}

func streamSettings(t *testing.T, s *suite) {
	name := aws.String("settings")
	arn := s.makeStream(t, *name, 2)
	retention(t, s, name)
	encryption(t, s, name)
	monitoring(t, s, name)
	_, err := s.UpdateMaxRecordSize(t.Context(), &kinesis.UpdateMaxRecordSizeInput{StreamARN: &arn, MaxRecordSizeInKiB: aws.Int32(10240)})
	ok(t, err)
	s.await(t, *name)
	_, err = s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("k"), Data: make([]byte, 9<<20)})
	ok(t, err)
	onDemand(t, s, name, &arn)
}

// onDemand takes a stream of two shards to on-demand mode and what goes with it.
func onDemand(t *testing.T, s *suite, name, arn *string) {
	t.Helper()
	_, err := s.UpdateStreamMode(t.Context(), &kinesis.UpdateStreamModeInput{StreamARN: arn, StreamModeDetails: &types.StreamModeDetails{StreamMode: types.StreamModeOnDemand}})
	ok(t, err)
	s.await(t, *name)
	_, err = s.SplitShard(t.Context(), &kinesis.SplitShardInput{StreamName: name, ShardToSplit: aws.String("shardId-000000000000"), NewStartingHashKey: aws.String("5")})
	refusedAs(t, err, "ValidationException", "")
	_, err = s.UpdateStreamRecordDistributionStrategy(t.Context(), &kinesis.UpdateStreamRecordDistributionStrategyInput{StreamARN: arn, RecordDistributionStrategy: types.RecordDistributionStrategyAuto})
	ok(t, err)
	s.await(t, *name)
	shards := map[string]bool{}
	for range 64 {
		out, err := s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("always the same"), Data: []byte("x")})
		ok(t, err)
		shards[*out.ShardId] = true
	}
	if len(shards) < 2 {
		t.Errorf("64 records of one key went to %d shard(s); AUTO spreads them", len(shards))
	}
	sum, err := s.DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamName: name})
	ok(t, err)
	equal(t, "mode", sum.StreamDescriptionSummary.StreamModeDetails.StreamMode, types.StreamModeOnDemand)
	equal(t, "distribution", sum.StreamDescriptionSummary.RecordDistributionStrategy, types.RecordDistributionStrategyAuto)
	equal(t, "largest record", *sum.StreamDescriptionSummary.MaxRecordSizeInKiB, 10240)
}

func retention(t *testing.T, s *suite, name *string) {
	t.Helper()
	_, err := s.IncreaseStreamRetentionPeriod(t.Context(), &kinesis.IncreaseStreamRetentionPeriodInput{StreamName: name, RetentionPeriodHours: aws.Int32(168)})
	ok(t, err)
	s.await(t, *name)
	_, err = s.IncreaseStreamRetentionPeriod(t.Context(), &kinesis.IncreaseStreamRetentionPeriodInput{StreamName: name, RetentionPeriodHours: aws.Int32(48)})
	refused[invalid](t, err, "")
	_, err = s.DecreaseStreamRetentionPeriod(t.Context(), &kinesis.DecreaseStreamRetentionPeriodInput{StreamName: name, RetentionPeriodHours: aws.Int32(48)})
	ok(t, err)
	s.await(t, *name)
	out, err := s.DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamName: name})
	ok(t, err)
	equal(t, "retention", *out.StreamDescriptionSummary.RetentionPeriodHours, 48)
}

func encryption(t *testing.T, s *suite, name *string) {
	t.Helper()
	_, err := s.StartStreamEncryption(t.Context(), &kinesis.StartStreamEncryptionInput{StreamName: name, EncryptionType: types.EncryptionTypeKms, KeyId: aws.String("alias/aws/kinesis")})
	ok(t, err)
	s.await(t, *name)
	put, err := s.PutRecord(t.Context(), &kinesis.PutRecordInput{StreamName: name, PartitionKey: aws.String("k"), Data: []byte("secret"), ExplicitHashKey: aws.String("0")})
	ok(t, err)
	equal(t, "encryption of a put", put.EncryptionType, types.EncryptionTypeKms)
	got := s.read(t, *name, "shardId-000000000000", types.ShardIteratorTypeTrimHorizon)
	equal(t, "records", len(got), 1)
	equal(t, "data", string(got[0].Data), "secret")
	equal(t, "encryption of a record", got[0].EncryptionType, types.EncryptionTypeKms)
	sum, err := s.DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamName: name})
	ok(t, err)
	equal(t, "key", aws.ToString(sum.StreamDescriptionSummary.KeyId), "alias/aws/kinesis")
	_, err = s.StopStreamEncryption(t.Context(), &kinesis.StopStreamEncryptionInput{StreamName: name, EncryptionType: types.EncryptionTypeKms, KeyId: aws.String("alias/aws/kinesis")})
	ok(t, err)
	s.await(t, *name)
	equal(t, "records after the end of encryption", len(s.read(t, *name, "shardId-000000000000", types.ShardIteratorTypeTrimHorizon)), 1)
}

func monitoring(t *testing.T, s *suite, name *string) {
	t.Helper()
	on, err := s.EnableEnhancedMonitoring(t.Context(), &kinesis.EnableEnhancedMonitoringInput{StreamName: name, ShardLevelMetrics: []types.MetricsName{types.MetricsNameAll}})
	ok(t, err)
	equal(t, "metrics before", len(on.CurrentShardLevelMetrics), 0)
	if !slices.Equal(on.DesiredShardLevelMetrics, []types.MetricsName{types.MetricsNameAll}) {
		t.Errorf("metrics after ALL: %v", on.DesiredShardLevelMetrics)
	}
	s.await(t, *name)
	off, err := s.DisableEnhancedMonitoring(t.Context(), &kinesis.DisableEnhancedMonitoringInput{StreamName: name, ShardLevelMetrics: []types.MetricsName{types.MetricsNameIncomingBytes}})
	ok(t, err)
	equal(t, "metrics after", len(off.DesiredShardLevelMetrics), 6)
	s.await(t, *name)
}

func accountSettings(t *testing.T, s *suite) {
	was, err := s.DescribeAccountSettings(t.Context(), &kinesis.DescribeAccountSettingsInput{})
	ok(t, err)
	if c := was.MinimumThroughputBillingCommitment; c != nil {
		equal(t, "commitment at first", c.Status, types.MinimumThroughputBillingCommitmentOutputStatusDisabled)
	}
	now, err := s.UpdateAccountSettings(t.Context(), &kinesis.UpdateAccountSettingsInput{MinimumThroughputBillingCommitment: &types.MinimumThroughputBillingCommitmentInput{Status: types.MinimumThroughputBillingCommitmentInputStatusEnabled}})
	ok(t, err)
	equal(t, "commitment", now.MinimumThroughputBillingCommitment.Status, types.MinimumThroughputBillingCommitmentOutputStatusEnabled)
	kept, err := s.DescribeAccountSettings(t.Context(), &kinesis.DescribeAccountSettingsInput{})
	ok(t, err)
	equal(t, "commitment kept", kept.MinimumThroughputBillingCommitment.Status, types.MinimumThroughputBillingCommitmentOutputStatusEnabled)
	_, err = s.CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: aws.String("warm"), StreamModeDetails: &types.StreamModeDetails{StreamMode: types.StreamModeOnDemand}})
	ok(t, err)
	s.await(t, "warm")
	warm, err := s.UpdateStreamWarmThroughput(t.Context(), &kinesis.UpdateStreamWarmThroughputInput{StreamName: aws.String("warm"), WarmThroughputMiBps: aws.Int32(8)})
	ok(t, err)
	equal(t, "warm throughput", *warm.WarmThroughput.TargetMiBps, 8)
}

// channels: this version has none, and says so.
func channels(t *testing.T, s *suite) {
	arn := aws.String("arn:aws:kinesis:us-east-1:000000000000:channel/archive")
	_, create := s.CreateChannel(t.Context(), &kinesis.CreateChannelInput{
		ChannelName: aws.String("archive"), ServiceExecutionRoleARN: aws.String("arn:aws:iam::000000000000:role/archive"),
		StreamConfigurationList:    []types.ChannelStreamConfiguration{{StreamARN: aws.String("arn:aws:kinesis:us-east-1:000000000000:stream/records"), RecordConfiguration: &types.RecordConfiguration{RecordFormatType: types.RecordFormatTypeJson}}},
		S3DestinationConfiguration: &types.S3DestinationConfiguration{StorageConfiguration: &types.S3StorageConfiguration{BucketARN: aws.String("arn:aws:s3:::bucket"), ExpectedBucketOwner: aws.String("000000000000"), CompressionType: types.S3CompressionTypeGzip}},
	})
	_, describe := s.DescribeChannel(t.Context(), &kinesis.DescribeChannelInput{ChannelARN: arn})
	_, update := s.UpdateChannel(t.Context(), &kinesis.UpdateChannelInput{ChannelARN: arn})
	_, remove := s.DeleteChannel(t.Context(), &kinesis.DeleteChannelInput{ChannelARN: arn})
	_, list := s.ListChannels(t.Context(), &kinesis.ListChannelsInput{})
	for name, err := range map[string]error{"CreateChannel": create, "DescribeChannel": describe, "UpdateChannel": update, "DeleteChannel": remove, "ListChannels": list} {
		if err == nil {
			t.Errorf("%s succeeded, and there are no channels yet", name)
			continue
		}
		refusedAs(t, err, "UnsupportedOperationException", "not")
	}
}

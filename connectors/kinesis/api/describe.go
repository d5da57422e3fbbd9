package api

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// pageLimit is how many entries a page of most lists has at most.
const pageLimit = 100

// describeStream tells all about a stream, with a page of its shards.
func (s *Server) describeStream(_ context.Context, c *Caller, in *kinesis.DescribeStreamInput) (*kinesis.DescribeStreamOutput, error) {
	v, err := s.resolve(c, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	shards := s.listed(v)
	if in.ExclusiveStartShardId != nil {
		shards = after(shards, *in.ExclusiveStartShardId)
	}
	n := min(len(shards), pageSize(in.Limit, pageLimit))
	return &kinesis.DescribeStreamOutput{StreamDescription: &types.StreamDescription{
		StreamName:              new(v.Name),
		StreamARN:               new(streamARN(v.Scope, v.Name)),
		StreamStatus:            types.StreamStatus(v.Status),
		StreamModeDetails:       v.doc.mode(),
		StreamCreationTimestamp: new(v.Created),
		RetentionPeriodHours:    new(v.retentionHours()),
		EnhancedMonitoring:      v.doc.monitoring(),
		EncryptionType:          v.encryption(),
		KeyId:                   v.keyID(),
		Shards:                  describeShards(shards[:n]),
		HasMoreShards:           new(n < len(shards)),
	}}, nil
}

// describeStreamSummary tells about a stream without its shards.
func (s *Server) describeStreamSummary(_ context.Context, c *Caller, in *kinesis.DescribeStreamSummaryInput) (*kinesis.DescribeStreamSummaryOutput, error) {
	v, err := s.resolve(c, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	open := 0
	for _, sh := range s.listed(v) {
		if sh.Open() {
			open++
		}
	}
	out := &types.StreamDescriptionSummary{
		StreamName:              new(v.Name),
		StreamARN:               new(streamARN(v.Scope, v.Name)),
		StreamStatus:            types.StreamStatus(v.Status),
		StreamModeDetails:       v.doc.mode(),
		StreamCreationTimestamp: new(v.Created),
		RetentionPeriodHours:    new(v.retentionHours()),
		EnhancedMonitoring:      v.doc.monitoring(),
		EncryptionType:          v.encryption(),
		KeyId:                   v.keyID(),
		OpenShardCount:          new(int32(open)),
		ConsumerCount:           new(int32(len(v.doc.Consumers))),
		ChannelCount:            new(int32(0)),
		MaxRecordSizeInKiB:      new(int32(v.doc.maxRecordKiB())),
		WarmThroughput:          v.doc.warmThroughput(),
	}
	if v.doc.onDemand() {
		out.RecordDistributionStrategy = cmp.Or(types.RecordDistributionStrategy(v.doc.Distribution), types.RecordDistributionStrategyUserPartitionKey)
	}
	return &kinesis.DescribeStreamSummaryOutput{StreamDescriptionSummary: out}, nil
}

// pageSize is how many entries a client gets that asks for limit, or for nothing.
func pageSize(limit *int32, most int) int {
	if limit == nil {
		return most
	}
	return min(int(*limit), most)
}

func (d *document) mode() *types.StreamModeDetails {
	return &types.StreamModeDetails{StreamMode: cmp.Or(types.StreamMode(d.Mode), types.StreamModeProvisioned)}
}

// maxRecordKiB is the greatest size of a record of the stream.
func (d *document) maxRecordKiB() int { return cmp.Or(d.MaxRecordKiB, 1024) }

func (d *document) monitoring() []types.EnhancedMetrics {
	return []types.EnhancedMetrics{{ShardLevelMetrics: metricNames(d.Monitoring)}}
}

func (d *document) warmThroughput() *types.WarmThroughputObject {
	if d.WarmMiBps == 0 {
		return nil
	}
	n := int32(d.WarmMiBps)
	return &types.WarmThroughputObject{TargetMiBps: new(n), CurrentMiBps: new(n)}
}

func (v *view) retentionHours() int32 { return int32(v.Retention / time.Hour) }

func (v *view) encryption() types.EncryptionType {
	if v.KeyID != "" {
		return types.EncryptionTypeKms
	}
	return types.EncryptionTypeNone
}

func (v *view) keyID() *string {
	if v.KeyID == "" {
		return nil
	}
	return new(v.KeyID)
}

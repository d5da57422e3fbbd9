package api

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/shard"
)

// switchesPerDay is how often the mode of a stream under rate limits may change.
const switchesPerDay = 2

// updateStreamMode switches between the capacity modes. The shards stay as they are;
// what only on-demand streams have is lost with the mode.
func (s *Server) updateStreamMode(_ context.Context, c *Caller, in *kinesis.UpdateStreamModeInput) (*kinesis.UpdateStreamModeOutput, error) {
	v, err := s.resolve(c, nil, in.StreamARN)
	if err != nil {
		return nil, err
	}
	_, err = s.begin(v, job{}, func(_ *shard.Stream, doc *document) error {
		if doc.Mode != string(in.StreamModeDetails.StreamMode) {
			if err := s.count(doc, &doc.Switches, switchesPerDay, "UpdateStreamMode", v); err != nil {
				return err
			}
		}
		doc.Mode = string(in.StreamModeDetails.StreamMode)
		if !doc.onDemand() {
			doc.Distribution, doc.WarmMiBps = "", 0
		}
		if in.WarmThroughputMiBps == nil {
			return nil
		}
		return s.warm(v.Scope, doc, *in.WarmThroughputMiBps)
	})
	return nil, err
}

// updateMaxRecordSize changes how great a record may be.
func (s *Server) updateMaxRecordSize(_ context.Context, c *Caller, in *kinesis.UpdateMaxRecordSizeInput) (*kinesis.UpdateMaxRecordSizeOutput, error) {
	v, err := s.resolve(c, nil, in.StreamARN)
	if err != nil {
		return nil, err
	}
	_, err = s.begin(v, job{}, func(_ *shard.Stream, doc *document) error {
		doc.MaxRecordKiB = int(*in.MaxRecordSizeInKiB)
		return nil
	})
	return nil, err
}

// updateDistribution changes how records of an on-demand stream find their shards.
// It takes effect at once.
func (s *Server) updateDistribution(_ context.Context, c *Caller, in *kinesis.UpdateStreamRecordDistributionStrategyInput) (*kinesis.UpdateStreamRecordDistributionStrategyOutput, error) {
	v, err := s.resolve(c, nil, in.StreamARN)
	if err != nil {
		return nil, err
	}
	_, err = s.update(v, func(st *shard.Stream, doc *document) error {
		if st.Status != shard.Active && st.Status != shard.Updating {
			return notActive(&view{Stream: st})
		}
		if in.RecordDistributionStrategy == types.RecordDistributionStrategyAuto && !doc.onDemand() {
			return notOnDemand("RecordDistributionStrategy AUTO")
		}
		doc.Distribution = string(in.RecordDistributionStrategy)
		return nil
	})
	return nil, err
}

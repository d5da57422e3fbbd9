package api

import (
	"context"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/shard"
)

// shardMetrics is all shard-level metrics, in the order in which they are told.
var shardMetrics = []string{
	string(types.MetricsNameIncomingBytes),
	string(types.MetricsNameIncomingRecords),
	string(types.MetricsNameOutgoingBytes),
	string(types.MetricsNameOutgoingRecords),
	string(types.MetricsNameWriteProvisionedThroughputExceeded),
	string(types.MetricsNameReadProvisionedThroughputExceeded),
	string(types.MetricsNameIteratorAgeMilliseconds),
}

// enableMonitoring adds shard-level metrics. ALL is told as it was asked for, and
// kept as what it stands for.
func (s *Server) enableMonitoring(_ context.Context, c *Caller, in *kinesis.EnableEnhancedMonitoringInput) (*kinesis.EnableEnhancedMonitoringOutput, error) {
	v, before, after, err := s.setMonitoring(c, in.StreamName, in.StreamARN, func(name string, was bool) bool {
		return was || asked(in.ShardLevelMetrics, name)
	})
	if err != nil {
		return nil, err
	}
	out := &kinesis.EnableEnhancedMonitoringOutput{StreamName: new(v.Name), StreamARN: new(streamARN(v.Scope, v.Name)),
		CurrentShardLevelMetrics: metricNames(before), DesiredShardLevelMetrics: metricNames(after)}
	if slices.Contains(in.ShardLevelMetrics, types.MetricsNameAll) {
		out.DesiredShardLevelMetrics = []types.MetricsName{types.MetricsNameAll}
	}
	return out, nil
}

// disableMonitoring takes shard-level metrics away.
func (s *Server) disableMonitoring(_ context.Context, c *Caller, in *kinesis.DisableEnhancedMonitoringInput) (*kinesis.DisableEnhancedMonitoringOutput, error) {
	v, before, after, err := s.setMonitoring(c, in.StreamName, in.StreamARN, func(name string, was bool) bool {
		return was && !asked(in.ShardLevelMetrics, name)
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.DisableEnhancedMonitoringOutput{StreamName: new(v.Name), StreamARN: new(streamARN(v.Scope, v.Name)),
		CurrentShardLevelMetrics: metricNames(before), DesiredShardLevelMetrics: metricNames(after)}, nil
}

// asked reports whether a request names a metric, or all.
func asked(names []types.MetricsName, name string) bool {
	return slices.Contains(names, types.MetricsName(name)) || slices.Contains(names, types.MetricsNameAll)
}

// setMonitoring keeps the metrics that keep says, and returns what was and is.
func (s *Server) setMonitoring(c *Caller, name, arn *string, keep func(name string, was bool) bool) (v *view, before, after []string, err error) {
	if v, err = s.resolve(c, name, arn); err != nil {
		return nil, nil, nil, err
	}
	v, err = s.begin(v, job{}, func(_ *shard.Stream, doc *document) error {
		before, after = doc.Monitoring, nil
		for _, m := range shardMetrics {
			if keep(m, slices.Contains(before, m)) {
				after = append(after, m)
			}
		}
		doc.Monitoring = after
		return nil
	})
	return v, before, after, err
}

// metricNames is a list for an answer, never nil.
func metricNames(names []string) []types.MetricsName {
	out := make([]types.MetricsName, len(names))
	for i, n := range names {
		out[i] = types.MetricsName(n)
	}
	return out
}

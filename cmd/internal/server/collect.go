package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"kinesql/connectors/shard"
)

var (
	streamLabels = []string{"account", "region", "stream"}
	shardLabels  = []string{"account", "region", "stream", "shard"}
)

// family is one metric of CloudWatch and where its value is.
type family[S any] struct {
	desc  *prometheus.Desc
	kind  prometheus.ValueType
	value func(S) int64
}

func perStream(name, help string, value func(*streamSeries) int64) family[*streamSeries] {
	return family[*streamSeries]{prometheus.NewDesc(name, help, streamLabels, nil), prometheus.CounterValue, value}
}

func perShard(name, help string, kind prometheus.ValueType, value func(*shardSeries) int64) family[*shardSeries] {
	return family[*shardSeries]{prometheus.NewDesc(name, help, shardLabels, nil), kind, value}
}

var streamFamilies = []family[*streamSeries]{
	perStream("IncomingBytes", "CloudWatch IncomingBytes: bytes taken.", func(s *streamSeries) int64 { return s.bytes.Load() }),
	perStream("IncomingRecords", "CloudWatch IncomingRecords: records taken.", func(s *streamSeries) int64 { return s.records.Load() }),
	perStream("PutRecord_Bytes", "CloudWatch PutRecord.Bytes: bytes taken by PutRecord.", func(s *streamSeries) int64 { return s.putRecord.bytes.Load() }),
	perStream("PutRecord_Success", "CloudWatch PutRecord.Success: records taken by PutRecord.", func(s *streamSeries) int64 { return s.putRecord.records.Load() }),
	perStream("PutRecords_Bytes", "CloudWatch PutRecords.Bytes: bytes taken by PutRecords.", func(s *streamSeries) int64 { return s.putRecords.bytes.Load() }),
	perStream("PutRecords_SuccessfulRecords", "CloudWatch PutRecords.SuccessfulRecords: records taken by PutRecords.", func(s *streamSeries) int64 { return s.putRecords.records.Load() }),
	perStream("PutRecords_ThrottledRecords", "CloudWatch PutRecords.ThrottledRecords: records of PutRecords refused by a rate limit.", func(s *streamSeries) int64 { return s.putRecords.throttled.Load() }),
	perStream("WriteProvisionedThroughputExceeded", "CloudWatch WriteProvisionedThroughputExceeded: records refused by a rate limit.", func(s *streamSeries) int64 { return s.writeExceeded.Load() }),
	perStream("ReadProvisionedThroughputExceeded", "CloudWatch ReadProvisionedThroughputExceeded: GetRecords calls refused by a rate limit.", func(s *streamSeries) int64 { return s.readExceeded.Load() }),
	perStream("SubscribeToShard_RateExceeded", "CloudWatch SubscribeToShard.RateExceeded: subscriptions refused by a rate limit.", func(s *streamSeries) int64 { return s.subscribe.Load() }),
}

var shardFamilies = []family[*shardSeries]{
	perShard("GetRecords_Bytes", "CloudWatch GetRecords.Bytes: bytes handed out.", prometheus.CounterValue, func(s *shardSeries) int64 { return s.get.bytes.Load() }),
	perShard("GetRecords_Records", "CloudWatch GetRecords.Records: records handed out.", prometheus.CounterValue, func(s *shardSeries) int64 { return s.get.records.Load() }),
	perShard("GetRecords_Success", "CloudWatch GetRecords.Success: calls answered.", prometheus.CounterValue, func(s *shardSeries) int64 { return s.get.calls.Load() }),
	perShard("GetRecords_IteratorAgeMilliseconds", "CloudWatch GetRecords.IteratorAgeMilliseconds: how far the last call was behind the tip.", prometheus.GaugeValue, func(s *shardSeries) int64 { return s.get.behind.Load() }),
	perShard("SubscribeToShardEvent_Bytes", "CloudWatch SubscribeToShardEvent.Bytes: bytes pushed.", prometheus.CounterValue, func(s *shardSeries) int64 { return s.subscribe.bytes.Load() }),
	perShard("SubscribeToShardEvent_Records", "CloudWatch SubscribeToShardEvent.Records: records pushed.", prometheus.CounterValue, func(s *shardSeries) int64 { return s.subscribe.records.Load() }),
	perShard("SubscribeToShardEvent_Success", "CloudWatch SubscribeToShardEvent.Success: events pushed.", prometheus.CounterValue, func(s *shardSeries) int64 { return s.subscribe.calls.Load() }),
	perShard("SubscribeToShardEvent_MillisBehindLatest", "CloudWatch SubscribeToShardEvent.MillisBehindLatest: how far the last event was behind the tip.", prometheus.GaugeValue, func(s *shardSeries) int64 { return s.subscribe.behind.Load() }),
}

// Describe implements prometheus.Collector.
func (m *metrics) Describe(ch chan<- *prometheus.Desc) {
	for _, f := range streamFamilies {
		ch <- f.desc
	}
	for _, f := range shardFamilies {
		ch <- f.desc
	}
}

// Collect implements prometheus.Collector.
func (m *metrics) Collect(ch chan<- prometheus.Metric) {
	m.forget()
	m.streams.Range(func(k, v any) bool {
		key := k.(streamKey)
		for _, f := range streamFamilies {
			ch <- prometheus.MustNewConstMetric(f.desc, f.kind, float64(f.value(v.(*streamSeries))),
				key.scope.Account, key.scope.Region, key.name)
		}
		return true
	})
	m.shards.Range(func(k, v any) bool {
		m.collectShard(ch, k.(shardKey), v.(*shardSeries))
		return true
	})
}

// collectShard sends the figures of the ways in which a shard has been read.
func (m *metrics) collectShard(ch chan<- prometheus.Metric, key shardKey, s *shardSeries) {
	name := shard.Name(key.index)
	if key.other {
		name = otherName
	}
	for i, f := range shardFamilies {
		read := &s.get
		if i >= len(shardFamilies)/2 {
			read = &s.subscribe
		}
		if read.calls.Load() > 0 {
			ch <- prometheus.MustNewConstMetric(f.desc, f.kind, float64(f.value(s)),
				key.scope.Account, key.scope.Region, key.name, name)
		}
	}
}

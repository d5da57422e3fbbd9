package server

import (
	"github.com/prometheus/client_golang/prometheus"

	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
)

// figures is what the shard log tells when it is asked.
type figures struct{ log *shardlog.Log }

var (
	streamsDesc = prometheus.NewDesc("kinesql_streams", "Streams, of all accounts and regions.", nil, nil)
	shardsDesc  = prometheus.NewDesc("kinesql_open_shards", "Shards that take records.", nil, nil)
	failedDesc  = prometheus.NewDesc("kinesql_log_failed", "1 after a failed write or sync, when nothing more is taken.", nil, nil)
	roundsDesc  = prometheus.NewDesc("kinesql_log_rounds_total", "Group commits: writes of what waited, of all shards together.", nil, nil)
	syncsDesc   = prometheus.NewDesc("kinesql_log_syncs_total", "Syncs of the disk.", nil, nil)
	writtenDesc = prometheus.NewDesc("kinesql_log_written_bytes_total", "Bytes written to segments.", nil, nil)
	recordsDesc = prometheus.NewDesc("kinesql_log_records_total", "Records written to segments.", nil, nil)
)

// Describe implements prometheus.Collector.
func (f figures) Describe(ch chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{streamsDesc, shardsDesc, failedDesc, roundsDesc, syncsDesc, writtenDesc, recordsDesc} {
		ch <- d
	}
}

// Collect implements prometheus.Collector.
func (f figures) Collect(ch chan<- prometheus.Metric) {
	gauge := func(d *prometheus.Desc, v float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v)
	}
	counter := func(d *prometheus.Desc, v float64) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.CounterValue, v)
	}
	streams := f.log.Streams(shard.Scope{})
	gauge(streamsDesc, float64(len(streams)))
	gauge(shardsDesc, float64(openShards(streams)))
	failed := 0.0
	if f.log.Err() != nil {
		failed = 1
	}
	gauge(failedDesc, failed)
	s := f.log.Stats()
	counter(roundsDesc, float64(s.Rounds))
	counter(syncsDesc, float64(s.Syncs))
	counter(writtenDesc, float64(s.Bytes))
	counter(recordsDesc, float64(s.Records))
}

func openShards(streams []*shard.Stream) (n int) {
	for _, s := range streams {
		for i := range s.Shards {
			if s.Shards[i].Open() {
				n++
			}
		}
	}
	return n
}

package server

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"kinesql/connectors/kinesis"
	"kinesql/connectors/shard"
)

// lagCollector tells how far the scripts' queries are behind the shards that they
// read.
type lagCollector struct{ lags func() []kinesis.Lag }

var lagDesc = prometheus.NewDesc("kinesql_query_millis_behind_latest",
	"How old the oldest record is that a query of a script has not read, by shard; of several queries the last.", []string{"stream", "shard"}, nil)

// ObserveLags adds the lags of queries to the metrics.
func (s *Server) ObserveLags(lags func() []kinesis.Lag) error {
	return s.metrics.registry.Register(lagCollector{lags})
}

// Wrote counts records that queries have written to a stream as incoming, as those that
// clients put.
func (s *Server) Wrote(scope shard.Scope, stream string, records, bytes int) {
	s.metrics.wrote(scope, stream, records, bytes)
}

// Describe implements prometheus.Collector.
func (lagCollector) Describe(out chan<- *prometheus.Desc) { out <- lagDesc }

// Collect implements prometheus.Collector.
func (c lagCollector) Collect(out chan<- prometheus.Metric) {
	type place struct{ stream, shard string }
	most := map[place]time.Duration{}
	for _, l := range c.lags() {
		at := place{l.Stream, l.Shard}
		most[at] = max(most[at], l.Behind)
	}
	for at, behind := range most {
		out <- prometheus.MustNewConstMetric(lagDesc, prometheus.GaugeValue, float64(behind.Milliseconds()), at.stream, at.shard)
	}
}

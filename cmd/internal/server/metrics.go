package server

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"kinesql/connectors/shard"
)

// metrics counts what the API tells, under the names that CloudWatch has for it with
// _ where CloudWatch has a dot, by account, region and stream, and by shard where the
// reader asks for one. It implements api.Metrics.
//
// The number of series is bounded: streams that are gone are forgotten when somebody
// scrapes, and beyond maxStreams and maxShards all others share one series named
// "other".
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec

	streams, shards  sync.Map // streamKey -> *streamSeries; shardKey -> *shardSeries
	nStreams, nShard atomic.Int64
	alive            func() []*shard.Stream // those that exist; nil: not asked
}

const (
	maxStreams = 10_000
	maxShards  = 50_000
	otherName  = "other"
)

type streamKey struct {
	scope shard.Scope
	name  string
}

type shardKey struct {
	streamKey
	index uint32
	other bool
}

// streamSeries is what is counted of a stream.
type streamSeries struct {
	bytes, records          atomic.Int64 // IncomingBytes, IncomingRecords
	putRecord, putRecords   putSeries
	writeExceeded           atomic.Int64
	readExceeded, subscribe atomic.Int64
}

type putSeries struct{ bytes, records, throttled atomic.Int64 }

// shardSeries is what is counted of a shard's readers.
type shardSeries struct{ get, subscribe readSeries }

type readSeries struct{ bytes, records, behind, calls atomic.Int64 }

// newMetrics returns empty metrics. alive tells the streams that exist.
func newMetrics(alive func() []*shard.Stream) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		alive:    alive,
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "kinesql_requests_total", Help: "Requests answered, by action and by the shape of the error, empty where there was none.",
		}, []string{"action", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "kinesql_request_seconds", Help: "How long requests took, by action.",
			Buckets: []float64{.0005, .001, .002, .003, .005, .01, .025, .05, .1, .25, 1, 5},
		}, []string{"action"}),
	}
	m.registry.MustRegister(m, m.requests, m.seconds, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Put implements api.Metrics.
func (m *metrics) Put(scope shard.Scope, stream, action string, records, bytes, throttled int) {
	s := m.stream(streamKey{scope, stream})
	s.bytes.Add(int64(bytes))
	s.records.Add(int64(records))
	s.writeExceeded.Add(int64(throttled))
	p := &s.putRecords
	if action == "PutRecord" {
		p = &s.putRecord
	}
	p.bytes.Add(int64(bytes))
	p.records.Add(int64(records))
	p.throttled.Add(int64(throttled))
}

// wrote counts what queries have written.
func (m *metrics) wrote(scope shard.Scope, stream string, records, bytes int) {
	s := m.stream(streamKey{scope, stream})
	s.bytes.Add(int64(bytes))
	s.records.Add(int64(records))
}

// Get implements api.Metrics.
func (m *metrics) Get(scope shard.Scope, stream string, index uint32, action string, records, bytes int, behind int64) {
	s := m.shard(shardKey{streamKey: streamKey{scope, stream}, index: index})
	g := &s.get
	if action == "SubscribeToShard" {
		g = &s.subscribe
	}
	g.calls.Add(1)
	g.records.Add(int64(records))
	g.bytes.Add(int64(bytes))
	g.behind.Store(behind)
}

// Throttled implements api.Metrics.
func (m *metrics) Throttled(scope shard.Scope, stream, action string) {
	s := m.stream(streamKey{scope, stream})
	if action == "SubscribeToShard" {
		s.subscribe.Add(1)
		return
	}
	s.readExceeded.Add(1)
}

// Request implements api.Metrics.
func (m *metrics) Request(action, code string, took time.Duration) {
	m.requests.WithLabelValues(action, code).Inc()
	m.seconds.WithLabelValues(action).Observe(took.Seconds())
}

func (m *metrics) stream(k streamKey) *streamSeries {
	if s, ok := m.streams.Load(k); ok {
		return s.(*streamSeries)
	}
	if m.nStreams.Load() >= maxStreams {
		k = streamKey{name: otherName}
	}
	s, old := m.streams.LoadOrStore(k, &streamSeries{})
	if !old {
		m.nStreams.Add(1)
	}
	return s.(*streamSeries)
}

func (m *metrics) shard(k shardKey) *shardSeries {
	if s, ok := m.shards.Load(k); ok {
		return s.(*shardSeries)
	}
	if m.nShard.Load() >= maxShards {
		k = shardKey{streamKey: streamKey{name: otherName}, other: true}
	}
	s, old := m.shards.LoadOrStore(k, &shardSeries{})
	if !old {
		m.nShard.Add(1)
	}
	return s.(*shardSeries)
}

// forget drops the series of streams and shards that are no more.
func (m *metrics) forget() {
	alive, shards := map[streamKey]bool{}, map[shardKey]bool{}
	for _, s := range m.alive() {
		k := streamKey{s.Scope, s.Name}
		alive[k] = true
		for i := range s.Shards {
			shards[shardKey{streamKey: k, index: s.Shards[i].Index}] = true
		}
	}
	m.streams.Range(func(k, _ any) bool {
		if key := k.(streamKey); !alive[key] && key.name != otherName {
			m.streams.Delete(k)
			m.nStreams.Add(-1)
		}
		return true
	})
	m.shards.Range(func(k, _ any) bool {
		if key := k.(shardKey); !shards[key] && !key.other {
			m.shards.Delete(k)
			m.nShard.Add(-1)
		}
		return true
	})
}

package server

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

type wireError = wire.Error

func shardScope(account string) shard.Scope {
	return shard.Scope{Account: account, Region: "us-east-1"}
}

// scrape returns the lines of the metrics that are about streams and requests.
func scrape(m *metrics) (lines []string) {
	w := httptest.NewRecorder()
	promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for line := range strings.Lines(w.Body.String()) {
		if !strings.HasPrefix(line, "go_") && !strings.HasPrefix(line, "process_") && !strings.HasPrefix(line, "#") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func TestMetrics(t *testing.T) {
	scope := shardScope("123456789012")
	streams := []*shard.Stream{{Scope: scope, Name: "clicks", Shards: []shard.Shard{{Index: 0}, {Index: 3}}}}
	m := newMetrics(func() []*shard.Stream { return streams })
	m.Put(scope, "clicks", "PutRecords", 5, 500, 2)
	m.Put(scope, "clicks", "PutRecord", 1, 10, 0)
	m.Get(scope, "clicks", 3, "GetRecords", 4, 400, 1234)
	m.Get(scope, "clicks", 3, "SubscribeToShard", 2, 200, 7)
	m.Get(scope, "clicks", 0, "GetRecords", 1, 1, 0)
	m.Throttled(scope, "clicks", "GetRecords")
	m.Request("PutRecords", "", time.Millisecond)
	m.Request("PutRecords", "ResourceNotFoundException", time.Millisecond)
	got := strings.Join(scrape(m), "\n")
	const stream, third = `{account="123456789012",region="us-east-1",stream="clicks"} `, `{account="123456789012",region="us-east-1",shard="shardId-000000000003",stream="clicks"} `
	for _, want := range []string{
		"IncomingBytes" + stream + "510", "IncomingRecords" + stream + "6", "PutRecord_Success" + stream + "1",
		"PutRecords_SuccessfulRecords" + stream + "5", "PutRecords_ThrottledRecords" + stream + "2",
		"WriteProvisionedThroughputExceeded" + stream + "2", "ReadProvisionedThroughputExceeded" + stream + "1",
		"GetRecords_Records" + third + "4", "GetRecords_IteratorAgeMilliseconds" + third + "1234",
		"SubscribeToShardEvent_Records" + third + "2", "SubscribeToShardEvent_MillisBehindLatest" + third + "7",
		`kinesql_requests_total{action="PutRecords",code=""} 1`,
		`kinesql_requests_total{action="PutRecords",code="ResourceNotFoundException"} 1`,
		`kinesql_request_seconds_count{action="PutRecords"} 2`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if strings.Contains(got, `SubscribeToShardEvent_Records{account="123456789012",region="us-east-1",shard="shardId-000000000000"`) {
		t.Error("a shard that nobody subscribed to has figures of subscriptions")
	}
	streams[0].Shards = streams[0].Shards[:1]
	if got := strings.Join(scrape(m), "\n"); strings.Contains(got, "shardId-000000000003") || !strings.Contains(got, "shardId-000000000000") {
		t.Errorf("the shard that is gone, or the other:\n%s", got)
	}
	streams = nil
	if got := strings.Join(scrape(m), "\n"); strings.Contains(got, "clicks") {
		t.Errorf("the stream is gone:\n%s", got)
	}
}

// TestMetricsAreBounded counts for more streams and shards than there are series.
func TestMetricsAreBounded(t *testing.T) {
	m := newMetrics(func() []*shard.Stream { return nil })
	for i := range maxShards + 10 {
		name := fmt.Sprint(i)
		m.Get(shard.Scope{}, name, 1, "GetRecords", 1, 1, 0)
		if i < maxStreams+10 {
			m.Put(shard.Scope{}, name, "PutRecord", 1, 1, 0)
		}
	}
	if s, n := m.nStreams.Load(), m.nShard.Load(); s > maxStreams+1 || n > maxShards+1 {
		t.Errorf("%d and %d series", s, n)
	}
	got := strings.Join(scrape(m), "\n")
	if !strings.Contains(got, `IncomingRecords{account="",region="",stream="other"} 10`) ||
		!strings.Contains(got, `GetRecords_Records{account="",region="",shard="other",stream="other"} 10`) {
		t.Errorf("the others are not counted:\n%s", got)
	}
}

// TestLogFigures is what the metrics tell of the log and its streams.
func TestLogFigures(t *testing.T) {
	s := serve(t)
	s.create(t, "clicks")
	s.put(t, "clicks", "a", "b", "c")
	got := s.fetch(t, "GET", "/metrics", "").body
	for _, want := range []string{"\nkinesql_streams 1\n", "\nkinesql_open_shards 1\n", "\nkinesql_log_failed 0\n", "\nkinesql_log_records_total 3\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

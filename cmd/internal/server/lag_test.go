package server

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"kinesql/connectors/kinesis"
)

// Of several queries that read a shard, the one furthest behind counts.
func TestLagsAreMetrics(t *testing.T) {
	r := prometheus.NewRegistry()
	r.MustRegister(lagCollector{func() []kinesis.Lag {
		return []kinesis.Lag{
			{Stream: "clicks", Shard: "shardId-000000000000", Behind: 2 * time.Second},
			{Stream: "clicks", Shard: "shardId-000000000000", Behind: 1500 * time.Millisecond},
			{Stream: "clicks", Shard: "shardId-000000000001"},
		}
	}})
	families, err := r.Gather()
	if err != nil || len(families) != 1 || families[0].GetName() != "kinesql_query_millis_behind_latest" {
		t.Fatalf("%v, %v", families, err)
	}
	var got []string
	for _, m := range families[0].GetMetric() {
		got = append(got, fmt.Sprintf("%s %v", m.GetLabel()[0].GetValue(), m.GetGauge().GetValue()))
	}
	slices.Sort(got)
	if diff := cmp.Diff([]string{"shardId-000000000000 2000", "shardId-000000000001 0"}, got); diff != "" {
		t.Error(diff)
	}
}

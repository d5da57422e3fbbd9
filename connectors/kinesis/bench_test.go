package kinesis

import (
	"errors"
	"fmt"
	"io"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors"
	"kinesql/connectors/format/decodetest"
	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
	"kinesql/operators"
	"kinesql/operators/vfs"
)

// BenchmarkSource reads 200,000 records of 190 bytes from a log.
func BenchmarkSource(b *testing.B) {
	log, err := shardlog.Open(b.TempDir(), shardlog.Options{FS: vfs.OS(), Durability: shardlog.None})
	if err != nil {
		b.Fatal(err)
	}
	defer log.Close()
	shards := NewShards(Config{
		Log: func() (shard.Log, error) { return log, nil }, Scope: testScope, Formats: formats(), Monitor: NewMonitor(time.Now),
	})
	if _, err := shards.Make(connectors.Spec{Stream: "s"}); err != nil {
		b.Fatal(err)
	}
	const records = 200_000
	service := &embedded{log: log, scope: testScope, name: "s"}
	for i := 0; i < records; i += 1000 {
		var list []Entry
		for n := i; n < i+1000; n++ {
			list = append(list, entry1("key", fmt.Sprintf(
				`{"user_id":"u%d","session":"%032x","path":"/p/%d","status":200,"bytes":%d,"agent":"Mozilla/5.0 (X11; Linux x86_64)","ref":"https://example.com/%d"}`,
				n%9973, n*7919, n%200, n%3000, n%77)))
		}
		if err := service.Put(b.Context(), list); err != nil {
			b.Fatal(err)
		}
	}
	schema := decodetest.Schema("path VARCHAR", "status BIGINT")
	spec := connectors.SourceSpec{Spec: connectors.Spec{Stream: "s", Schema: schema}, Out: schema, Time: -1, Instances: 1}
	for _, f := range schema.Fields() {
		spec.Want = append(spec.Want, connectors.Want{Path: []string{f.Name}, Type: f.Type})
	}
	for b.Loop() {
		spec.Shared = &connectors.Shared{}
		src, err := shards.Source(spec)
		if err == nil {
			err = src.Open(b.Context(), operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, Faults: &decodetest.Faults{}, BatchRows: 8192})
		}
		rows := 0
		for err == nil {
			var p operators.Polled
			if p, err = src.Poll(b.Context()); p.Batch.Record != nil {
				rows += p.Batch.Rows()
				p.Batch.Release()
			}
		}
		if !errors.Is(err, io.EOF) || rows != records {
			b.Fatalf("%d rows, %v", rows, err)
		}
		if err := src.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/records, "ns/record")
}

package shardlog

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// BenchmarkOpen is the start of a log of 1,000 streams of four shards and a hundred
// gigabytes of segments, each with records of 64 shards. The files are sparse.
func BenchmarkOpen(b *testing.B) {
	const segments = 1600
	dir := b.TempDir()
	o := Options{FS: vfs.OS(), Durability: None, SegmentBytes: 64 << 10, TailBytes: 1}
	l, err := Open(dir, o)
	if err != nil {
		b.Fatal(err)
	}
	var ids []shard.StreamID
	for i := range 1000 {
		ids = append(ids, createStream(b, l, fmt.Sprintf("stream-%04d", i), 4).ID)
	}
	for i := range segments {
		for j := range 16 {
			data := string(make([]byte, 800))
			put(b, l, ids[(i*16+j)%len(ids)], group(0, data), group(1, data), group(2, data), group(3, data))
		}
	}
	if err := l.Close(); err != nil {
		b.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, segmentsDir, "*"+segmentSuffix))
	if err != nil {
		b.Fatal(err)
	}
	for _, name := range names {
		if err := os.Truncate(name, 64<<20); err != nil {
			b.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	b.ResetTimer()
	for b.Loop() {
		if l, err = Open(dir, o); err != nil {
			b.Fatal(err)
		}
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&after)
		if err := l.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	b.ReportMetric(float64(len(names)), "segments")
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "MB")
}

package shardlog

import (
	"context"
	"fmt"
	"testing"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// benchGroups is a PutRecords of 500 records of a size to four shards.
func benchGroups(size int) []shard.Group {
	groups := make([]shard.Group, 4)
	for i := range groups {
		groups[i] = shard.Group{Shard: uint32(i), Count: 125}
		for range groups[i].Count {
			groups[i].Payload = shard.AppendRecord(groups[i].Payload, []byte("partition-key"), make([]byte, size))
		}
	}
	return groups
}

func benchLog(b *testing.B, o Options) (*Log, shard.StreamID) {
	o.FS = vfs.OS()
	l, err := Open(b.TempDir(), o)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { l.Close() })
	return l, createStream(b, l, "bench", 4).ID
}

// BenchmarkAppend is 16 callers that each append 500 records at a time.
func BenchmarkAppend(b *testing.B) {
	for _, mode := range []Durability{Always, Interval, None} {
		for _, size := range []int{100, 1000} {
			b.Run(fmt.Sprintf("%s/%d", mode, size), func(b *testing.B) { benchmarkAppend(b, mode, size) })
		}
	}
}

func benchmarkAppend(b *testing.B, mode Durability, size int) {
	l, id := benchLog(b, Options{Durability: mode})
	b.SetParallelism(8)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		groups := benchGroups(size)
		for pb.Next() {
			if err := l.Append(context.Background(), id, groups); err != nil || groups[0].Err != nil {
				b.Error(err, groups[0].Err)
				return
			}
		}
	})
	s := l.Stats()
	b.ReportMetric(float64(s.Records)/b.Elapsed().Seconds(), "records/s")
	b.ReportMetric(float64(s.Syncs)/b.Elapsed().Seconds(), "syncs/s")
	b.ReportMetric(float64(s.Bytes)/b.Elapsed().Seconds()/1e6, "MB/s")
}

func benchmarkRead(b *testing.B, o Options) {
	o.Durability = None
	l, id := benchLog(b, o)
	groups := benchGroups(100)
	for range 800 { // 400,000 records
		if err := l.Append(context.Background(), id, groups); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	var dst []shard.Record
	var from, records uint64
	for b.Loop() {
		p, err := l.Read(shard.Ref{Stream: id}, from, 10_000, 10<<20, dst[:0])
		if err != nil {
			b.Fatal(err)
		}
		dst, from = p.Records, p.Next
		records += uint64(len(dst))
		if p.Next == p.Tip {
			from = 0
		}
	}
	b.ReportMetric(float64(records)/b.Elapsed().Seconds(), "records/s")
}

func BenchmarkReadTail(b *testing.B) { benchmarkRead(b, Options{TailBytes: 256 << 20}) }
func BenchmarkReadCold(b *testing.B) { benchmarkRead(b, Options{TailBytes: 1, SegmentBytes: 8 << 20}) }

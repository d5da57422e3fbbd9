package shardlog

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

var scope = shard.Scope{Account: "000000000000", Region: "us-east-1"}

func openLog(t testing.TB, fsys vfs.FS, o Options) *Log {
	t.Helper()
	o.FS = fsys
	l, err := Open("data", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func createStream(t testing.TB, l *Log, name string, shards int) *shard.Stream {
	t.Helper()
	s := shard.Stream{Scope: scope, Name: name, Status: shard.Active, Retention: 24 * time.Hour}
	for _, r := range shard.EvenRanges(shards) {
		s.Shards = append(s.Shards, shard.Shard{Range: r})
	}
	out, err := l.Create(s)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// group is records with the given data.
func group(index uint32, data ...string) shard.Group {
	g := shard.Group{Shard: index, Count: len(data)}
	for _, d := range data {
		g.Payload = shard.AppendRecord(g.Payload, []byte("key"), []byte(d))
	}
	return g
}

func put(t testing.TB, l *Log, id shard.StreamID, groups ...shard.Group) []shard.Group {
	t.Helper()
	if err := l.Append(context.Background(), id, groups); err != nil {
		t.Fatal(err)
	}
	for i := range groups {
		if groups[i].Err != nil {
			t.Fatal(groups[i].Err)
		}
	}
	return groups
}

func readAll(t testing.TB, l *Log, ref shard.Ref, from uint64) []string {
	t.Helper()
	var out []string
	for {
		p, err := l.Read(ref, from, 7, 1<<20, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Records {
			out = append(out, string(r.Data))
		}
		if len(p.Records) == 0 {
			return out
		}
		from = p.Next
	}
}

func numbered(from, to int) []string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, fmt.Sprintf("record %d", i))
	}
	return out
}

func TestAppendReadReopen(t *testing.T) {
	for _, tail := range []int64{1, 1 << 20} {
		fsys := vfs.NewMem()
		o := Options{TailBytes: tail, SegmentBytes: 32 << 10}
		l := openLog(t, fsys, o)
		s := createStream(t, l, "clicks", 2)
		for i := 0; i < 2000; i += 10 {
			g := put(t, l, s.ID, group(0, numbered(i, i+5)...), group(1, numbered(i+5, i+10)...))
			if g[0].First != uint64(i/2) || g[1].First != uint64(i/2) {
				t.Fatalf("got counters %d and %d, want %d", g[0].First, g[1].First, i/2)
			}
		}
		check := func(l *Log) {
			t.Helper()
			for index := range uint32(2) {
				got := readAll(t, l, shard.Ref{Stream: s.ID, Shard: index}, 0)
				if len(got) != 1000 {
					t.Fatalf("tail %d, shard %d: got %d records", tail, index, len(got))
				}
				for i, r := range got {
					if want := fmt.Sprintf("record %d", i/5*10+i%5+5*int(index)); r != want {
						t.Fatalf("tail %d, shard %d: record %d: got %s, want %s", tail, index, i, r, want)
					}
				}
			}
		}
		check(l)
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		l = openLog(t, fsys, o)
		check(l)
		if g := put(t, l, s.ID, group(0, "more")); g[0].First != 1000 {
			t.Fatalf("after opening again: got counter %d", g[0].First)
		}
		if err := l.Append(context.Background(), s.ID+1, nil); !errors.Is(err, shard.ErrNoStream) {
			t.Fatalf("unknown stream: got %v", err)
		}
		l.Close()
		l = openLog(t, fsys.Crash(nil), o)
		if got := readAll(t, l, shard.Ref{Stream: s.ID, Shard: 0}, 998); len(got) != 3 {
			t.Fatalf("after a crash: got %q", got)
		}
	}
}

package shardlog

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// Each second one record, for twenty seconds, in two shards by turns.
func timedLog(t *testing.T, o Options) (*Log, shard.StreamID) {
	var clock atomic.Int64
	clock.Store(1_700_000_000_000)
	o.Now = func() time.Time { return time.UnixMilli(clock.Load()) }
	l := openLog(t, vfs.NewMem(), o)
	s := createStream(t, l, "clicks", 2)
	for i := range 20 {
		put(t, l, s.ID, group(uint32(i%2), fmt.Sprint(i)))
		clock.Add(1000)
	}
	return l, s.ID
}

func TestSeek(t *testing.T) {
	for name, o := range map[string]Options{"memory": {}, "disk": {TailBytes: 1}, "both": {TailBytes: 600}} {
		t.Run(name, func(t *testing.T) {
			l, id := timedLog(t, o)
			for ms := int64(-1500); ms < 22_000; ms += 500 {
				want := uint64(max(0, min(10, (ms+1999)/2000))) // of shard 0: one at each even second
				if ms < 0 {
					want = 0
				}
				got, err := l.Seek(shard.Ref{Stream: id}, 1_700_000_000_000+ms)
				if err != nil || got != want {
					t.Errorf("%d ms: got %d, %v, want %d", ms, got, err, want)
				}
			}
		})
	}
}

func TestPages(t *testing.T) {
	for name, o := range map[string]Options{"memory": {}, "disk": {TailBytes: 1}} {
		t.Run(name, func(t *testing.T) {
			l, id := timedLog(t, o)
			ref := shard.Ref{Stream: id}
			tests := []struct {
				from          uint64
				max, maxBytes int
				records       int
				next          uint64
				behind        int64 // seconds after the first; -1: none
			}{
				{0, 3, 1 << 20, 3, 3, 6},
				{0, 100, 1 << 20, 10, 10, -1},
				{0, 10, 1 << 20, 10, 10, -1},
				{2, 100, 1, 1, 3, 6},      // at least one, however large
				{2, 100, 8, 2, 4, 8},      // "key" and a digit each
				{10, 100, 100, 0, 10, -1}, // the tip
				{50, 100, 100, 0, 50, -1}, // beyond
			}
			for _, tt := range tests {
				p, err := l.Read(ref, tt.from, tt.max, tt.maxBytes, nil)
				want := int64(0)
				if tt.behind >= 0 {
					want = 1_700_000_000_000 + 1000*tt.behind
				}
				if err != nil || len(p.Records) != tt.records || p.Next != tt.next || p.BehindArrival != want || p.Tip != 10 || p.End {
					t.Errorf("%+v: got %d records, %+v, %v", tt, len(p.Records), p, err)
				}
			}
			b, err := l.Bounds(ref)
			if err != nil || b.First != 0 || b.Next != 10 || b.Last != 1_700_000_018_000 || b.Records != 10 || b.Bytes != 65 {
				t.Errorf("bounds %+v, %v", b, err)
			}
		})
	}
}

func TestReadAppendsToItsSlice(t *testing.T) {
	l, id := timedLog(t, Options{})
	dst := []shard.Record{{Counter: 77}}
	p, err := l.Read(shard.Ref{Stream: id}, 0, 2, 1<<20, dst)
	if err != nil || len(p.Records) != 3 || p.Records[0].Counter != 77 || p.Records[2].Counter != 1 {
		t.Errorf("got %+v, %v", p, err)
	}
}

// Whatever the sizes of records, groups, frames and segments: what comes out is what went in.
func TestAllSizes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		fsys := vfs.NewMem()
		o := Options{FS: fsys, SegmentBytes: 16 << 10, TailBytes: rapid.SampledFrom([]int64{1, 5000, 1 << 20}).Draw(rt, "tail")}
		l, err := Open("data", o)
		if err != nil {
			rt.Fatal(err)
		}
		s := createStream(t, l, "clicks", 2)
		want := [2][]string{}
		for n := rapid.IntRange(1, 10).Draw(rt, "appends"); n > 0; n-- {
			index := rapid.IntRange(0, 1).Draw(rt, "shard")
			var data []string
			for m := rapid.IntRange(1, 4).Draw(rt, "records"); m > 0; m-- {
				size := rapid.SampledFrom([]int{0, 1, 10, 100, 100, 1000, 1000, 3000, 3000, 9000, 70_000, 600_000, 1_200_000}).Draw(rt, "size")
				data = append(data, strings.Repeat(fmt.Sprint(n%10), size))
			}
			want[index] = append(want[index], data...)
			put(t, l, s.ID, group(uint32(index), data...))
		}
		same(rt, l, s.ID, want)
		if err := l.Close(); err != nil {
			rt.Fatal(err)
		}
		if l, err = Open("data", o); err != nil {
			rt.Fatal(err)
		}
		same(rt, l, s.ID, want)
		if err := l.Close(); err != nil {
			rt.Fatal(err)
		}
	})
}

func same(rt *rapid.T, l *Log, id shard.StreamID, want [2][]string) {
	for index := range want {
		from := uint64(0)
		var got []string
		for {
			p, err := l.Read(shard.Ref{Stream: id, Shard: uint32(index)}, from, 3, 4<<20, nil)
			if err != nil {
				rt.Fatal(err)
			}
			for _, r := range p.Records {
				got = append(got, string(r.Data))
			}
			if from = p.Next; len(p.Records) == 0 {
				break
			}
		}
		if len(got) != len(want[index]) {
			rt.Fatalf("shard %d: got %d records, want %d", index, len(got), len(want[index]))
		}
		for i := range got {
			if got[i] != want[index][i] {
				rt.Fatalf("shard %d: record %d has %d bytes, want %d", index, i, len(got[i]), len(want[index][i]))
			}
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	l := openLog(t, vfs.NewMem(), Options{})
	s := createStream(t, l, "clicks", 1)
	short := group(0, "a", "b")
	short.Count = 3
	torn := group(0, "a")
	torn.Payload = torn.Payload[:len(torn.Payload)-1]
	groups := []shard.Group{short, torn, {Shard: 0}, group(7, "x"), group(0, "good")}
	if err := l.Append(t.Context(), s.ID, groups); err != nil {
		t.Fatal(err)
	}
	for i, want := range []error{shard.ErrRecord, shard.ErrRecord, shard.ErrRecord, shard.ErrNoShard, nil} {
		if !errors.Is(groups[i].Err, want) {
			t.Errorf("group %d: got %v, want %v", i, groups[i].Err, want)
		}
	}
	if got := fmt.Sprint(readAll(t, l, shard.Ref{Stream: s.ID}, 0)); got != "[good]" {
		t.Errorf("read %s", got)
	}
	if err := tryPut(l, s.ID, group(0, string(make([]byte, maxAppend)))); err == nil || !strings.Contains(err.Error(), "append in parts") {
		t.Errorf("got %v", err)
	}
}

// xorKeys is encryption enough to see where it is used.
type xorKeys struct{ fail error }

func (k xorKeys) Seal(dst []byte, key string, payload, identity []byte) ([]byte, error) {
	if k.fail != nil {
		return nil, k.fail
	}
	dst = append(dst, byte(len(identity)))
	return k.flip(append(dst, identity...), payload), nil
}

func (xorKeys) flip(dst, b []byte) []byte {
	for _, c := range b {
		dst = append(dst, c^0x55)
	}
	return dst
}

func (k xorKeys) Open(dst, sealed, identity []byte) ([]byte, error) {
	n := 1 + int(sealed[0])
	if !bytes.Equal(sealed[1:n], identity) {
		return nil, errors.New("another frame's payload")
	}
	return k.flip(dst, sealed[n:]), nil
}

func TestSealedFrames(t *testing.T) {
	fsys := vfs.NewMem()
	o := Options{Keys: xorKeys{}, TailBytes: 1}
	l := openLog(t, fsys, o)
	s := createStream(t, l, "clicks", 1)
	put(t, l, s.ID, group(0, "plain"))
	if _, err := l.Update(s.ID, func(s *shard.Stream) error { s.KeyID = "k"; return nil }); err != nil {
		t.Fatal(err)
	}
	put(t, l, s.ID, group(0, "secret"))
	ref := shard.Ref{Stream: s.ID}
	if got := fmt.Sprint(readAll(t, l, ref, 0)); got != "[plain secret]" {
		t.Errorf("read %s", got)
	}
	b, err := vfs.ReadFile(fsys, firstSegment)
	if err != nil || bytes.Contains(b, []byte("secret")) || !bytes.Contains(b, []byte("plain")) {
		t.Errorf("the segment has the wrong things in plain, %v", err)
	}
	l.Close()
	l = openLog(t, fsys, Options{}) // without keys
	p, err := l.Read(ref, 0, 10, 1000, nil)
	if err != nil || len(p.Records) != 1 {
		t.Errorf("without keys: %d records, %v", len(p.Records), err)
	}
	if _, err = l.Read(ref, 1, 10, 1000, nil); err == nil || !strings.Contains(err.Error(), "without its keys") {
		t.Errorf("without keys: %v", err)
	}
	if err := tryPut(l, s.ID, group(0, "x")); err == nil || !strings.Contains(err.Error(), "encrypted under k") {
		t.Errorf("append without keys: %v", err)
	}
	l.Close()
	l = openLog(t, fsys, Options{Keys: xorKeys{errors.New("no key today")}})
	if err := tryPut(l, s.ID, group(0, "x")); err == nil || !strings.Contains(err.Error(), "no key today") {
		t.Errorf("append with a failing key: %v", err)
	}
	l.Close()
	l = openLog(t, fsys, o)
	if g := put(t, l, s.ID, group(0, "next")); g[0].First != 2 {
		t.Errorf("refused appends took counters: got %d, want 2", g[0].First)
	}
}

package shardlog

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

func TestStreamsLast(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	other := shard.Scope{Account: "111111111111", Region: "eu-west-1"}
	a := createStream(t, l, "a", 2)
	elsewhere := shard.Stream{Scope: other, Name: "a", Shards: make([]shard.Shard, 1), Document: []byte(`{"tags":{"k":"v"}}`)}
	if _, err := l.Create(elsewhere); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Create(shard.Stream{Scope: scope, Name: "a", Shards: make([]shard.Shard, 1)}); !errors.Is(err, shard.ErrExists) {
		t.Errorf("made twice: got %v", err)
	}
	if _, err := l.Create(shard.Stream{Scope: scope, Name: "b"}); err == nil {
		t.Error("a stream without shards was made")
	}
	_, err := l.Update(a.ID, func(s *shard.Stream) error {
		s.Retention, s.KeyID, s.Status, s.Document = 48*time.Hour, "alias/k", shard.Updating, []byte(`{"n":1}`)
		s.Name, s.Shards = "not to be changed", nil
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	refused := errors.New("refused")
	if _, err := l.Update(a.ID, func(*shard.Stream) error { return refused }); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
	if err := l.PutDocument("account/1", []byte("{}")); err != nil {
		t.Fatal(err)
	}
	if err := l.PutDocument(strings.Repeat("k", 101), nil); err == nil {
		t.Error("a key of 101 bytes was taken")
	}
	before := fmt.Sprintf("%+v", describe(l))
	l = openLog(t, fsys.Crash(nil), Options{})
	if after := fmt.Sprintf("%+v", describe(l)); after != before {
		t.Errorf("before the crash:\n%s\nafter:\n%s", before, after)
	}
	s, err := l.Lookup(scope, "a")
	if err != nil || s.Retention != 48*time.Hour || s.KeyID != "alias/k" || s.Status != shard.Updating || len(s.Shards) != 2 {
		t.Errorf("got %+v, %v", s, err)
	}
	if d, err := l.Document("account/1"); err != nil || string(d) != "{}" {
		t.Errorf("document %q, %v", d, err)
	}
	if len(l.Streams(other)) != 1 || len(l.Streams(shard.Scope{})) != 2 {
		t.Error("scopes are mixed up")
	}
}

func describe(l *Log) (out []string) {
	for _, s := range l.Streams(shard.Scope{}) {
		out = append(out, fmt.Sprintf("%d %v %s %s %v %s %+v %s", s.ID, s.Scope, s.Name, s.Created, s.Retention, s.KeyID, s.Shards, s.Document))
	}
	return out
}

// A stream that has the name of a deleted one has none of its records, and no later
// stream has its identity, whatever starts are between.
func TestDeletedStreamStaysAway(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	ids := map[shard.StreamID]bool{}
	for range 4 {
		s := createStream(t, l, "clicks", 1)
		if ids[s.ID] {
			t.Fatalf("identity %d is used again", s.ID)
		}
		ids[s.ID] = true
		if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); len(got) != 0 {
			t.Errorf("a new stream has %q", got)
		}
		put(t, l, s.ID, group(0, "x"))
		if err := l.Delete(s.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := l.Read(shard.Ref{Stream: s.ID}, 0, 1, 1, nil); !errors.Is(err, shard.ErrNoStream) {
			t.Errorf("read of a deleted stream: %v", err)
		}
		if err := l.Delete(s.ID); !errors.Is(err, shard.ErrNoStream) {
			t.Errorf("deleted twice: %v", err)
		}
		fsys = fsys.Crash(nil)
		l = openLog(t, fsys, Options{})
	}
}

func TestReshardRefuses(t *testing.T) {
	l := openLog(t, vfs.NewMem(), Options{})
	s := createStream(t, l, "clicks", 4)
	quarters := shard.EvenRanges(4)
	join := func(i, j int) []shard.HashRange {
		return []shard.HashRange{{Start: quarters[i].Start, End: quarters[j].End}}
	}
	tests := []struct {
		closing []uint32
		opening []shard.HashRange
		want    string
	}{
		{[]uint32{9}, join(0, 0), "no such shard"},
		{[]uint32{0, 0}, join(0, 0), "closed twice"},
		{[]uint32{0}, join(0, 1), "cover other keys"},
		{[]uint32{0, 2}, join(0, 2), "cover other keys"},
		{[]uint32{1}, []shard.HashRange{quarters[1], quarters[1]}, "cover other keys"},
	}
	for _, tt := range tests {
		if _, err := l.Reshard(s.ID, tt.closing, tt.opening); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("close %v: got %v, want %s", tt.closing, err, tt.want)
		}
	}
	made, err := l.Reshard(s.ID, []uint32{1, 2}, join(1, 2))
	if err != nil || len(made) != 1 || made[0].Index != 4 || fmt.Sprint(made[0].Parents) != "[1 2]" {
		t.Fatalf("got %+v, %v", made, err)
	}
	if _, err := l.Reshard(s.ID, []uint32{1}, quarters[1:2]); !errors.Is(err, shard.ErrShardClosed) {
		t.Errorf("closed again: %v", err)
	}
	if err := tryPut(l, s.ID, group(2, "x")); !errors.Is(err, shard.ErrShardClosed) {
		t.Errorf("append to a closed shard: %v", err)
	}
	if p, err := l.Read(shard.Ref{Stream: s.ID, Shard: 2}, 0, 1, 1, nil); err != nil || !p.End {
		t.Errorf("an empty closed shard: %+v, %v", p, err)
	}
	if p, err := l.Read(shard.Ref{Stream: s.ID, Shard: 4}, 0, 1, 1, nil); err != nil || p.End {
		t.Errorf("an empty open shard: %+v, %v", p, err)
	}
}

// A reshard whose file cannot be written has not happened, and appends go on.
func TestReshardFails(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	s := createStream(t, l, "clicks", 1)
	remove := fsys.Inject(vfs.Fault{Op: vfs.OpSync, Pattern: "*.json.tmp"})
	if _, err := l.Reshard(s.ID, []uint32{0}, shard.EvenRanges(2)); err == nil {
		t.Fatal("it went well")
	}
	remove()
	put(t, l, s.ID, group(0, "x"))
	if now, err := l.Stream(s.ID); err != nil || len(now.Shards) != 1 || !now.Shards[0].Open() {
		t.Errorf("got %+v, %v", now, err)
	}
	// The directory cannot be synced: whether the stream is resharded is not known.
	fsys.Inject(vfs.Fault{Op: vfs.OpSyncDir, Pattern: "streams"})
	if _, err := l.Reshard(s.ID, []uint32{0}, shard.EvenRanges(2)); !errors.Is(err, shard.ErrLogFailed) {
		t.Errorf("got %v", err)
	}
	if err := tryPut(l, s.ID, group(0, "y")); !errors.Is(err, shard.ErrLogFailed) {
		t.Errorf("append: got %v", err)
	}
}

package shardlog

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// writer appends numbered records until its share is written, and routes anew when
// a shard is closed.
func writer(t *testing.T, l *Log, id shard.StreamID, name string, n int) {
	for i := 0; i < n; {
		s, err := l.Stream(id)
		if err != nil {
			t.Error(err)
			return
		}
		hash := shard.HashKey([]byte(name))
		groups := make([]shard.Group, 0, 1)
		for _, sh := range s.Shards {
			if sh.Open() && sh.Range.Contains(hash) {
				groups = append(groups, group(sh.Index, fmt.Sprintf("%s %d", name, i)))
			}
		}
		if err := l.Append(context.Background(), id, groups); err != nil {
			t.Error(err)
			return
		}
		switch err := groups[0].Err; {
		case err == nil:
			i++
		case !errors.Is(err, shard.ErrShardClosed):
			t.Error(err)
			return
		}
	}
}

// follow reads a shard to its end, and then its children, and counts what each writer wrote.
func follow(t *testing.T, l *Log, ref shard.Ref, mu *sync.Mutex, next map[string]int) {
	from := uint64(0)
	for {
		p, err := l.Read(ref, from, 50, 1<<20, nil)
		if err != nil {
			t.Error(err)
			return
		}
		mu.Lock()
		for _, r := range p.Records {
			var name string
			var i int
			fmt.Sscanf(string(r.Data), "%s %d", &name, &i)
			if next[name] != i {
				t.Errorf("shard %d: got %s, want number %d", ref.Shard, r.Data, next[name])
			}
			next[name] = i + 1
		}
		mu.Unlock()
		from = p.Next
		if p.End {
			return
		}
		if len(p.Records) == 0 {
			l.Wait(context.Background(), ref, from)
		}
	}
}

// Writers write while shards are split and merged under them; readers follow
// parents before children. All records are read once, each writer's in their order.
func TestReshardUnderLoad(t *testing.T) {
	for _, mode := range []Durability{Always, Interval, None} {
		t.Run(mode.String(), func(t *testing.T) {
			l := openLog(t, vfs.NewMem(), Options{Durability: mode, SegmentBytes: 64 << 10, TailBytes: 8 << 10, SyncInterval: time.Millisecond})
			s := createStream(t, l, "clicks", 1)
			const writers, each = 8, 150
			var wg sync.WaitGroup
			for i := range writers {
				wg.Go(func() { writer(t, l, s.ID, fmt.Sprintf("w%d", i), each) })
			}
			half := shard.EvenRanges(2)
			last := uint32(0)
			for range 5 {
				split, err := l.Reshard(s.ID, []uint32{last}, half)
				if err != nil {
					t.Fatal(err)
				}
				merged, err := l.Reshard(s.ID, []uint32{split[0].Index, split[1].Index}, []shard.HashRange{{End: shard.MaxHash}})
				if err != nil {
					t.Fatal(err)
				}
				last = merged[0].Index
			}
			wg.Wait()
			if _, err := l.Reshard(s.ID, []uint32{last}, half); err != nil { // so that every reader meets an end but two
				t.Fatal(err)
			}
			checkFollowed(t, l, s.ID, last, writers, each)
		})
	}
}

func checkFollowed(t *testing.T, l *Log, id shard.StreamID, last uint32, writers, each int) {
	t.Helper()
	now, err := l.Stream(id)
	if err != nil {
		t.Fatal(err)
	}
	next := map[string]int{}
	var mu sync.Mutex
	for _, sh := range now.Shards {
		if sh.Index <= last {
			follow(t, l, shard.Ref{Stream: id, Shard: sh.Index}, &mu, next)
		}
	}
	for i := range writers {
		if got := next[fmt.Sprintf("w%d", i)]; got != each {
			t.Errorf("writer %d: read %d records, want %d", i, got, each)
		}
	}
	for i := range now.Shards {
		sh := &now.Shards[i]
		for _, parent := range sh.Parents {
			if p := now.Shard(parent); !sh.Created.After(p.Closed) {
				t.Errorf("shard %d was made at %s, before the end of its parent at %s", sh.Index, sh.Created, p.Closed)
			}
		}
	}
}

func TestManyWaitingReaders(t *testing.T) {
	l := openLog(t, vfs.NewMem(), Options{})
	s := createStream(t, l, "clicks", 1)
	ref := shard.Ref{Stream: s.ID}
	var wg sync.WaitGroup
	for range 10_000 {
		wg.Go(func() {
			l.Wait(t.Context(), ref, 0)
			if p, err := l.Read(ref, 0, 1, 1, nil); err != nil || len(p.Records) != 1 {
				t.Errorf("got %d records, %v", len(p.Records), err)
			}
		})
	}
	put(t, l, s.ID, group(0, "x"))
	wg.Wait()
}

func TestWaitEnds(t *testing.T) {
	tests := map[string]func(l *Log, id shard.StreamID, cancel func()) error{
		"delete":  func(l *Log, id shard.StreamID, _ func()) error { return l.Delete(id) },
		"context": func(_ *Log, _ shard.StreamID, cancel func()) error { cancel(); return nil },
		"close":   func(l *Log, _ shard.StreamID, _ func()) error { return l.Close() },
		"reshard": func(l *Log, id shard.StreamID, _ func()) error {
			_, err := l.Reshard(id, []uint32{0}, shard.EvenRanges(2))
			return err
		},
	}
	for name, end := range tests {
		t.Run(name, func(t *testing.T) {
			l := openLog(t, vfs.NewMem(), Options{})
			s := createStream(t, l, "clicks", 1)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			done := make(chan struct{})
			go func() {
				l.Wait(ctx, shard.Ref{Stream: s.ID}, 0)
				close(done)
			}()
			if err := end(l, s.ID, cancel); err != nil {
				t.Fatal(err)
			}
			<-done
		})
	}
}

// While the disk does not answer, appends fill the queue; more wait for room, and
// leave when their context ends. None of that is lost or written twice.
func TestBackPressure(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{PendingBytes: 1})
	s := createStream(t, l, "clicks", 1)
	put(t, l, s.ID, group(0, "first"))
	held, entered := make(chan struct{}), make(chan struct{})
	var once sync.Once
	remove := fsys.Inject(vfs.Fault{Op: vfs.OpSync, Pattern: "*.seg", Do: func() error {
		once.Do(func() { close(entered) })
		<-held
		return nil
	}})
	defer remove()
	var wg sync.WaitGroup
	wg.Go(func() { put(t, l, s.ID, group(0, "second")) })
	<-entered
	wg.Go(func() { put(t, l, s.ID, group(0, "third")) })
	for !l.queue.full() {
		time.Sleep(time.Microsecond) // until the third is in the queue
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := l.Append(ctx, s.ID, []shard.Group{group(0, "never")}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the context was cancelled", err)
	}
	close(held)
	wg.Wait()
	if got := fmt.Sprint(readAll(t, l, shard.Ref{Stream: s.ID}, 0)); got != "[first second third]" {
		t.Errorf("got %s", got)
	}
}

func (q *queue) full() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.bytes >= q.limit
}

func TestCloseWritesWhatWaits(t *testing.T) {
	fsys := vfs.NewMem()
	l := openLog(t, fsys, Options{})
	s := createStream(t, l, "clicks", 1)
	var wg sync.WaitGroup
	var mu sync.Mutex
	acked := map[uint64]bool{}
	for i := range 50 {
		wg.Go(func() {
			g := []shard.Group{group(0, fmt.Sprint(i))}
			if err := l.Append(context.Background(), s.ID, g); err == nil && g[0].Err == nil {
				mu.Lock()
				defer mu.Unlock()
				acked[g[0].First] = true
			} else if !errors.Is(err, shard.ErrLogClosed) {
				t.Errorf("got %v", err)
			}
		})
	}
	l.Close()
	wg.Wait()
	l = openLog(t, fsys, Options{})
	if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); len(got) != len(acked) {
		t.Errorf("%d records are there, %d were acknowledged", len(got), len(acked))
	}
}

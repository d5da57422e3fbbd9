package kinesis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kinesql/connectors/kinesis/kpl"
	"kinesql/connectors/shard"
	"kinesql/operators"
)

func entry1(key, data string) Entry { return Entry{Key: []byte(key), Data: []byte(data)} }

func TestRowsCarryTheirPlace(t *testing.T) {
	for _, rows := range []int{1, 2, 1000} {
		b := newBench(t, false)
		b.create(2)
		packed := kpl.Pack(nil, []kpl.Record{{Key: []byte("x"), Data: []byte(`{"n":10}`)}, {Key: []byte("y"), Data: []byte(`{"n":11}`), Hash: []byte("0")}})
		b.put(entry1("a", `{"n":1}`), entry1("b", "{\"n\":2}\n{\"n\":3}"), entry1("a", "oops"), entry1("a", ""), Entry{Key: []byte("x"), Data: packed})
		got := b.open(b.shards, spec(nil, "n BIGINT"), rows).until(-1)
		slices.SortFunc(got, func(a, b row) int { return strings.Compare(a.value, b.value) })
		st, _ := b.log.Lookup(testScope, "s")
		owner := func(key string) string { return shard.Name(newRoutes(st).open[newRoutes(st).group([]byte(key))].Index) }
		want := []string{"1 a " + owner("a"), "10 x " + owner("x"), "2 b " + owner("b"), "3 b " + owner("b")}
		if owner("x") == "shardId-000000000000" { // hash 0 is its own
			want = append(want, "11 y "+owner("x"))
			slices.Sort(want)
		}
		var texts []string
		for _, r := range got {
			texts = append(texts, fmt.Sprintf("%s %s %s", r.value, r.key, r.shard))
			if q, err := shard.ParseSequence(r.number); err != nil || shard.Name(q.Shard) != r.shard || r.arrival/1_000_000 != q.Time {
				t.Errorf("%+v: sequence number %+v, %v", r, q, err)
			}
		}
		if diff := cmp.Diff(want, texts); diff != "" {
			t.Error(diff)
		}
		errs := b.faults.Errors()
		if len(errs) != 2 {
			t.Fatalf("errors %+v", errs)
		}
		for _, e := range errs {
			if q, err := shard.ParseSequence(e.Sequence); err != nil || e.Split != owner("a") || shard.Name(q.Shard) != e.Split || e.Code != operators.CodeDecode || e.Line != 0 {
				t.Errorf("%+v", e)
			}
		}
		if string(errs[0].Raw)+string(errs[1].Raw) != "oops" {
			t.Errorf("raw %q and %q", errs[0].Raw, errs[1].Raw)
		}
	}
}

// A batch may outlive its Poll; what it says of its records must not change.
func TestBatchesKeepTheirPlaces(t *testing.T) {
	b := newBench(t, false)
	b.create(1)
	for i := range 100 {
		b.put(entry1("k", fmt.Sprintf(`{"n":%d}`, i)))
	}
	r := b.open(b.shards, spec(nil, "n BIGINT"), 7)
	type kept struct {
		raw, sequence string
		where         func() operators.Where
	}
	var all []kept
	for {
		p, err := r.src.Poll(context.Background())
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if p.Batch.Record == nil {
			continue
		}
		own := p.Batch.Own()
		p.Batch.Release()
		t.Cleanup(own.Release)
		for i := range own.Rows() {
			w := operators.WhereOf(own, i)
			all = append(all, kept{string(w.Raw), w.Sequence, func() operators.Where { return operators.WhereOf(own, i) }})
		}
	}
	for i, k := range all {
		if w := k.where(); string(w.Raw) != k.raw || w.Sequence != k.sequence || w.Line != 0 || k.raw != fmt.Sprintf(`{"n":%d}`, i) {
			t.Fatalf("row %d was %+v and is %+v", i, k, w)
		}
	}
	if len(all) != 100 {
		t.Errorf("%d rows", len(all))
	}
}

func TestStart(t *testing.T) {
	for start, want := range map[string]string{"trim_horizon": "1 2 3 4", "latest": "3 4"} {
		b := newBench(t, true)
		b.create(1)
		b.put(entry1("k", `{"n":1}`), entry1("k", `{"n":2}`))
		r := b.open(b.shards, spec(map[string]string{"start": start}, "n BIGINT"), 100)
		b.put(entry1("k", `{"n":3}`), entry1("k", `{"n":4}`))
		got := values(r.until(len(strings.Fields(want))))
		if strings.Join(got, " ") != want {
			t.Errorf("%s: got %v, want %s", start, got, want)
		}
	}
}

func TestBoundedEndsWithWhatWasThere(t *testing.T) {
	b := newBench(t, true)
	id := b.create(1)
	b.put(entry1("k", `{"n":1}`))
	if _, err := b.log.Reshard(id, []uint32{0}, shard.EvenRanges(2)); err != nil {
		t.Fatal(err)
	}
	b.put(entry1("k", `{"n":2}`))
	r := b.open(b.shards, spec(map[string]string{"bounded": "true"}, "n BIGINT"), 100)
	b.put(entry1("k", `{"n":3}`))
	if got := values(r.until(-1)); strings.Join(got, " ") != "1 2" {
		t.Errorf("got %v, want what was there: 1 2", got)
	}
}

// A stream is split and merged while it is written and read. Every record comes
// once, those of a key in their order, and the shards of a parent after it.
func TestReshardingLosesAndDoublesNothing(t *testing.T) {
	for _, c := range []struct {
		start     string
		instances int
	}{{"trim_horizon", 1}, {"latest", 1}, {"trim_horizon", 3}, {"latest", 2}} {
		t.Run(fmt.Sprint(c.start, c.instances), func(t *testing.T) {
			b := newBench(t, true)
			id := b.create(2)
			s := spec(map[string]string{"start": c.start}, "n BIGINT")
			s.Instances = c.instances
			var readers []*reader
			for i := range c.instances {
				s.Instance = i
				readers = append(readers, b.open(b.shards, s, 64))
			}
			const records, keys = 6000, 23
			written := make(chan struct{})
			go func() {
				defer close(written)
				reshardWhileWriting(t, b, id, records, keys)
			}()
			rows := readAll(t, readers, records)
			<-written
			checkOrder(t, b, rows, records, keys)
		})
	}
}

func reshardWhileWriting(t *testing.T, b *bench, id shard.StreamID, records, keys int) {
	s := &embedded{log: b.log, scope: testScope, name: "s"}
	for i := 0; i < records; i += 10 {
		var list []Entry
		for n := i; n < i+10; n++ {
			list = append(list, entry1(fmt.Sprint("key", n%keys), fmt.Sprintf(`{"n":%d}`, n)))
		}
		if err := s.Put(context.Background(), list); err != nil {
			t.Error(err)
			return
		}
		if i%500 == 0 {
			reshard(t, b, id, i/500)
		}
	}
}

// reshard splits an open shard, or merges two neighbours.
func reshard(t *testing.T, b *bench, id shard.StreamID, round int) {
	st, err := b.log.Stream(id)
	if err != nil {
		t.Error(err)
		return
	}
	open := newRoutes(st).open
	at := round % (len(open) - 1)
	if round%3 < 2 {
		r := open[at].Range
		half := shard.Hash{Hi: r.Start.Hi/2 + r.End.Hi/2, Lo: 7}
		_, err = b.log.Reshard(id, []uint32{open[at].Index}, []shard.HashRange{{Start: r.Start, End: half}, {Start: half.Next(), End: r.End}})
	} else {
		_, err = b.log.Reshard(id, []uint32{open[at].Index, open[at+1].Index}, []shard.HashRange{{Start: open[at].Range.Start, End: open[at+1].Range.End}})
	}
	if err != nil {
		t.Error(err)
	}
}

// readAll polls all readers, each in a goroutine, until they have all records.
func readAll(t *testing.T, readers []*reader, records int) (rows []row) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	var all sync.WaitGroup
	var mu sync.Mutex
	for _, r := range readers {
		all.Go(func() {
			for ctx.Err() == nil && !r.end {
				before := len(r.rows)
				if _, err := r.poll(); err != nil && !r.end {
					t.Error(err)
					return
				}
				mu.Lock()
				if rows = append(rows, r.rows[before:]...); len(rows) >= records {
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return rows
}

func checkOrder(t *testing.T, b *bench, rows []row, records, keys int) {
	t.Helper()
	last, seen := map[string]int{}, map[string]bool{}
	for _, r := range rows {
		var n int
		if _, err := fmt.Sscan(r.value, &n); err != nil {
			t.Fatal(err)
		}
		if seen[r.value] || r.key != fmt.Sprint("key", n%keys) {
			t.Fatalf("record %+v came twice, or not with its key", r)
		}
		if before, ok := last[r.key]; ok && before >= n {
			t.Fatalf("key %s: %d came after %d", r.key, n, before)
		}
		seen[r.value], last[r.key] = true, n
	}
	if len(rows) != records {
		t.Errorf("%d records came of %d", len(rows), records)
	}
	shards := map[string]bool{}
	for _, r := range rows {
		shards[r.shard] = true
	}
	if len(shards) < 6 || len(b.faults.Errors()) > 0 {
		t.Errorf("records came of %d shards, errors %v", len(shards), b.faults.Texts())
	}
}

// The shards that a split has made are known before the end of their parent is
// told: they hold the watermark back without a gap.
func TestChildrenAreKnownWhenTheirParentEnds(t *testing.T) {
	b := newBench(t, true)
	id := b.create(1)
	b.put(entry1("k", `{"n":1}`))
	r := b.open(b.shards, spec(nil, "n BIGINT"), 10)
	if _, err := b.log.Reshard(id, []uint32{0}, shard.EvenRanges(2)); err != nil {
		t.Fatal(err)
	}
	splits := r.src.(operators.Splitter)
	for {
		p, err := r.poll()
		if err != nil {
			t.Fatal(err)
		}
		if p.Ended {
			break
		}
		if splits.Splits() != 1 {
			t.Fatalf("%d splits before the end of the parent", splits.Splits())
		}
	}
	if splits.Splits() != 3 {
		t.Errorf("%d splits when the parent has ended, want 3", splits.Splits())
	}
}

func TestLagIsTheAgeOfWhatIsUnread(t *testing.T) {
	b := newBench(t, true)
	b.create(1)
	now := time.Now()
	b.monitor.now = func() time.Time { return now.Add(time.Hour) }
	r := b.open(b.shards, spec(nil, "n BIGINT"), 2)
	b.put(entry1("k", `{"n":1}`), entry1("k", `{"n":2}`), entry1("k", `{"n":3}`))
	r.until(2)
	lags := b.monitor.Lags()
	if len(lags) != 1 || lags[0].Stream != "s" || lags[0].Shard != "shardId-000000000000" || lags[0].Behind < 59*time.Minute || lags[0].Records != 2 {
		t.Errorf("lags %+v with a record unread", lags)
	}
	r.until(3)
	if lags = b.monitor.Lags(); lags[0].Behind != 0 || lags[0].Records != 3 {
		t.Errorf("lags %+v with all read", lags)
	}
	if err := r.src.Close(); err != nil || len(b.monitor.Lags()) != 0 {
		t.Errorf("%v, lags %+v of a source that was closed", err, b.monitor.Lags())
	}
}

// The greatest arrival that a Poll tells does not run ahead of the rows, though
// one record may hold more of them than a batch.
func TestArrivalIsNotAheadOfRows(t *testing.T) {
	b := newBench(t, false)
	b.create(1)
	var many []kpl.Record
	for n := range 9 {
		many = append(many, kpl.Record{Key: []byte("k"), Data: []byte(fmt.Sprintf(`{"n":%d}`, n))})
	}
	b.put(Entry{Key: []byte("k"), Data: kpl.Pack(nil, many)})
	time.Sleep(2 * time.Millisecond) // another millisecond of arrival
	b.put(entry1("k", `{"n":9}`))
	r := b.open(b.shards, spec(nil, "n BIGINT"), 2)
	for !r.end {
		p, err := r.poll()
		if err != nil && !r.end {
			t.Fatal(err)
		}
		if len(r.rows) > 0 && int64(p.MaxTime) > r.rows[len(r.rows)-1].arrival {
			t.Fatalf("told %d when the last row arrived %d", p.MaxTime, r.rows[len(r.rows)-1].arrival)
		}
	}
	if len(r.rows) != 10 {
		t.Errorf("%d rows", len(r.rows))
	}
}

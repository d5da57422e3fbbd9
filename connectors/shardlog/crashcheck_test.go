package shardlog

import (
	"cmp"
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"kinesql/connectors/shard"
)

var crashRuns = flag.Int("crash-runs", 200, "lives of a log that crash at random points")

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }

// crash ends the process, and with it the machine if power is lost, and brings the log up
// again; recovery itself is stopped by chance. Then what is there is compared.
func (lf *life) crash(power bool) {
	if lf.log != nil {
		lf.log.Close() // which fails, as the machine has stopped; it ends the goroutines
	}
	for {
		if power {
			lf.disk = lf.disk.Crash(rand.New(rand.NewPCG(lf.rng.Uint64(), 1)))
		} else {
			lf.disk.Restart()
		}
		if lf.rng.IntN(4) == 0 {
			lf.disk.CrashAt(1 + lf.rng.IntN(12))
		}
		if lf.start() && lf.goesOn() {
			break
		}
	}
	if lf.open != nil {
		lf.open()
	}
	lf.lossy = power && lf.mode == Interval
	lf.check()
	lf.lossy = false
}

// goesOn takes back a stop that was not reached. The background may have reached it just now.
func (lf *life) goesOn() bool {
	lf.disk.CrashAt(0)
	if lf.stopped() {
		lf.log.Close()
		return false
	}
	return true
}

// check compares the log with the model.
func (lf *life) check() {
	lf.t.Helper()
	var names []string
	for _, s := range lf.log.Streams(shard.Scope{}) {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	if want := sortedKeys(lf.model); !slices.Equal(names, want) {
		lf.t.Fatalf("streams %v, want %v", names, want)
	}
	for name, m := range lf.model {
		lf.checkStream(name, m)
	}
	for key, want := range lf.notes {
		if got, err := lf.log.Document(key); err != nil || string(got) != want {
			lf.t.Fatalf("document %s: %q, %v; want %q", key, got, err, want)
		}
	}
}

func (lf *life) checkStream(name string, m *modelStream) {
	lf.t.Helper()
	s, err := lf.log.Lookup(scope, name)
	if err != nil {
		lf.t.Fatal(err)
	}
	if s.ID != m.id || s.Retention != m.retention || string(s.Document) != m.note {
		lf.t.Fatalf("%s: id %d, retention %s, document %s; want %d, %s, %s", name, s.ID, s.Retention, s.Document, m.id, m.retention, m.note)
	}
	for index, sh := range m.shards {
		info := s.Shard(index)
		if info == nil {
			if !sh.expired {
				lf.t.Fatalf("%s: shard %d is gone", name, index)
			}
			delete(m.shards, index)
			continue
		}
		if !info.Closed.Equal(sh.closed) || info.Range != sh.keys {
			lf.t.Fatalf("%s: shard %d: %+v, want %+v", name, index, info, sh)
		}
		lf.checkShard(shard.Ref{Stream: m.id, Shard: index}, sh, info)
	}
	if len(s.Shards) != len(m.shards) {
		lf.t.Fatalf("%s: %d shards, want %d", name, len(s.Shards), len(m.shards))
	}
}

// checkShard wants every acknowledged record once and in order, and after them at
// most whole records of the append that was not answered.
func (lf *life) checkShard(ref shard.Ref, sh *modelShard, info *shard.Shard) {
	lf.t.Helper()
	b, err := lf.log.Bounds(ref)
	if err != nil {
		lf.t.Fatal(err)
	}
	if b.First > sh.trimmed {
		lf.t.Fatalf("%v: records before %d are gone, want them from %d on", ref, b.First, sh.trimmed)
	}
	if lf.lossy && info.Open() { // the latest records may be lost, but none before one that is there
		sh.records = sh.records[:min(b.Next, uint64(len(sh.records)))]
		sh.trimmed = min(sh.trimmed, b.Next)
	}
	got, want := lf.read(ref, b), sh.records[b.First:]
	for i := range want {
		if i == len(got) || got[i] != want[i] {
			lf.t.Fatalf("%v: from %d on %d records were read, and %d are acknowledged; number %d is %.20v, want %.20v",
				ref, b.First, len(got), len(want), i, got[min(i, len(got)):], want[i])
		}
	}
	for i, r := range got[len(want):] {
		if extras := lf.extras[ref]; i >= len(extras) || extras[i] != r.text {
			lf.t.Fatalf("%v: record %q was never written there", ref, r.text)
		}
		sh.records = append(sh.records, r) // it has been read: now it has to stay
	}
	if b.Next != uint64(len(sh.records)) || !info.Open() && info.ClosedAt != b.Next {
		lf.t.Fatalf("%v: next counter %d, closed at %d, want %d", ref, b.Next, info.ClosedAt, len(sh.records))
	}
}

// read reads all records of a shard.
func (lf *life) read(ref shard.Ref, b shard.Bounds) []modelRecord {
	lf.t.Helper()
	var out []modelRecord
	for next, last := b.First, int64(0); next < b.Next; {
		p, err := lf.log.Read(ref, next, 50, 1<<20, nil)
		if err != nil {
			lf.t.Fatalf("%v: %+v: %v", ref, b, err)
		}
		if len(p.Records) == 0 {
			lf.t.Fatalf("%v: %+v: no record at %d, go on at %d", ref, b, next, p.Next)
		}
		for _, r := range p.Records {
			if r.Counter != next || r.Arrival < last {
				lf.t.Fatalf("%v: want record %d: it has counter %d and arrived at %d after %d", ref, next, r.Counter, r.Arrival, last)
			}
			next, last = next+1, r.Arrival
			out = append(out, modelRecord{string(r.Data), r.Arrival})
		}
	}
	return out
}

// end closes the log and compares once more.
func (lf *life) end() {
	lf.t.Helper()
	if !lf.goesOn() {
		lf.crash(false)
	}
	lf.extras = nil
	if err := lf.log.Close(); err != nil {
		lf.t.Fatal(err)
	}
	lf.start()
	lf.check()
	lf.log.Close()
}

// TestCrashAtEveryStep stops the machine at each write, sync, creation, rename and
// removal of a life in turn, and loses power or only the process.
func TestCrashAtEveryStep(t *testing.T) {
	for step, done := 1, false; !done; step++ {
		for _, power := range []bool{true, false} {
			lf := newLife(t, 1, Always)
			lf.disk.CrashAt(step)
			if done = lf.use(60); !done {
				lf.crash(power)
				if !lf.use(10) {
					t.Fatal("the machine stopped by itself")
				}
			}
			if lf.end(); t.Failed() {
				t.Fatalf("step %d, power lost: %v", step, power)
			}
		}
	}
}

// TestCrashAtRandom lives many lives that crash again and again.
func TestCrashAtRandom(t *testing.T) {
	for _, mode := range []Durability{Always, Interval, None} {
		t.Run(mode.String(), func(t *testing.T) {
			runs := *crashRuns
			if mode != Always {
				runs /= 4
			}
			for seed := range uint64(runs) {
				lf := newLife(t, seed, mode)
				for range 3 {
					lf.disk.CrashAt(1 + lf.rng.IntN(200))
					power := lf.rng.IntN(2) == 0 && mode != None
					if !lf.use(80) {
						lf.crash(power)
					}
				}
				lf.end()
			}
		})
	}
}

// TestLifeIsVaried keeps the harness honest: it does meet what it is to test.
func TestLifeIsVaried(t *testing.T) {
	var streams, records, closed, encrypted, removed int
	for seed := range uint64(4) {
		lf := newLife(t, seed, Always)
		if !lf.use(250) {
			t.Fatal("the machine stopped by itself")
		}
		lf.end()
		for _, m := range lf.model {
			streams++
			for _, sh := range m.shards {
				records += len(sh.records)
				if !sh.closed.IsZero() {
					closed++
				}
			}
		}
		if _, err := lf.disk.Stat("data/keys/master.key"); err == nil {
			encrypted++
		}
		if segs, _ := segmentFiles(t, lf.disk); len(segs) > 3 && segs[0] != segmentName(1) {
			removed++
		}
	}
	if streams < 10 || records < 1000 || closed < 10 || encrypted < 3 || removed < 3 {
		t.Fatalf("%d streams, %d records, %d closed shards; %d with encryption, %d with removed segments", streams, records, closed, encrypted, removed)
	}
}

package kinesis

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
	"kinesql/operators"
	"kinesql/operators/vfs"
)

// faultyLog is a log of which some records cannot be read.
type faultyLog struct {
	shard.Log
	from, to uint64 // damaged; to 0: nobody knows how far
	expired  uint64 // records before it are gone
}

// Read implements shard.Log.
func (l *faultyLog) Read(ref shard.Ref, from uint64, max, maxBytes int, dst []shard.Record) (shard.Page, error) {
	from = largest(from, l.expired)
	if from < l.from {
		max = min(max, int(l.from-from))
	} else if from < l.to || l.to == 0 && l.from > 0 {
		return shard.Page{}, &shard.CorruptError{Ref: ref, From: from, To: l.to, File: "000001.seg", Offset: 7, Reason: "checksum"}
	}
	return l.Log.Read(ref, from, max, maxBytes, dst)
}

// largest is max where a parameter has that name.
func largest(a, b uint64) uint64 { return max(a, b) }

// over puts the connector of a bench on another log.
func (b *bench) over(log shard.Log) {
	b.shards.cfg.Log = func() (shard.Log, error) { return log, nil }
}

func putNumbers(b *bench, n int) {
	var list []Entry
	for i := range n {
		list = append(list, entry1("k", fmt.Sprintf(`{"n":%d}`, i)))
	}
	b.put(list...)
}

// Damage costs the records that are damaged, which are told; the query goes on.
func TestDamagedRecordsArePassedOver(t *testing.T) {
	b := newBench(t, false)
	b.create(1)
	putNumbers(b, 10)
	b.over(&faultyLog{Log: b.log, from: 3, to: 7})
	got := values(b.open(b.shards, spec(nil, "n BIGINT"), 2).until(-1))
	if diff := cmp.Diff(strings.Fields("0 1 2 7 8 9"), got); diff != "" {
		t.Error(diff)
	}
	errs := b.faults.Errors()
	if len(errs) != 1 || errs[0].Code != operators.CodeCorrupt || errs[0].Split != "shardId-000000000000" || !strings.Contains(errs[0].Message, "damaged at byte 7") {
		t.Errorf("errors %+v", errs)
	}
}

// Where nobody knows what is behind the damage, the query fails and says where.
func TestDamageWithoutEndFails(t *testing.T) {
	b := newBench(t, false)
	b.create(1)
	putNumbers(b, 10)
	b.over(&faultyLog{Log: b.log, from: 3})
	r := b.open(b.shards, spec(nil, "n BIGINT"), 100)
	var err error
	for err == nil {
		_, err = r.poll()
	}
	if r.end || !strings.Contains(err.Error(), "stream s, shardId-000000000000: 000001.seg: damaged at byte 7") || len(r.rows) != 3 {
		t.Errorf("%d rows, %v", len(r.rows), err)
	}
}

// Records that expire before a slow query reads them are counted.
func TestExpiredRecordsAreTold(t *testing.T) {
	b := newBench(t, false)
	b.create(1)
	putNumbers(b, 10)
	b.over(&faultyLog{Log: b.log, expired: 4})
	got := values(b.open(b.shards, spec(nil, "n BIGINT"), 100).until(-1))
	if diff := cmp.Diff(strings.Fields("4 5 6 7 8 9"), got); diff != "" {
		t.Error(diff)
	}
	errs := b.faults.Errors()
	if len(errs) != 1 || errs[0].Code != operators.CodeExpired || !strings.HasPrefix(errs[0].Message, "4 records are gone") {
		t.Errorf("errors %+v", errs)
	}
}

// A stream that is deleted ends its readers, with what they have read.
func TestDeletedStreamEndsItsReaders(t *testing.T) {
	b := newBench(t, true)
	id := b.create(2)
	b.put(entry1("k", `{"n":1}`))
	r := b.open(b.shards, spec(nil, "n BIGINT"), 100)
	r.until(1)
	if err := b.log.Delete(id); err != nil {
		t.Fatal(err)
	}
	if got := r.until(-1); len(got) != 1 {
		t.Errorf("rows %v", got)
	}
	errs := b.faults.Errors()
	if len(errs) != 2 || !strings.Contains(errs[0].Message, "the stream was deleted") {
		t.Errorf("errors %+v, want one of each shard", errs)
	}
}

func TestStreamThatIsNotThere(t *testing.T) {
	b := newBench(t, true)
	src, err := b.shards.Source(spec(nil, "n BIGINT"))
	if err != nil {
		t.Fatal(err)
	}
	if err := src.Open(context.Background(), b.env(1)); !errors.Is(err, shard.ErrNoStream) || err.Error() != "stream s: no such stream" {
		t.Errorf("error %v", err)
	}
	if err := src.Close(); err != nil {
		t.Error(err)
	}
}

// Every record arrives a second after the last: reading starts at the first that
// arrived at or after a time.
func TestStartAtTimestamp(t *testing.T) {
	for _, remote := range []bool{false, true} {
		e := newEndpoint(t)
		now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
		log, err := shardlog.Open("other", shardlog.Options{FS: vfs.NewMem(), Durability: shardlog.None, Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { log.Close() })
		first := e.log
		e.log = log
		e.over(log)
		e.create(1)
		for n := range 5 {
			now = now.Add(time.Second)
			e.put(entry1("k", fmt.Sprintf(`{"n":%d}`, n)))
		}
		options := map[string]string{"start": "at_timestamp", "start.timestamp": "2026-01-01 00:00:02.5"}
		got := values(e.open(e.shards, spec(options, "n BIGINT"), 100).until(3))
		if remote {
			e.serve(log)
			got = values(e.open(e.remote, spec(e.options("start", "at_timestamp", "start.timestamp", "1767225602.5"), "n BIGINT"), 100).until(3))
		}
		if diff := cmp.Diff(strings.Fields("2 3 4"), got); diff != "" {
			t.Errorf("remote %v: %s", remote, diff)
		}
		e.log = first
	}
}

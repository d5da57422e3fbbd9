package kinesis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/csv"
	"kinesql/connectors/format/decodetest"
	"kinesql/connectors/format/json"
	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/vfs"
)

var testScope = shard.Scope{Account: "000000000000", Region: "us-east-1"}

func formats() []format.Format { return []format.Format{json.New(), csv.New()} }

// bench is a log in memory with the connector over it.
type bench struct {
	t       *testing.T
	log     *shardlog.Log
	shards  *Shards
	monitor *Monitor
	faults  *decodetest.Faults
	alloc   *memory.CheckedAllocator
}

func newBench(t *testing.T, served bool) *bench {
	t.Helper()
	log, err := shardlog.Open("log", shardlog.Options{FS: vfs.NewMem(), Durability: shardlog.None})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{t: t, log: log, monitor: NewMonitor(time.Now), faults: &decodetest.Faults{}, alloc: memory.NewCheckedAllocator(memory.NewGoAllocator())}
	t.Cleanup(func() {
		b.alloc.AssertSize(t, 0)
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	b.shards = NewShards(Config{
		Log: func() (shard.Log, error) { return log, nil }, Scope: testScope, Served: served, Formats: formats(), Monitor: b.monitor,
	})
	return b
}

// create makes the stream s.
func (b *bench) create(shards int) shard.StreamID {
	b.t.Helper()
	if _, err := b.shards.Make(connectors.Spec{Stream: "s", Options: connectors.NewOptions(map[string]string{"shards": fmt.Sprint(shards)})}); err != nil {
		b.t.Fatal(err)
	}
	st, err := b.log.Lookup(testScope, "s")
	if err != nil {
		b.t.Fatal(err)
	}
	return st.ID
}

func (b *bench) put(entries ...Entry) {
	b.t.Helper()
	s := &embedded{log: b.log, scope: testScope, name: "s"}
	if err := s.Put(context.Background(), entries); err != nil {
		b.t.Fatal(err)
	}
}

// env is what sources and sinks get.
func (b *bench) env(rows int) operators.Env {
	return operators.Env{Alloc: b.alloc, Now: time.Now, Faults: b.faults, BatchRows: rows}
}

// spec is a source of the stream s with columns and metadata.
func spec(options map[string]string, columns ...string) connectors.SourceSpec {
	all := map[string]string{}
	for k, v := range options {
		all[k] = v
	}
	own := decodetest.Schema(columns...)
	out := connectors.SourceSpec{
		Spec: connectors.Spec{Stream: "s", Options: connectors.NewOptions(all), Schema: own},
		Time: -1, Instances: 1, Shared: &connectors.Shared{},
	}
	fields := append(append([]batch.Field{}, own.Fields()...), metadata()...)
	for i, f := range fields {
		out.Want = append(out.Want, connectors.Want{Path: []string{f.Name}, Type: f.Type})
		if f.Name == arrivalColumn {
			out.Time = i
		}
	}
	out.Out = batch.NewSchema(fields...)
	return out
}

// row is what tests look at: the first column, and metadata.
type row struct {
	value, key, shard, number string
	arrival                   int64
}

// reader reads a source.
type reader struct {
	b    *bench
	src  operators.Source
	mu   sync.Mutex
	rows []row
	end  bool
}

func (b *bench) open(c connectors.Connector, s connectors.SourceSpec, rows int) *reader {
	b.t.Helper()
	src, err := c.Source(s)
	if err != nil {
		b.t.Fatal(err)
	}
	b.t.Cleanup(func() {
		if err := src.Close(); err != nil {
			b.t.Error(err)
		}
	})
	if err := src.Open(context.Background(), b.env(rows)); err != nil {
		b.t.Fatal(err)
	}
	return &reader{b: b, src: src}
}

// poll polls once.
func (r *reader) poll() (p operators.Polled, err error) {
	p, err = r.src.Poll(context.Background())
	if p.Batch.Record != nil {
		r.note(p.Batch)
		p.Batch.Release()
	}
	r.end = errors.Is(err, io.EOF)
	return p, err
}

func (r *reader) note(b batch.Batch) {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := b.SQLSchema().Len()
	first, arrival, key, shard, number := b.Vector(0), b.Vector(n-4), b.Vector(n-3), b.Vector(n-2), b.Vector(n-1)
	for i := range b.Rows() {
		r.rows = append(r.rows, row{fmt.Sprint(first.I64[i]), string(key.Bytes(i)), string(shard.Bytes(i)), string(number.Bytes(i)), arrival.I64[i]})
	}
}

// until polls until there are n rows, or the end.
func (r *reader) until(n int) []row {
	r.b.t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !r.end && (n < 0 || len(r.rows) < n) {
		if _, err := r.poll(); err != nil && !errors.Is(err, io.EOF) {
			r.b.t.Fatal(err)
		}
		if time.Now().After(deadline) {
			r.b.t.Fatalf("%d rows of %d have come", len(r.rows), n)
		}
	}
	return r.rows
}

func values(rows []row) (out []string) {
	for _, r := range rows {
		out = append(out, r.value)
	}
	return out
}

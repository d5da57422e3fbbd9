package engine_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"kinesql/cmd/internal/engine"
	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
	"kinesql/operators/vfs"
	"kinesql/sql/diag"
)

// served is an engine over a log that others write to.
type served struct {
	t    *testing.T
	log  *shardlog.Log
	e    *engine.Engine
	out  bytes.Buffer
	done chan error
}

func newServed(t *testing.T, cfg engine.Config) *served {
	t.Helper()
	log, err := shardlog.Open("log", shardlog.Options{FS: vfs.NewMem(), Durability: shardlog.None})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Log, cfg.Served = log, true
	s := &served{t: t, log: log, done: make(chan error, 1)}
	if s.e, err = engine.New(cfg); err != nil {
		t.Fatal(err)
	}
	s.e.OnWarning(func(text string) { t.Log(text) })
	t.Cleanup(func() {
		s.e.Close()
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// start runs a script until it ends, its first result after limit rows.
func (s *served) start(limit int64, script string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	s.t.Cleanup(cancel)
	go func() {
		w := &engine.Writer{W: &s.out, Format: jsonLines, Limit: limit}
		s.done <- s.e.RunScript(ctx, &diag.Source{Name: "app.sql", Text: script}, w)
	}()
}

// stream waits until the script has made a stream.
func (s *served) stream(name string) *shard.Stream {
	s.t.Helper()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if st, err := s.log.Lookup(engine.DefaultScope, name); err == nil {
			return st
		}
	}
	s.t.Fatalf("stream %s was not made", name)
	return nil
}

// put appends a record to the shard of its key.
func (s *served) put(id shard.StreamID, key, data string) {
	s.t.Helper()
	st, err := s.log.Stream(id)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, sh := range st.Shards {
		if sh.Open() && sh.Range.Contains(shard.HashKey([]byte(key))) {
			g := []shard.Group{{Shard: sh.Index, Count: 1, Payload: shard.AppendRecord(nil, []byte(key), []byte(data))}}
			if err := s.log.Append(context.Background(), id, g); err != nil || g[0].Err != nil {
				s.t.Fatal(err, g[0].Err)
			}
		}
	}
}

// wait waits for the script and returns what it printed, line by line.
func (s *served) wait() []string {
	s.t.Helper()
	if err := <-s.done; err != nil {
		s.t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(s.out.String()), "\n")
}

// Shards are split and merged while a query counts by a window: no record is
// lost, doubled or late.
func TestShardsAreSplitAndMergedWhileAQueryRuns(t *testing.T) {
	for _, parallelism := range []int{1, 3} {
		s := newServed(t, engine.Config{Parallelism: parallelism, BatchRows: 16})
		s.start(100, `
			CREATE STREAM s (n BIGINT, ts TIMESTAMP, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) WITH (shards=3, idle_timeout='1h');
			SELECT window_end, COUNT(*) AS n, COUNT(DISTINCT n) AS d FROM s GROUP BY TUMBLE(ts, INTERVAL '10' SECOND);`)
		id := s.stream("s").ID
		const records, perWindow = 1100, 10
		for n := range records {
			s.put(id, fmt.Sprint("key", n), fmt.Sprintf(`{"n":%d,"ts":%d}`, n, 1767225600+n))
			if n%100 == 50 {
				s.reshard(id, n/100)
			}
		}
		// A last record in each shard closes the windows before it.
		for n := range 200 {
			s.put(id, fmt.Sprint("end", n), fmt.Sprintf(`{"n":-1,"ts":%d}`, 1767225600+10*records))
		}
		for _, line := range s.wait() {
			var row struct{ N, D int }
			if err := json.Unmarshal([]byte(line), &row); err != nil || row.N != perWindow || row.D != perWindow {
				t.Errorf("parallelism %d: %s, %v", parallelism, line, err)
			}
		}
		if st := s.e.Stats(); st.Late != 0 || st.Errors != 0 {
			t.Errorf("%d late, %d failed", st.Late, st.Errors)
		}
	}
}

// reshard splits the first open shard, or merges the first two.
func (s *served) reshard(id shard.StreamID, round int) {
	s.t.Helper()
	st, err := s.log.Stream(id)
	if err != nil {
		s.t.Fatal(err)
	}
	var at, next *shard.Shard
	for i := range st.Shards {
		if sh := &st.Shards[i]; sh.Open() && sh.Range.Start == (shard.Hash{}) {
			at = sh
		}
	}
	for i := range st.Shards {
		if sh := &st.Shards[i]; sh.Open() && sh.Range.Start == at.Range.End.Next() {
			next = sh
		}
	}
	half := shard.Hash{Hi: at.Range.End.Hi / 2}
	closing, opening := []uint32{at.Index}, []shard.HashRange{{End: half}, {Start: half.Next(), End: at.Range.End}}
	if round%2 == 1 {
		closing, opening = append(closing, next.Index), []shard.HashRange{{End: next.Range.End}}
	}
	if _, err := s.log.Reshard(id, closing, opening); err != nil {
		s.t.Fatal(err)
	}
}

// A shard that gets nothing holds a window back until it is idle.
func TestIdleShardLetsWindowsClose(t *testing.T) {
	var seconds atomic.Int64
	s := newServed(t, engine.Config{Now: func() time.Time { return time.Unix(1e9+seconds.Load(), 0) }})
	s.start(1, `
		CREATE STREAM s (ts TIMESTAMP, WATERMARK FOR ts AS ts) WITH (shards=2, idle_timeout='5s');
		SELECT window_end, COUNT(*) AS n FROM s GROUP BY TUMBLE(ts, INTERVAL '10' SECOND);`)
	id := s.stream("s").ID
	for n := range 12 {
		s.put(id, "one key", fmt.Sprintf(`{"ts":%d}`, 1767225600+n))
	}
	for len(s.done) == 0 {
		seconds.Add(1)
		time.Sleep(time.Millisecond)
	}
	if got := s.wait()[0]; got != `{"window_end":"2026-01-01T00:00:10Z","n":10}` {
		t.Errorf("got %s", got)
	}
}

// Scripts may run at the same time, and share streams and the files for rows that
// failed.
func TestScriptsRunAtTheSameTime(t *testing.T) {
	s := newServed(t, engine.Config{ErrorsTo: t.TempDir() + "/errors"})
	s.start(0, `CREATE STREAM a (n BIGINT); CREATE STREAM b (n BIGINT); CREATE PUMP p AS INSERT INTO b SELECT n * 2 FROM a;`)
	id := s.stream("b").ID
	second := make(chan error, 1)
	var out bytes.Buffer
	go func() {
		second <- s.e.RunScript(context.Background(), &diag.Source{Name: "two.sql", Text: "SELECT n FROM b"}, &engine.Writer{W: &out, Format: jsonLines, Limit: 1})
	}()
	s.put(s.stream("a").ID, "k", `{"n":21}`)
	if err := <-second; err != nil || out.String() != "{\"n\":42}\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
	s.e.Flush()
	s.wait()
	if b, err := s.log.Bounds(shard.Ref{Stream: id}); err != nil || b.Next != 1 {
		t.Errorf("%+v, %v", b, err)
	}
}

// Where somebody is told of failures, a query that fails does not stop the others.
func TestAQueryFailsAndTheOthersGoOn(t *testing.T) {
	failed := make(chan error, 10)
	s := newServed(t, engine.Config{Failed: func(err error) { failed <- err }})
	s.start(0, `CREATE STREAM a (n BIGINT); CREATE STREAM b (n BIGINT); CREATE PUMP p AS INSERT INTO b SELECT n * 2 FROM a;
		CREATE STREAM f (n BIGINT) WITH (connector='file', path='nowhere/to be found', format='json');
		SELECT n FROM f; CREATE PUMP q AS INSERT INTO b SELECT n FROM f;`)
	for range 2 {
		var one *engine.QueryError
		if err := <-failed; !errors.As(err, &one) || (one.Query != "query" && one.Query != "pump q") {
			t.Errorf("told of %v", err)
		}
	}
	s.put(s.stream("a").ID, "k", `{"n":21}`)
	id := s.stream("b").ID
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(time.Millisecond) {
		if b, err := s.log.Bounds(shard.Ref{Stream: id}); err == nil && b.Next == 1 {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("the pump has written nothing: %+v, %v", b, err)
		}
	}
	s.e.Flush()
	if err := <-s.done; err == nil || !strings.Contains(err.Error(), "pump q") || strings.Contains(err.Error(), "pump p:") {
		t.Errorf("the script ends with %v", err)
	}
}

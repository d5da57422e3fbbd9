package kinesis

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"kinesql/connectors"
	"kinesql/connectors/format/decodetest"
	"kinesql/connectors/kinesis/api"
	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/shard"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// endpoint serves a bench's log as the Kinesis API. between, if set, stands before
// the server and may answer itself, which it tells.
type endpoint struct {
	*bench
	url     string
	remote  *Remote
	between func(w http.ResponseWriter, action string, body []byte) bool
	calls   atomic.Int64
}

func newEndpoint(t *testing.T) *endpoint {
	t.Helper()
	e := &endpoint{bench: newBench(t, true)}
	e.serve(e.log)
	return e
}

// serve serves a log.
func (e *endpoint) serve(log shard.Log) {
	t := e.t
	s := api.New(api.Config{Log: log, Auth: auth.Any{}, Heartbeat: 50 * time.Millisecond, SubscriptionLife: 300 * time.Millisecond})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, action, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		e.calls.Add(1)
		if e.between != nil && e.between(w, action, body) {
			return
		}
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		s.Close()
		server.Close()
	})
	e.url, e.remote = server.URL, NewRemote(formats(), e.monitor)
	e.remote.clock = quickClock{}
}

// quickClock is the clock of the wall with short pauses.
type quickClock struct{ wallClock }

// Sleep implements clock.
func (quickClock) Sleep(ctx context.Context, d time.Duration) error {
	return wallClock{}.Sleep(ctx, min(d, 5*time.Millisecond))
}

// options are those of a stream at the endpoint.
func (e *endpoint) options(more ...string) map[string]string {
	out := map[string]string{"endpoint": e.url, "region": "us-east-1", "access_key_id": "AKIDEXAMPLE", "secret_access_key": "secret"}
	for i := 0; i < len(more); i += 2 {
		out[more[i]] = more[i+1]
	}
	return out
}

func TestRemoteReshardingLosesAndDoublesNothing(t *testing.T) {
	for name, options := range map[string][]string{
		"polling": nil, "fan-out": {"enhanced_fan_out", "app"}, "latest": {"start", "latest"},
		"fan-out, latest": {"enhanced_fan_out", "app", "start", "latest"},
	} {
		t.Run(name, func(t *testing.T) {
			e := newEndpoint(t)
			id := e.create(2)
			r := e.open(e.remote, spec(e.options(options...), "n BIGINT"), 64)
			const records, keys = 3000, 23
			written := make(chan struct{})
			go func() {
				defer close(written)
				reshardWhileWriting(t, e.bench, id, records, keys)
			}()
			rows := readAll(t, []*reader{r}, records)
			<-written
			checkOrder(t, e.bench, rows, records, keys)
		})
	}
}

func TestRemoteBounded(t *testing.T) {
	for _, options := range [][]string{nil, {"enhanced_fan_out", "app"}} {
		e := newEndpoint(t)
		id := e.create(2)
		for n := range 50 {
			e.put(entry1(fmt.Sprint("k", n), fmt.Sprintf(`{"n":%d}`, n)))
		}
		if _, err := e.log.Reshard(id, []uint32{0}, shard.EvenRanges(4)[:2]); err != nil {
			t.Fatal(err)
		}
		e.put(entry1("k", `{"n":50}`))
		r := e.open(e.remote, spec(e.options(append(options, "bounded", "true")...), "n BIGINT"), 64)
		if rows := r.until(-1); len(rows) != 51 {
			t.Errorf("%v: %d rows, want 51", options, len(rows))
		}
	}
}

// An iterator that has expired is replaced by one behind the last record read.
func TestExpiredIterator(t *testing.T) {
	e := newEndpoint(t)
	e.create(1)
	e.put(entry1("k", `{"n":1}`), entry1("k", `{"n":2}`))
	var reads, iterators []string
	e.between = func(w http.ResponseWriter, action string, body []byte) bool {
		switch action {
		case "GetShardIterator":
			var in struct{ ShardIteratorType string }
			if err := json.Unmarshal(body, &in); err != nil {
				t.Error(err)
			}
			iterators = append(iterators, in.ShardIteratorType)
		case "GetRecords":
			if reads = append(reads, action); len(reads) == 2 {
				return answer(w, 400, `{"__type":"ExpiredIteratorException","message":"Iterator expired."}`)
			}
		}
		return false
	}
	r := e.open(e.remote, spec(e.options(), "n BIGINT"), 64)
	r.until(2)
	e.put(entry1("k", `{"n":3}`))
	if got := values(r.until(3)); strings.Join(got, " ") != "1 2 3" {
		t.Errorf("rows %v", got)
	}
	if diff := cmp.Diff([]string{"TRIM_HORIZON", "AFTER_SEQUENCE_NUMBER"}, iterators); diff != "" {
		t.Error(diff)
	}
}

func answer(w http.ResponseWriter, status int, body string) bool {
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(status)
	fmt.Fprint(w, body)
	return true
}

// Throttling and failures of the service pass; what the service refuses does not.
func TestReadingOutlastsFailures(t *testing.T) {
	e := newEndpoint(t)
	e.create(1)
	e.put(entry1("k", `{"n":1}`))
	var failures atomic.Int64
	e.between = func(w http.ResponseWriter, action string, _ []byte) bool {
		switch n := failures.Add(1); {
		case n%4 == 1:
			return answer(w, 400, `{"__type":"ProvisionedThroughputExceededException","message":"Rate exceeded"}`)
		case n%4 == 2:
			return answer(w, 503, `busy`)
		case n%4 == 3:
			return answer(w, 500, `{"__type":"InternalFailure"}`)
		}
		return false
	}
	r := e.open(e.remote, spec(e.options(), "n BIGINT"), 64)
	if got := r.until(1); len(got) != 1 {
		t.Errorf("rows %v", got)
	}
	src, err := e.remote.Source(spec(e.options("stream", "other"), "n BIGINT"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	err = src.Open(context.Background(), e.env(10))
	if err == nil || !strings.Contains(err.Error(), "ResourceNotFoundException") {
		t.Errorf("a stream that is not there: %v", err)
	}
}

// sinkOf returns a sink of the stream s with columns n and k, keyed by k.
func sinkOf(t *testing.T, b *bench, c connectors.Connector, options map[string]string) operators.Sink {
	t.Helper()
	all := map[string]string{"partition_key": "k"}
	for k, v := range options {
		all[k] = v
	}
	s := connectors.SinkSpec{Spec: connectors.Spec{Stream: "s", Options: connectors.NewOptions(all), Schema: decodetest.Schema("n BIGINT", "k VARCHAR")}, Key: 2}
	out, err := c.Sink(s)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := out.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := out.Open(context.Background(), b.env(100)); err != nil {
		t.Fatal(err)
	}
	return out
}

// numbers is a batch of rows from n on, with ten keys; of the key "" there is none.
func numbers(from, rows int) batch.Batch {
	schema := batch.NewSchema(append(decodetest.Schema("n BIGINT", "k VARCHAR").Fields(), batch.Field{Name: "#key", Type: batch.Of(batch.Varchar)})...)
	n := batch.Vector{Type: batch.Of(batch.BigInt), Len: rows}
	k := batch.Vector{Type: batch.Of(batch.Varchar)}
	for i := from; i < from+rows; i++ {
		n.I64 = append(n.I64, int64(i))
		if key := i % 10; key == 0 {
			k.AppendBytes(nil)
		} else {
			k.AppendBytes([]byte(fmt.Sprint("key", key)))
		}
	}
	key := k
	key.Off, key.Buf = slices.Clone(k.Off), slices.Clone(k.Buf)
	return batch.New(schema, rows, []batch.Vector{n, k, key}, batch.Beside{})
}

// write writes rows and settles.
func write(t *testing.T, s operators.Sink, rows int) {
	t.Helper()
	for n := 0; n < rows; n += 100 {
		b := numbers(n, 100)
		err := s.Write(context.Background(), b)
		b.Release()
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.Prepare(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
}

// checkWritten reads what write wrote: each row once, each key in order.
func checkWritten(t *testing.T, b *bench, rows int) {
	t.Helper()
	got := b.open(b.shards, spec(map[string]string{"bounded": "true"}, "n BIGINT", "k VARCHAR"), 1000).until(-1)
	last, seen, random := map[string]int{}, map[int]bool{}, map[string]bool{}
	for _, r := range got {
		var n int
		if _, err := fmt.Sscan(r.value, &n); err != nil {
			t.Fatal(err)
		}
		if n%10 == 0 {
			random[r.key] = len(r.key) == randomKey
		} else if want := fmt.Sprint("key", n%10); r.key != want || (last[want] > n) {
			t.Fatalf("row %d has key %s and comes after %d", n, r.key, last[want])
		}
		if seen[n] {
			t.Fatalf("row %d came twice", n)
		}
		seen[n], last[r.key] = true, n
	}
	if len(got) != rows || len(random) != rows/10 {
		t.Errorf("%d rows of %d, %d random keys", len(got), rows, len(random))
	}
}

func TestSinkWritesEachRowOnceInOrder(t *testing.T) {
	b := newBench(t, true)
	id := b.create(3)
	s := sinkOf(t, b, b.shards, nil)
	write(t, s, 1000)
	reshard(t, b, id, 0)
	reshard(t, b, id, 2)
	for n := 1000; n < 3000; n += 100 {
		rows := numbers(n, 100)
		if err := s.Write(context.Background(), rows); err != nil {
			t.Fatal(err)
		}
		rows.Release()
	}
	if _, err := s.Prepare(context.Background(), 1); err != nil {
		t.Fatal(err)
	}
	checkWritten(t, b, 3000)
}

// Records that the service refuses are put again, before those that come later.
func TestRemoteSinkPutsAgainWhatWasRefused(t *testing.T) {
	e := newEndpoint(t)
	e.create(3)
	var puts int
	e.between = func(w http.ResponseWriter, action string, body []byte) bool {
		if action != "PutRecords" {
			return false
		}
		switch puts++; puts % 5 {
		case 1:
			return answer(w, 400, `{"__type":"ProvisionedThroughputExceededException","message":"Rate exceeded"}`)
		case 2:
			return answer(w, 200, refuseAll(t, body))
		}
		return false
	}
	s := sinkOf(t, e.bench, e.remote, e.options())
	write(t, s, 5000)
	if puts < 10 {
		t.Errorf("%d requests for 5000 records of at most 500", puts)
	}
	e.between = nil
	checkWritten(t, e.bench, 5000)
}

// refuseAll answers a PutRecords by taking none of its records.
func refuseAll(t *testing.T, body []byte) string {
	var in struct{ Records []json.RawMessage }
	if err := json.Unmarshal(body, &in); err != nil {
		t.Error(err)
	}
	if len(in.Records) > putRecords {
		t.Errorf("a request of %d records", len(in.Records))
	}
	one := `{"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded for shard"}`
	all := strings.TrimSuffix(strings.Repeat(one+",", len(in.Records)), ",")
	return fmt.Sprintf(`{"FailedRecordCount":%d,"Records":[%s]}`, len(in.Records), all)
}

func TestSinkTellsWhyItCannotWrite(t *testing.T) {
	b := newBench(t, true)
	id := b.create(1)
	s := sinkOf(t, b, b.shards, nil)
	if err := b.log.Delete(id); err != nil {
		t.Fatal(err)
	}
	rows := numbers(0, 10)
	defer rows.Release()
	if err := s.Write(context.Background(), rows); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Prepare(context.Background(), 1); err == nil || !strings.Contains(err.Error(), "stream s: no such stream") {
		t.Errorf("error %v", err)
	}
	changes := connectors.SinkSpec{Spec: connectors.Spec{Stream: "s", Schema: decodetest.Schema("n BIGINT")}, Changes: true, Key: -1}
	if _, err := b.shards.Sink(changes); err == nil || !strings.Contains(err.Error(), "only takes rows that stay") {
		t.Errorf("error %v", err)
	}
}

func TestRemoteOptions(t *testing.T) {
	c := NewRemote(formats(), NewMonitor(time.Now))
	for _, bad := range []struct{ key, value, want string }{
		{"endpoint", "localhost:4567", `option "endpoint": want a URL such as http://127.0.0.1:4567, got "localhost:4567"`},
		{"access_key_id", "AKID", `option "access_key_id": goes together with secret_access_key`},
		{"enhanced_fan_out", "", `option "enhanced_fan_out": want the name of a consumer`},
		{"start", "soon", `option "start": want one of trim_horizon, latest, at_timestamp, got "soon"`},
		{"start.timestamp", "2026-01-01", `option "start.timestamp": belongs with start='at_timestamp'`},
		{"format", "jsn", `option "format": unknown format "jsn"; did you mean "json"?`},
		{"header", "true", `option "header": records of a stream have no header`},
		{"partition_key", " ", `option "partition_key": want an expression`},
	} {
		_, err := c.Describe(connectors.Spec{Stream: "s", Options: connectors.NewOptions(map[string]string{bad.key: bad.value}), Schema: decodetest.Schema("n BIGINT")})
		if err == nil || !strings.HasPrefix(err.Error(), bad.want) {
			t.Errorf("%s=%s: %v", bad.key, bad.value, err)
		}
	}
	o := connectors.NewOptions(map[string]string{"connector": "kinesis", "stream": "arn:aws:kinesis:us-east-1:000000000000:stream/s", "start": "at_timestamp", "start.timestamp": "1767225600"})
	d, err := c.Describe(connectors.Spec{Stream: "s", Options: o, Schema: decodetest.Schema("n BIGINT")})
	if err != nil || !d.AppendOnly || d.Kept || d.Bounded || d.Time != arrivalColumn || len(d.Metadata) != 4 {
		t.Errorf("%+v, %v", d, err)
	}
	if err := o.Unknown(); err != nil {
		t.Error(err)
	}
}

// Failures are waited out with pauses that grow, and not for ever.
func TestBackoff(t *testing.T) {
	c := &steppedClock{now: time.Unix(1e9, 0)}
	b := backoff{clock: c}
	var err error
	for range 1000 {
		if err = b.pause(context.Background(), io.ErrUnexpectedEOF); err != nil {
			break
		}
	}
	if err == nil || !strings.Contains(err.Error(), "no success for 5m0s: unexpected EOF") {
		t.Errorf("error %v", err)
	}
	if first, last := c.slept[0], c.slept[len(c.slept)-1]; first > firstPause || first < firstPause/2 || last > lastPause || last < lastPause/2 || len(c.slept) > 100 {
		t.Errorf("%d pauses, the first %s, the last %s", len(c.slept), first, last)
	}
	b.reset()
	if err := b.pause(context.Background(), io.ErrUnexpectedEOF); err != nil || c.slept[len(c.slept)-1] > firstPause {
		t.Errorf("after a success: %v, %s", err, c.slept[len(c.slept)-1])
	}
}

// steppedClock goes on only by sleep.
type steppedClock struct {
	now   time.Time
	slept []time.Duration
}

// Now implements clock.
func (c *steppedClock) Now() time.Time { return c.now }

// Sleep implements clock.
func (c *steppedClock) Sleep(_ context.Context, d time.Duration) error {
	c.now, c.slept = c.now.Add(d), append(c.slept, d)
	return nil
}

// All readers of a shard share five reads a second.
func TestReadsArePaced(t *testing.T) {
	c := &steppedClock{now: time.Unix(1e9, 0)}
	all := newBudgets()
	for range 21 {
		if err := await(context.Background(), c, all.of("stream").read("shardId-000000000000")); err != nil {
			t.Fatal(err)
		}
	}
	if took := c.now.Sub(time.Unix(1e9, 0)); took < 3900*time.Millisecond || took > 4100*time.Millisecond {
		t.Errorf("21 reads took %s, want 4 s", took)
	}
	if err := await(context.Background(), c, all.of("stream").read("shardId-000000000001")); err != nil || c.slept[len(c.slept)-1] != 0 {
		t.Errorf("another shard waited %s, %v", c.slept[len(c.slept)-1], err)
	}
}

package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"kinesql/connectors/shard"
)

// liveBench is a server with the clock of a synctest bubble.
func liveBench(t testing.TB) *bench {
	b := &bench{t: t, log: newFakeLog(time.Now)}
	b.Server = New(Config{Log: b.log, SubscriptionLife: 5 * time.Minute, Heartbeat: 5 * time.Second})
	return b
}

// watcher is the client of a subscription.
type watcher struct {
	mu     sync.Mutex
	header http.Header
	status int
	data   bytes.Buffer // flushed
	buffer bytes.Buffer
	done   chan struct{}
	cancel context.CancelFunc
	block  chan struct{} // if set, writes wait for it, or for their deadline
	late   *time.Timer   // the deadline
}

func (w *watcher) Header() http.Header    { return w.header }
func (w *watcher) WriteHeader(status int) { w.status = status }

func (w *watcher) Write(b []byte) (int, error) {
	if w.block != nil {
		w.mu.Lock()
		late := w.late
		w.mu.Unlock()
		select {
		case <-w.block:
		case <-late.C:
			return 0, os.ErrDeadlineExceeded
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buffer.Write(b)
}

func (w *watcher) SetWriteDeadline(at time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.late == nil {
		w.late = time.NewTimer(time.Until(at))
	}
	w.late.Reset(time.Until(at))
	return nil
}

func (w *watcher) Flush() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.buffer.WriteTo(&w.data)
}

// watch subscribes. It returns when the server has nothing more to do.
func (b *bench) watch(consumer, position string) *watcher {
	ctx, cancel := context.WithCancel(context.Background())
	w := &watcher{header: http.Header{}, status: http.StatusOK, done: make(chan struct{}), cancel: cancel}
	r := newPost("SubscribeToShard", fmt.Sprintf(`{"ConsumerARN":%q,"ShardId":"shardId-000000000000","StartingPosition":{%s}}`, consumer, position))
	go func() {
		defer close(w.done)
		b.ServeHTTP(w, r.WithContext(ctx))
		w.Flush()
	}()
	synctest.Wait()
	return w
}

// ended reports whether the answer is complete.
func (w *watcher) ended() bool {
	synctest.Wait()
	select {
	case <-w.done:
		return true
	default:
		return false
	}
}

// frames decodes what has come since the last call, by the SDK's decoder: a line
// for each frame, with the records' keys.
func (w *watcher) frames(t testing.TB) (lines []string) {
	t.Helper()
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.status != http.StatusOK {
		e := decode(t, w.data.String())
		return []string{fmt.Sprint(w.status, " ", e["__type"], ": ", e["message"])}
	}
	d := eventstream.NewDecoder()
	for w.data.Len() > 0 {
		m, err := d.Decode(&w.data, nil)
		if err != nil {
			t.Fatalf("a frame cannot be decoded: %v", err)
		}
		lines = append(lines, frameLine(t, m))
	}
	return lines
}

func frameLine(t testing.TB, m eventstream.Message) string {
	t.Helper()
	header := func(name string) string {
		if v := m.Headers.Get(name); v != nil {
			return v.String()
		}
		return ""
	}
	if kind := header(":message-type"); kind == "exception" {
		return "exception " + header(":exception-type") + " " + string(m.Payload)
	}
	if header(":event-type") == "initial-response" {
		return "initial-response " + string(m.Payload)
	}
	e := decode(t, string(m.Payload))
	line := "event"
	for _, r := range e["Records"].([]any) {
		line += " " + r.(map[string]any)["PartitionKey"].(string)
	}
	if c, ok := e["ContinuationSequenceNumber"].(string); ok {
		q, err := shard.ParseSequence(c)
		if err != nil {
			t.Fatalf("%s: %v", c, err)
		}
		line += fmt.Sprintf(" after %d", q.After())
	}
	children, _ := e["ChildShards"].([]any)
	for _, c := range children {
		line += " child " + c.(map[string]any)["ShardId"].(string)
	}
	return fmt.Sprintf("%s behind %v", line, e["MillisBehindLatest"])
}

// expect compares what has come with lines.
func (w *watcher) expect(t testing.TB, want ...string) {
	t.Helper()
	if got := w.frames(t); strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

package kds

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// live is a stream written at a fixed rate, whatever the server does: a request
// that a slow server delays counts from when it should have been sent, so that no
// stall hides those behind it (coordinated omission). Consumers read it by
// SubscribeToShard.
type live struct {
	stream      string
	rate, batch int
	size        int
	connections int
	consumers   int

	sent     atomic.Int64   // records acknowledged
	received []atomic.Int64 // by consumer
	latency  *recorder      // from the intended time to the arrival at consumer 0
}

// stampOffset and stampSize are where the intended time stands in the base64 of a
// record: bytes 6 to 26 are 21 digits, and three bytes make four characters.
const stampOffset, stampSize = 8, 28

// stamp is the intended time in base64.
func stamp(t time.Time) []byte {
	return []byte(base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "%021d", t.UnixNano())))
}

func unstamp(text []byte) (time.Time, error) {
	digits, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return time.Time{}, err
	}
	ns, err := strconv.ParseInt(string(digits), 10, 64)
	return time.Unix(0, ns), err
}

// run writes for a time, reads all that was written and returns an error if a
// consumer missed a record.
func (l *live) run(ctx context.Context, p *process, shards int, d time.Duration) error {
	c := newClient(p.url, 0)
	if err := c.create(ctx, l.stream, shards); err != nil {
		return err
	}
	l.received, l.latency = make([]atomic.Int64, max(1, l.consumers)), newRecorder()
	reading, stop := context.WithCancel(ctx)
	defer stop()
	end, err := l.subscribeAll(reading, c)
	if err != nil {
		return err
	}
	if err := l.write(ctx, newClient(p.url, l.connections), d); err != nil {
		return err
	}
	l.settle(10 * time.Second)
	stop()
	if err := end(); err != nil {
		return err
	}
	for i := range l.consumers {
		if got, want := l.received[i].Load(), l.sent.Load(); got != want {
			return fmt.Errorf("consumer %d got %d of %d records", i, got, want)
		}
	}
	return nil
}

// settle waits until all have been received, at most for a while.
func (l *live) settle(most time.Duration) {
	for start := time.Now(); time.Since(start) < most; time.Sleep(10 * time.Millisecond) {
		behind := false
		for i := range l.consumers {
			behind = behind || l.received[i].Load() < l.sent.Load()
		}
		if !behind {
			return
		}
	}
}

// subscribeAll starts the consumers and waits until all are answered. The function
// it returns waits for their ends.
func (l *live) subscribeAll(ctx context.Context, c *client) (end func() error, err error) {
	ids, err := c.shards(ctx, l.stream)
	if err != nil {
		return nil, err
	}
	var ready, done sync.WaitGroup
	errs := make([]error, l.consumers*len(ids))
	for i := range l.consumers {
		arn, err := c.register(ctx, l.stream, fmt.Sprintf("consumer-%d", i))
		if err != nil {
			return nil, err
		}
		for j, id := range ids {
			ready.Add(1)
			once := sync.OnceFunc(ready.Done)
			done.Go(func() {
				defer once()
				errs[i*len(ids)+j] = c.subscribe(ctx, arn, id, "TRIM_HORIZON", once, func(frame []byte) error { return l.receive(i, frame) })
			})
		}
	}
	ready.Wait()
	return func() error {
		done.Wait()
		for _, err := range errs {
			if err != nil && ctx.Err() == nil {
				return err
			}
		}
		return nil
	}, nil
}

// receive counts the records of an event and notes how late they are.
func (l *live) receive(consumer int, frame []byte) error {
	key := []byte(`"Data":"`)
	now := time.Now()
	n := int64(0)
	var last []byte
	var at time.Time
	for rest := frame; ; n++ {
		i := bytes.Index(rest, key)
		if i < 0 {
			break
		}
		rest = rest[i+len(key):]
		if consumer > 0 {
			continue
		}
		if text := rest[stampOffset : stampOffset+stampSize]; !bytes.Equal(text, last) {
			var err error
			if at, err = unstamp(text); err != nil {
				return err
			}
			last = text
		}
		l.latency.record(now.Sub(at))
	}
	l.received[consumer].Add(n)
	return nil
}

// write sends requests at their times over some connections.
func (l *live) write(ctx context.Context, c *client, d time.Duration) error {
	every := time.Duration(l.batch) * time.Second / time.Duration(l.rate)
	total := int64(d / every)
	start := time.Now().Add(10 * time.Millisecond)
	var next atomic.Int64
	var group sync.WaitGroup
	errs := make([]error, l.connections)
	for w := range l.connections {
		group.Go(func() {
			body := newLoad(l.stream, 1, l.batch, l.size).bodies[0]
			var answer bytes.Buffer
			for errs[w] == nil {
				i := next.Add(1) - 1
				if i >= total {
					return
				}
				at := start.Add(time.Duration(i) * every)
				time.Sleep(time.Until(at))
				errs[w] = l.send(ctx, c, body, at, &answer)
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (l *live) send(ctx context.Context, c *client, body []byte, at time.Time, answer *bytes.Buffer) error {
	restamp(body, stamp(at))
	answer.Reset()
	if err := c.call(ctx, "PutRecords", body, answer); err != nil {
		return err
	}
	if failed := value(answer.Bytes(), "FailedRecordCount"); failed != "0" {
		return fmt.Errorf("PutRecords refused records: %.300s", answer)
	}
	l.sent.Add(int64(l.batch))
	return nil
}

// restamp writes a stamp into every record of a body.
func restamp(body, stamp []byte) {
	key := []byte(`"Data":"`)
	for rest := body; ; {
		i := bytes.Index(rest, key)
		if i < 0 {
			return
		}
		rest = rest[i+len(key):]
		copy(rest[stampOffset:], stamp)
	}
}

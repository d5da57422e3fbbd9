package kds

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// tally is what a run of puts did: how often each body was acknowledged.
type tally struct {
	acknowledged []atomic.Int64 // by body
	requests     atomic.Int64
	took         time.Duration
	latency      *recorder
}

func (t *tally) records(batch int) int64 { return t.requests.Load() * int64(batch) }

// put sends the bodies round and round, each connection its own, until the time
// is over. A connection waits for its answer before it sends again. A refused
// record ends the run: no limit is set.
func put(ctx context.Context, c *client, l *load, connections int, d time.Duration) (*tally, error) {
	t := &tally{acknowledged: make([]atomic.Int64, len(l.bodies)), latency: newRecorder()}
	var group sync.WaitGroup
	errs := make([]error, connections)
	start := time.Now()
	for w := range connections {
		group.Go(func() {
			var answer bytes.Buffer
			for b := w; time.Since(start) < d && errs[w] == nil; b += connections {
				errs[w] = t.putOne(ctx, c, l, b%len(l.bodies), &answer)
			}
		})
	}
	group.Wait()
	t.took = time.Since(start)
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tally) putOne(ctx context.Context, c *client, l *load, b int, answer *bytes.Buffer) error {
	answer.Reset()
	sent := time.Now()
	if err := c.call(ctx, "PutRecords", l.bodies[b], answer); err != nil {
		return err
	}
	t.latency.record(time.Since(sent))
	if failed, err := strconv.Atoi(value(answer.Bytes(), "FailedRecordCount")); err != nil || failed > 0 {
		return fmt.Errorf("PutRecords refused records: %.300s", answer)
	}
	t.acknowledged[b].Add(1)
	t.requests.Add(1)
	return nil
}

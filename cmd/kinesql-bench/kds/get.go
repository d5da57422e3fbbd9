package kds

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"
)

// emptyAnswers is how many empty answers in a row say that a shard has been read;
// servers may answer empty before the end.
const emptyAnswers = 3

// readShard hands each answer of GetRecords with records to f, from the start of
// a shard to its tip.
func readShard(ctx context.Context, c *client, stream, shard string, f func(answer []byte) error) error {
	at, err := c.fromStart(ctx, stream, shard)
	if err != nil {
		return err
	}
	var answer bytes.Buffer
	for empty := 0; empty < emptyAnswers && at != ""; {
		answer.Reset()
		if err := c.call(ctx, "GetRecords", []byte(`{"ShardIterator":"`+at+`","Limit":10000}`), &answer); err != nil {
			return err
		}
		if !bytes.Contains(answer.Bytes(), []byte(`"SequenceNumber"`)) {
			empty++
		} else if empty = 0; f != nil {
			if err := f(answer.Bytes()); err != nil {
				return err
			}
		}
		at = value(answer.Bytes(), "NextShardIterator")
	}
	return nil
}

// eachShard calls f for all shards of a stream at the same time.
func eachShard(ctx context.Context, c *client, stream string, f func(shard string) error) error {
	ids, err := c.shards(ctx, stream)
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	errs := make([]error, len(ids))
	for i, id := range ids {
		group.Go(func() { errs[i] = f(id) })
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// drain reads a stream once, all shards at the same time, and returns how long
// it took. The answers are counted by one who has read their bytes.
func drain(ctx context.Context, c *client, stream string) (records int64, took time.Duration, err error) {
	var mu sync.Mutex
	start := time.Now()
	err = eachShard(ctx, c, stream, func(shard string) error {
		return readShard(ctx, c, stream, shard, func(answer []byte) error {
			n := int64(bytes.Count(answer, []byte(`"SequenceNumber"`)))
			mu.Lock()
			defer mu.Unlock()
			records += n
			return nil
		})
	})
	return records, time.Since(start), err
}

// verify reads a stream and compares all of it with what was acknowledged: every
// record as often as its body was, with its data, in ascending sequence numbers.
func verify(ctx context.Context, c *client, l *load, t *tally) error {
	var mu sync.Mutex
	seen := make([]int64, len(l.bodies)*l.batch)
	err := eachShard(ctx, c, l.stream, func(shard string) error {
		last := ""
		return readShard(ctx, c, l.stream, shard, func(answer []byte) error {
			var page struct {
				Records []struct {
					Data           []byte
					SequenceNumber string
				}
			}
			if err := json.Unmarshal(answer, &page); err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			for _, r := range page.Records {
				if len(r.SequenceNumber) < len(last) || len(r.SequenceNumber) == len(last) && r.SequenceNumber <= last {
					return fmt.Errorf("%s: sequence number %s comes after %s", shard, r.SequenceNumber, last)
				}
				last = r.SequenceNumber
				if err := l.count(seen, r.Data); err != nil {
					return err
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	for i, n := range seen {
		if want := t.acknowledged[i/l.batch].Load(); n != want {
			return fmt.Errorf("record %d of body %d was acknowledged %d times and read %d times", i%l.batch, i/l.batch, want, n)
		}
	}
	return nil
}

func (l *load) count(seen []int64, data []byte) error {
	b, r, err := name(data)
	if err != nil {
		return err
	}
	if b >= len(l.records) || r >= l.batch || !bytes.Equal(data, l.records[b][r]) {
		return fmt.Errorf("record %d of body %d came back as %.60q", r, b, data)
	}
	seen[b*l.batch+r]++
	return nil
}

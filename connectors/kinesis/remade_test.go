package kinesis

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"kinesql/connectors"
	"kinesql/connectors/shard"
	"kinesql/operators"
)

// A stream that is deleted and made anew under its name is written on; one that is only
// deleted is an error.
func TestPutFindsAStreamMadeAnew(t *testing.T) {
	b := newBench(t, true)
	id := b.create(1)
	counted := map[string]int{}
	b.shards.cfg.Wrote = func(stream string, records, bytes int) {
		counted[stream] += records
		counted["bytes"] += bytes
	}
	s, err := b.shards.service("s")
	if err != nil {
		t.Fatal(err)
	}
	put := func() error { return s.Put(context.Background(), []Entry{entry1("k", `{"n":1}`)}) }
	if err := put(); err != nil {
		t.Fatal(err)
	}
	if err := b.log.Delete(id); err != nil {
		t.Fatal(err)
	}
	if err := put(); !errors.Is(err, shard.ErrNoStream) {
		t.Errorf("without a stream: %v", err)
	}
	b.create(2)
	if err := put(); err != nil {
		t.Errorf("with a new stream: %v", err)
	}
	if got := len(b.open(b.shards, spec(map[string]string{"bounded": "true"}, "n BIGINT"), 10).until(-1)); got != 1 {
		t.Errorf("%d records in the new stream", got)
	}
	if counted["s"] != 2 || counted["bytes"] != 16 {
		t.Errorf("counted %v", counted)
	}
}

// More than a log takes at once is appended in parts.
func TestPutOfMoreThanAnAppend(t *testing.T) {
	b := newBench(t, true)
	if _, err := b.shards.Make(connectors.Spec{Stream: "s"}); err != nil {
		t.Fatal(err)
	}
	data := append([]byte(`{"n":1,"x":"`), append(bytes.Repeat([]byte("x"), 9<<20), `"}`...)...)
	var entries []Entry
	for range 9 {
		entries = append(entries, Entry{Key: []byte("k"), Data: data})
	}
	b.put(entries...)
	if got := len(b.open(b.shards, spec(map[string]string{"bounded": "true"}, "n BIGINT"), 10).until(-1)); got != 9 {
		t.Errorf("%d records", got)
	}
}

// A put that fails after the last row is told of without another.
func TestSinkTellsOfAFailureWithoutAnotherRow(t *testing.T) {
	b := newBench(t, true)
	id := b.create(1)
	s := sinkOf(t, b, b.shards, nil)
	if err := b.log.Delete(id); err != nil {
		t.Fatal(err)
	}
	rows := numbers(0, 1)
	defer rows.Release()
	if err := s.Write(context.Background(), rows); err != nil {
		t.Fatal(err)
	}
	ticker := s.(operators.Ticker)
	for deadline := time.Now().Add(30 * time.Second); ; {
		due := ticker.NextTick()
		if due.IsZero() || time.Now().After(deadline) {
			t.Fatal("nobody looks any more, and nothing was told")
		}
		time.Sleep(time.Until(due))
		if err := ticker.Tick(context.Background(), nil); errors.Is(err, shard.ErrNoStream) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestAnotherRetentionIsTold(t *testing.T) {
	b := newBench(t, true)
	b.create(1)
	differs, err := b.shards.Make(connectors.Spec{Stream: "s", Options: connectors.NewOptions(map[string]string{"retention": "2d"})})
	if err != nil || !strings.Contains(differs, "a retention of 24h, not 48h") {
		t.Errorf("%q, %v", differs, err)
	}
}

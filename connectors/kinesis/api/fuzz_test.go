package api

import (
	"testing"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// Whatever a client sends as an iterator is either one that was handed out or refused.
func FuzzOpenIterator(f *testing.F) {
	b := newBench(f)
	b.stream("s", 1, "")
	good := b.iterator("s", "LATEST", "")
	for _, text := range []string{"", `"`, `""`, good, `"` + good + `"`, good[:100], "AAAAAAAAAAE="} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		it, err := b.openIterator(testScope, text)
		if err == nil && it.name != "s" {
			t.Fatalf("%q is taken for %+v", text, it)
		}
		if e, ok := err.(*wire.Error); err != nil && (!ok || e.Message != "Invalid ShardIterator.") {
			t.Fatalf("%q: %v", text, err)
		}
	})
}

// Sequence numbers of ours are read alike by the two that read them.
func FuzzParseNumber(f *testing.F) {
	sh := shard.Shard{Index: 5, Created: testNow}
	for _, text := range []string{"", "0", "-1", "+5", "1e9", "5", sh.Sequence(7, testNow.UnixMilli()).String(), sh.StartingSequence().String(), "26227199374822427428162556223570313216"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return // requests hold no longer ones
		}
		n, ok := parseNumber(text)
		q, err := shard.ParseSequence(text)
		if err != nil || q.Counter > shard.EndCounter || q.Created >= lastCreated {
			return
		}
		if !ok || n.version != 2 || n.created != q.Created || n.time != q.Time || n.shard != int32(q.Shard) {
			t.Fatalf("%s is %+v, %v; want %+v", text, n, ok, q)
		}
	})
}

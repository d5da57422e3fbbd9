package api

import (
	"fmt"
	"reflect"
	"testing"
	"time"

	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
	"kinesql/operators/vfs"
)

// What was put is read after a restart, under the same numbers, from iterators that
// were handed out before it.
func TestRestartOnDisk(t *testing.T) {
	disk := vfs.NewMem()
	open := func() (*bench, *shardlog.Log) {
		log, err := shardlog.Open("data", shardlog.Options{FS: disk, SegmentBytes: 1 << 20})
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{t: t, now: time.Now()}
		b.Server = New(Config{Log: log})
		return b, log
	}
	b, log := open()
	b.ask("CreateStream", `{"StreamName":"s","ShardCount":1}`)
	it := b.iterator("s", "TRIM_HORIZON", "")
	var numbers []any
	for i := range 3 {
		out := b.ask("PutRecords", fmt.Sprintf(`{"StreamName":"s","Records":[{"PartitionKey":"k%d","Data":"AAEC"},{"PartitionKey":"l","Data":""}]}`, i))
		for _, r := range out["Records"].([]any) {
			numbers = append(numbers, r.(map[string]any)["SequenceNumber"])
		}
	}
	b.ask("SplitShard", `{"StreamName":"s","ShardToSplit":"0","NewStartingHashKey":"170141183460469231731687303715884105728"}`)
	b.Close()
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	b, log = open()
	defer log.Close()
	defer b.Close()
	keys, out := b.read(it, "")
	var got []any
	for _, r := range out["Records"].([]any) {
		got = append(got, r.(map[string]any)["SequenceNumber"])
	}
	if keys != "k0lk1lk2l" || !reflect.DeepEqual(got, numbers) || len(out["ChildShards"].([]any)) != 2 {
		t.Errorf("got %q, %v, want %v", keys, out, numbers)
	}
	after := b.iterator("s", "AFTER_SEQUENCE_NUMBER", `,"StartingSequenceNumber":"`+numbers[3].(string)+`"`)
	if keys, _ := b.read(after, ""); keys != "k2l" {
		t.Errorf("after the fourth record: %q", keys)
	}
	st, err := log.Lookup(testScope, "s")
	if err != nil || st.Shards[0].ClosedAt != 6 || st.Status != shard.Active {
		t.Errorf("got %+v, %v", st, err)
	}
}

package api

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"kinesql/connectors/shard"
)

const exceeded = "ProvisionedThroughputExceededException: Rate exceeded for shard shardId-000000000000 in stream s under account 000000000000."

// fill puts n records of a size and returns how many were refused.
func (b *bench) fill(n, size int) int {
	b.t.Helper()
	data, _ := json.Marshal(make([]byte, size))
	record := `{"PartitionKey":"a","ExplicitHashKey":"0","Data":` + string(data) + `},`
	out := b.ask("PutRecords", `{"StreamName":"s","Records":[`+strings.TrimSuffix(strings.Repeat(record, n), ",")+`]}`)
	for i, r := range out["Records"].([]any) {
		r := r.(map[string]any)
		if code := r["ErrorCode"]; code != nil && fmt.Sprint(code, ": ", r["ErrorMessage"]) != exceeded {
			b.t.Errorf("record %d: %v", i, r)
		}
	}
	return int(out["FailedRecordCount"].(float64))
}

func TestWriteLimits(t *testing.T) {
	b := newBench(t)
	b.stream("s", 2, `{"rateLimits":true}`)
	for i, want := range []int{0, 0, 500} { // 1000 records a second
		if n := b.fill(500, 10); n != want {
			t.Errorf("request %d: %d of 500 records were refused, want %d", i, n, want)
		}
	}
	b.refuse("PutRecord", `{"StreamName":"s","PartitionKey":"a","ExplicitHashKey":"0","Data":""}`, exceeded)
	b.ask("PutRecord", `{"StreamName":"s","PartitionKey":"a","ExplicitHashKey":"`+maxHash+`","Data":""}`) // another shard
	b.now = b.now.Add(time.Second)
	if n := b.fill(4, 300<<10); n != 1 { // 1 MiB a second
		t.Errorf("%d of 4 records of 300 KiB were refused, want 1", n)
	}
	if n := len(b.log.records[shard.Ref{Stream: 1}]); n != 1003 {
		t.Errorf("%d records were written", n)
	}
}

// A large record is taken at once and paid back over the next seconds.
func TestWriteLimitOfLargeRecords(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, `{"rateLimits":true,"maxRecordKiB":10240}`)
	for i, c := range []struct {
		wait    time.Duration
		refused int
	}{{0, 0}, {time.Second, 1}, {6 * time.Second, 1}, {time.Second, 0}} {
		b.now = b.now.Add(c.wait)
		if n := b.fill(1, 9<<20-10); n != c.refused {
			t.Errorf("record %d: refused %d, want %d", i, n, c.refused)
		}
	}
}

func TestReadLimits(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, `{"rateLimits":true}`)
	it := b.iterator("s", "TRIM_HORIZON", "")
	get := `{"ShardIterator":"` + it + `"}`
	for range 5 {
		b.ask("GetRecords", get)
	}
	b.refuse("GetRecords", get, exceeded)
	for range 11 { // one more MiB a second
		b.now = b.now.Add(time.Second)
		b.fill(1, 1<<20-10)
	}
	b.read(it, "") // 10 MiB
	for range 4 {
		b.now = b.now.Add(time.Second)
		b.refuse("GetRecords", get, exceeded)
	}
	b.now = b.now.Add(time.Second)
	b.read(it, `,"Limit":1`)
}

func TestNoLimitsUnlessAsked(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, "")
	it := b.iterator("s", "TRIM_HORIZON", "")
	for range 10 {
		if n := b.fill(500, 10); n != 0 {
			t.Errorf("%d records were refused", n)
		}
		b.read(it, "")
	}
}

package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"pgregory.net/rapid"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

func TestIteratorTypes(t *testing.T) {
	b := newBench(t)
	st := b.stream("s", 1, "")
	start := st.Shards[0].StartingSequence().String()
	first := b.put("s", "a") // in the second in which the shard was made
	b.now = b.now.Add(10 * time.Second)
	second := b.put("s", "b")
	third := b.put("s", "c")
	seconds := func(d time.Duration) string {
		return fmt.Sprintf(`,"Timestamp":%.3f`, float64(testNow.Add(d).UnixMilli())/1000)
	}
	for _, c := range []struct{ kind, rest, keys string }{
		{"TRIM_HORIZON", "", "abc"},
		{"LATEST", "", ""},
		{"AT_SEQUENCE_NUMBER", start, "abc"},
		{"AFTER_SEQUENCE_NUMBER", start, "abc"},
		{"AT_SEQUENCE_NUMBER", first, "abc"},
		{"AFTER_SEQUENCE_NUMBER", first, "bc"},
		{"AT_SEQUENCE_NUMBER", second, "bc"},
		{"AFTER_SEQUENCE_NUMBER", second, "c"},
		{"AFTER_SEQUENCE_NUMBER", third, ""},
		// numbers that no record has, as a subscription's heartbeats hand out
		{"AFTER_SEQUENCE_NUMBER", st.Shards[0].Sequence(1, testNow.Add(time.Hour).UnixMilli()).String(), "c"},
		{"AT_SEQUENCE_NUMBER", st.Shards[0].Sequence(50, testNow.UnixMilli()).String(), ""},
		{"AT_TIMESTAMP", seconds(0), "abc"},
		{"AT_TIMESTAMP", seconds(time.Millisecond), "bc"},
		{"AT_TIMESTAMP", seconds(10 * time.Second), "bc"},
		{"AT_TIMESTAMP", seconds(-1000 * time.Hour), "abc"},
		{"AT_TIMESTAMP", `,"Timestamp":1`, "abc"},
	} {
		rest := c.rest
		if strings.HasSuffix(c.kind, "_NUMBER") {
			rest = `,"StartingSequenceNumber":"` + c.rest + `"`
		}
		if keys, _ := b.read(b.iterator("s", c.kind, rest), ""); keys != c.keys {
			t.Errorf("%s%s: got %q, want %q", c.kind, rest, keys, c.keys)
		}
	}
}

// An iterator at the tip gives what is written after it was made.
func TestLatestGivesWhatComes(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, "")
	b.put("s", "a")
	it := b.iterator("s", "LATEST", "")
	keys, out := b.read(it, "")
	next := out["NextShardIterator"].(string)
	if keys != "" || next == it {
		t.Errorf("got %q and the same iterator: %v", keys, next == it)
	}
	b.put("s", "b")
	for _, it := range []string{it, next, `\"` + it + `\"`} {
		if keys, _ := b.read(strings.ReplaceAll(it, `\`, ""), ""); keys != "b" {
			t.Errorf("%.30s: got %q, want b", it, keys)
		}
	}
}

func TestIteratorErrors(t *testing.T) {
	b := newBench(t)
	b.stream("s", 3, "")
	b.log.Update(b.stream("creating", 1, "").ID, func(st *shard.Stream) error { st.Status = shard.Creating; return nil })
	either := func(kind, word string) string {
		return "InvalidArgumentException: Must either specify (1) AT_SEQUENCE_NUMBER or AFTER_SEQUENCE_NUMBER and StartingSequenceNumber or " +
			"(2) TRIM_HORIZON or LATEST and no StartingSequenceNumber. Request specified " + kind + " and " + word + " StartingSequenceNumber."
	}
	number := func(hex string) string {
		n, _ := new(big.Int).SetString(hex, 16)
		return n.String()
	}
	large, eight, negative := number("13bb2cc3d80000000000000000000000"), number("20000000000800000000000000000000000000000000002"), number("20000000000000000000000000000000000000800000002")
	foreign := shard.Sequence{Created: 1, Counter: 5, Time: 5, Shard: 0}.String()
	at := func(shardID, kind, number string) string {
		return `"s","ShardId":"` + shardID + `","ShardIteratorType":"` + kind + `","StartingSequenceNumber":"` + number + `"`
	}
	for _, c := range []struct{ request, want string }{
		{`"s","ShardId":"2147483648","ShardIteratorType":"LATEST"`, "ResourceNotFoundException: Could not find shard 2147483648 in stream s under account 000000000000."},
		{`"s","ShardId":"shardId-002147483648","ShardIteratorType":"LATEST"`, "ResourceNotFoundException: Could not find shard shardId-002147483648 in stream s under account 000000000000."},
		{`"no","ShardId":"ABKLFD8","ShardIteratorType":"LATEST"`, "ResourceNotFoundException: Could not find shard ABKLFD8 in stream no under account 000000000000."},
		{`"no","ShardId":"2.14E4","ShardIteratorType":"LATEST"`, "ResourceNotFoundException: Could not find shard 2.14E4 in stream no under account 000000000000."},
		{`"no","ShardId":"x-2147483647","ShardIteratorType":"LATEST"`, "ResourceNotFoundException: Shard shardId-002147483647 in stream no under account 000000000000 does not exist"},
		{`"no","ShardId":"-00002147483647","ShardIteratorType":"LATEST"`, "ResourceNotFoundException: Shard shardId-002147483647 in stream no under account 000000000000 does not exist"},
		{`"creating","ShardId":"shardId-0","ShardIteratorType":"LATEST"`, "ResourceNotFoundException: Shard shardId-000000000000 in stream creating under account 000000000000 does not exist"},
		{at("shardId-5", "AT_SEQUENCE_NUMBER", "5"), "ResourceNotFoundException: Shard shardId-000000000005 in stream s under account 000000000000 does not exist"},
		{`"s","ShardId":"0","ShardIteratorType":"AT_SEQUENCE_NUMBER"`, either("AT_SEQUENCE_NUMBER", "no")},
		{`"s","ShardId":"0","ShardIteratorType":"AFTER_SEQUENCE_NUMBER"`, either("AFTER_SEQUENCE_NUMBER", "no")},
		{at("0", "LATEST", "5"), either("LATEST", "also a")},
		{at("0", "TRIM_HORIZON", "5"), either("TRIM_HORIZON", "also a")},
		{at("0", "AT_SEQUENCE_NUMBER", "5"), "InvalidArgumentException: Invalid StartingSequenceNumber. It encodes shardId-000000000005, while it was used in a call to a shard with shardId-000000000000"},
		{at("0", "AT_SEQUENCE_NUMBER", negative), "InvalidArgumentException: Invalid StartingSequenceNumber. It encodes shardId--02147483648, while it was used in a call to a shard with shardId-000000000000"},
		{at("0", "AT_SEQUENCE_NUMBER", "0"), "InternalFailure"},
		{at("0", "AT_SEQUENCE_NUMBER", large), "InvalidArgumentException: StartingSequenceNumber " + large + " used in GetShardIterator on shard shardId-000000000000 in stream s under account 000000000000 is invalid."},
		{at("0", "AT_SEQUENCE_NUMBER", eight), "InvalidArgumentException: StartingSequenceNumber " + eight + " used in GetShardIterator on shard shardId-000000000000 in stream s under account 000000000000 is invalid."},
		{at("0", "AFTER_SEQUENCE_NUMBER", foreign), "InvalidArgumentException: StartingSequenceNumber " + foreign + " used in GetShardIterator on shard shardId-000000000000 in stream s under account 000000000000 is invalid because it did not come from this stream."},
		{`"s","ShardId":"0","ShardIteratorType":"AT_TIMESTAMP"`, "InvalidArgumentException: Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter."},
		{`"s","ShardId":"0","ShardIteratorType":"AT_TIMESTAMP","Timestamp":1795348801.5`,
			"InvalidArgumentException: The timestampInMillis parameter cannot be greater than the currentTimestampInMillis. timestampInMillis: 1795348801500, currentTimestampInMillis: 1795348800250"},
		{`"s","ShardId":"0","ShardIteratorType":"LATEST","DryRun":true`, "DryRunOperationException: The request would have succeeded, but the DryRun parameter was set."},
	} {
		b.refuse("GetShardIterator", `{"StreamName":`+c.request+`}`, c.want)
	}
}

func TestGetRecordsErrors(t *testing.T) {
	b := newBench(t)
	st := b.stream("s", 1, "")
	it := b.iterator("s", "LATEST", "")
	const invalid = "InvalidArgumentException: Invalid ShardIterator."
	forged, _ := base64.StdEncoding.DecodeString(it)
	forged[60]++
	foreign, err := b.seal(shard.Scope{Account: testScope.Account, Region: "eu-west-1"}, iterator{made: testNow.UnixMilli(), stream: st.ID, name: "s"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ request, want string }{
		{`"x"`, invalid}, {`"` + strings.Repeat("A", 204) + `"`, invalid}, {`"` + it[:200] + `"`, invalid}, {`"\""`, invalid},
		{`"` + base64.StdEncoding.EncodeToString(forged) + `"`, invalid}, {`"` + foreign + `"`, invalid},
		{`"` + it + `","StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/other"`,
			"InvalidArgumentException: StreamARN arn:aws:kinesis:us-east-1:000000000000:stream/other is not the stream that the ShardIterator belongs to."},
		{`"` + it + `","DryRun":true`, "DryRunOperationException: The request would have succeeded, but the DryRun parameter was set."},
	} {
		b.refuse("GetRecords", `{"ShardIterator":`+c.request+`}`, c.want)
	}
	b.now = b.now.Add(5 * time.Minute)
	b.read(it, `,"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s"`)
	b.now = b.now.Add(time.Millisecond)
	b.refuse("GetRecords", `{"ShardIterator":"`+it+`"}`, "ExpiredIteratorException: Iterator expired. The iterator was created at time Sun Nov 22 12:00:00 UTC 2026 "+
		"while right now it is Sun Nov 22 12:05:00 UTC 2026 which is further in the future than the tolerated delay of 300000 milliseconds.")
	it = b.iterator("s", "LATEST", "")
	b.log.Delete(st.ID)
	b.refuse("GetRecords", `{"ShardIterator":"`+it+`"}`, "ResourceNotFoundException: Shard shardId-000000000000 in stream s under account 000000000000 does not exist")
	anew := b.stream("s", 1, "").ID // a new one of the name
	status := func(status shard.Status) {
		b.log.Update(anew, func(st *shard.Stream) error { st.Status = status; return nil })
	}
	status(shard.Creating)
	b.refuse("GetRecords", `{"ShardIterator":"`+it+`"}`, "ResourceNotFoundException: Shard shardId-000000000000 in stream s under account 000000000000 does not exist")
	status(shard.Active)
	b.put("s", "a")
	if keys, _ := b.read(it, ""); keys != "a" {
		t.Errorf("got %q of the new stream", keys)
	}
}

// Iterators are as long as AWS's, hide what they hold, and outlive a restart.
func TestIteratorForm(t *testing.T) {
	b := newBench(t)
	for _, length := range []int{1, 13, 14, 29, 30, 128} {
		name := strings.Repeat("n", length)
		b.stream(name, 1, "")
		it := b.iterator(name, "LATEST", "")
		raw, err := base64.StdEncoding.DecodeString(it)
		if err != nil || len(raw) != 152+(length+2)/16*16 || !bytes.HasPrefix(raw, []byte{0, 0, 0, 0, 0, 0, 0, 1}) || len(it) > 512 {
			t.Errorf("name of %d: %d bytes, %v", length, len(raw), err)
		}
		again := New(Config{Log: b.log, Now: func() time.Time { return b.now }})
		if got, err := again.openIterator(testScope, it); err != nil || got.name != name {
			t.Errorf("after a restart: %+v, %v", got, err)
		}
	}
}

func TestGetRecordsPages(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, "")
	var numbers []string
	for _, key := range []string{"a", "b", "c", "d"} {
		numbers = append(numbers, b.put("s", key))
		b.now = b.now.Add(1500 * time.Millisecond)
	}
	keys, out := b.read(b.iterator("s", "TRIM_HORIZON", ""), `,"Limit":3`)
	first := out["Records"].([]any)[0].(map[string]any)
	want := map[string]any{"SequenceNumber": numbers[0], "ApproximateArrivalTimestamp": 1795348800.25, "Data": "AAEC", "PartitionKey": "a"}
	if keys != "abc" || !reflect.DeepEqual(first, want) || out["MillisBehindLatest"] != 1500.0 || out["ChildShards"] != nil {
		t.Errorf("got %q, %v", keys, out)
	}
	keys, out = b.read(out["NextShardIterator"].(string), `,"Limit":3`)
	if keys != "d" || out["MillisBehindLatest"] != 0.0 {
		t.Errorf("then %q, %v", keys, out)
	}
}

// The last records of a closed shard come with its children and without an iterator.
func TestGetRecordsAtShardEnd(t *testing.T) {
	b := newBench(t)
	b.stream("s", 2, "")
	b.put("s", "a")
	b.put("s", "b")
	before := b.iterator("s", "TRIM_HORIZON", "")
	at := b.iterator("s", "LATEST", "")
	ranges := shard.EvenRanges(4)
	b.log.Reshard(1, []uint32{0}, ranges[:2])
	b.log.Reshard(1, []uint32{2, 3}, shard.EvenRanges(2)[:1])
	keys, out := b.read(before, `,"Limit":1`)
	if keys != "a" || out["ChildShards"] != nil || out["NextShardIterator"] == nil {
		t.Errorf("before the end: %q, %v", keys, out)
	}
	child := func(i int, parents ...any) any {
		r := ranges[max(i-2, 0)%2]
		return map[string]any{"ShardId": shard.Name(uint32(i)), "ParentShards": parents, "HashKeyRange": map[string]any{
			"StartingHashKey": r.Start.String(), "EndingHashKey": r.End.String()}}
	}
	want := []any{child(2, "shardId-000000000000"), child(3, "shardId-000000000000")}
	for it, keys := range map[string]string{out["NextShardIterator"].(string): "b", at: "", b.iterator("s", "LATEST", ""): "", b.iterator("s", "TRIM_HORIZON", ""): "ab"} {
		got, out := b.read(it, "")
		if _, ok := out["NextShardIterator"]; ok || got != keys || !reflect.DeepEqual(out["ChildShards"], want) {
			t.Errorf("at the end: %q, %v", got, out)
		}
	}
	merged := b.ask("GetShardIterator", `{"StreamName":"s","ShardId":"3","ShardIteratorType":"LATEST"}`)["ShardIterator"].(string)
	_, out = b.read(merged, "")
	parents := out["ChildShards"].([]any)[0].(map[string]any)["ParentShards"]
	if !reflect.DeepEqual(parents, []any{"shardId-000000000002", "shardId-000000000003"}) {
		t.Errorf("the merged shard has the parents %v", parents)
	}
}

// A shard that is closed between the look at the stream and the read shows its children.
func TestGetRecordsDuringSplit(t *testing.T) {
	b := newBench(t)
	st := b.stream("s", 1, "")
	v, _ := b.view(st)
	b.log.Reshard(1, []uint32{0}, shard.EvenRanges(2))
	r, err := b.Server.read(v, v.Shard(0), 0, 10, 1000, nil)
	if err != nil || len(r.children) != 2 {
		t.Errorf("%d children, %v", len(r.children), err)
	}
}

func TestReadLimitOfBytes(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, "")
	data, _ := json.Marshal(make([]byte, 1<<20-1))
	for range 12 {
		b.ask("PutRecord", `{"StreamName":"s","PartitionKey":"a","Data":`+string(data)+`}`)
	}
	keys, _ := b.read(b.iterator("s", "TRIM_HORIZON", ""), "")
	if len(keys) != 10 { // which are, with their keys, just 10 MiB
		t.Errorf("%d records were read", len(keys))
	}
}

// What is written by hand is what the encoder of all answers would write.
func TestRecordsByHandAgainstEncoder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := randomReading(t)
		next := rapid.SampledFrom([]string{"", "AAAA"}).Draw(t, "next")
		var byHand, encoded any
		text := r.appendJSON(nil, next)
		if err := json.Unmarshal(text, &byHand); err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		other := wire.Encode(wire.JSON, nil, r.output(next))
		if err := json.Unmarshal(other, &encoded); err != nil || !reflect.DeepEqual(byHand, encoded) {
			t.Fatalf("by hand %s\nencoded %s", text, other)
		}
	})
}

func randomReading(t *rapid.T) *reading {
	sh := &shard.Shard{Index: rapid.Uint32Range(0, 20).Draw(t, "shard"), Created: testNow}
	r := &reading{view: &view{Stream: &shard.Stream{}}, shard: sh, behind: rapid.Int64Range(0, 1e9).Draw(t, "behind")}
	r.view.KeyID = rapid.SampledFrom([]string{"", "key"}).Draw(t, "key ID")
	counter, arrival := rapid.Uint64Range(0, 1e12).Draw(t, "counter"), testNow.UnixMilli()
	for range rapid.IntRange(0, 20).Draw(t, "records") {
		counter += rapid.SampledFrom([]uint64{1, 1, 1, 5}).Draw(t, "gap")
		arrival += rapid.SampledFrom([]int64{0, 0, 1, 999, 5000}).Draw(t, "pause")
		r.page.Records = append(r.page.Records, shard.Record{
			Counter: counter, Arrival: arrival,
			Key:  []byte(rapid.OneOf(rapid.String(), rapid.StringMatching(`[ -~]*`)).Draw(t, "key")),
			Data: rapid.SliceOfN(rapid.Byte(), 0, 100).Draw(t, "data"),
		})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "children") {
		r.children = append(r.children, &shard.Shard{Index: uint32(i + 100), Parents: []uint32{1, 2}[:i+1], Range: shard.EvenRanges(2)[i]})
	}
	return r
}

// The same records come in CBOR, with times in milliseconds and data as it is.
func TestGetRecordsInCBOR(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, "")
	number := b.put("s", "a")
	body, _ := cbor.Marshal(map[string]any{"ShardIterator": b.iterator("s", "TRIM_HORIZON", "")})
	r := newPost("GetRecords", string(body))
	r.Header.Set("Content-Type", "application/x-amz-cbor-1.1")
	w := httptest.NewRecorder()
	b.ServeHTTP(w, r)
	var out struct {
		Records []struct {
			SequenceNumber              string
			Data                        []byte
			ApproximateArrivalTimestamp cbor.Tag
		}
		NextShardIterator string
	}
	if err := cbor.Unmarshal(w.Body.Bytes(), &out); err != nil || w.Code != http.StatusOK || len(out.Records) != 1 {
		t.Fatalf("status %d, %v: %q", w.Code, err, w.Body)
	}
	rec := out.Records[0]
	if rec.SequenceNumber != number || !bytes.Equal(rec.Data, []byte{0, 1, 2}) || fmt.Sprint(rec.ApproximateArrivalTimestamp.Content) != "1795348800250" ||
		w.Header().Get("Content-Type") != "application/x-amz-cbor-1.1" || out.NextShardIterator == "" {
		t.Errorf("got %+v", out)
	}
}

// Slow clients leave less and less for others, but always something.
func TestAnswersShareMemory(t *testing.T) {
	var a answers
	if n := a.allow(maxReadBytes); n != maxReadBytes {
		t.Errorf("the first may have %d", n)
	}
	a.hold(answerMemory - 32<<20)
	if n := a.allow(maxReadBytes); n != 2<<20 {
		t.Errorf("with 32 MiB left one may have %d", n)
	}
	a.hold(1 << 30)
	if n := a.allow(maxReadBytes); n != leastAnswer {
		t.Errorf("with nothing left one may have %d", n)
	}
}

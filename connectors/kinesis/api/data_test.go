package api

import (
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"kinesql/connectors/shard"
)

// bench is a server over a log in memory, with a clock that stands still until it
// is set.
type bench struct {
	*Server
	t   testing.TB
	log *fakeLog
	now time.Time
}

var (
	testScope = shard.Scope{Account: "000000000000", Region: "us-east-1"}
	testNow   = time.Date(2026, 11, 22, 12, 0, 0, 250e6, time.UTC)
)

func newBench(t testing.TB) *bench {
	b := &bench{t: t, now: testNow}
	b.log = newFakeLog(func() time.Time { return b.now })
	b.Server = New(Config{Log: b.log, Now: func() time.Time { return b.now }})
	t.Cleanup(b.Close)
	return b
}

// stream makes an ACTIVE stream whose document is JSON.
func (b *bench) stream(name string, shards int, document string) *shard.Stream {
	b.t.Helper()
	st := shard.Stream{Scope: testScope, Name: name, Status: shard.Active, Retention: 24 * time.Hour, Document: []byte(document)}
	for _, r := range shard.EvenRanges(shards) {
		st.Shards = append(st.Shards, shard.Shard{Range: r})
	}
	made, err := b.log.Create(st)
	if err != nil {
		b.t.Fatal(err)
	}
	return made
}

// answer is a decoded JSON answer.
type answer map[string]any

// ask performs an action that must succeed.
func (b *bench) ask(action, body string) answer {
	b.t.Helper()
	status, text := post(b.t, b.Server, action, body)
	if status != http.StatusOK {
		b.t.Fatalf("%s %s: status %d: %s", action, body, status, text)
	}
	return decode(b.t, text)
}

func decode(t testing.TB, text string) answer {
	t.Helper()
	out := answer{}
	if text == "" {
		return out
	}
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return out
}

// refuse performs an action that must fail, with an error as "Code: message".
func (b *bench) refuse(action, body, want string) {
	b.t.Helper()
	status, text := post(b.t, b.Server, action, body)
	e := decode(b.t, text)
	got := strings.TrimSuffix(fmt.Sprintf("%v: %v", e["__type"], e["message"]), ": <nil>")
	if status == http.StatusOK || got != want {
		b.t.Errorf("%s %s:\n got %d %s\nwant %s", action, body, status, got, want)
	}
}

// iterator returns an iterator; the rest of the request is JSON members.
func (b *bench) iterator(stream, kind, rest string) string {
	b.t.Helper()
	body := fmt.Sprintf(`{"StreamName":%q,"ShardId":"shardId-0","ShardIteratorType":%q%s}`, stream, kind, rest)
	return b.ask("GetShardIterator", body)["ShardIterator"].(string)
}

// read reads from an iterator and shows what the records' keys are.
func (b *bench) read(iterator, rest string) (keys string, out answer) {
	b.t.Helper()
	out = b.ask("GetRecords", fmt.Sprintf(`{"ShardIterator":%q%s}`, iterator, rest))
	for _, r := range out["Records"].([]any) {
		keys += r.(map[string]any)["PartitionKey"].(string)
	}
	return keys, out
}

// put puts a record with a key on shard 0 and returns its sequence number.
func (b *bench) put(stream, key string) string {
	b.t.Helper()
	out := b.ask("PutRecord", fmt.Sprintf(`{"StreamName":%q,"PartitionKey":%q,"ExplicitHashKey":"0","Data":"AAEC"}`, stream, key))
	return out["SequenceNumber"].(string)
}

const maxHash = "340282366920938463463374607431768211455"

func TestPutRecord(t *testing.T) {
	b := newBench(t)
	b.stream("s", 3, "")
	third := new(big.Int).Div(new(big.Int).Lsh(big.NewInt(1), 128), big.NewInt(3))
	below := new(big.Int).Sub(new(big.Int).Lsh(third, 1), big.NewInt(1)).String()
	for _, c := range []struct{ members, shard string }{
		{`"PartitionKey":"a"`, "0"},
		{`"PartitionKey":"b"`, "1"},
		{`"PartitionKey":"e"`, "2"},
		{`"PartitionKey":"a","ExplicitHashKey":"` + maxHash + `"`, "2"},
		{`"PartitionKey":"a","ExplicitHashKey":"` + below + `"`, "1"},
		{`"PartitionKey":"a","ExplicitHashKey":"` + new(big.Int).Lsh(third, 1).String() + `"`, "2"},
		{`"PartitionKey":"ä\u0000","ExplicitHashKey":"0"`, "0"},
		{`"PartitionKey":"` + strings.Repeat("𝄞", 128) + `","ExplicitHashKey":"0"`, "0"},
	} {
		out := b.ask("PutRecord", `{"StreamName":"s","Data":"",`+c.members+`}`)
		if out["ShardId"] != "shardId-00000000000"+c.shard || len(out) != 2 {
			t.Errorf("%s: got %v, want shard %s", c.members, out, c.shard)
		}
		n, _ := new(big.Int).SetString(out["SequenceNumber"].(string), 10)
		layout := regexp.MustCompile(`^20[0-9a-f]{8}` + c.shard + `[0-9a-f]{16}000[0-9a-f]{8}0000000` + c.shard + `2$`)
		if hex := n.Text(16); !layout.MatchString(hex) {
			t.Errorf("%s: the sequence number is %s", c.members, hex)
		}
	}
}

func TestPutErrors(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, "")
	b.stream("large", 1, `{"maxRecordKiB":10240}`)
	b.log.Update(b.stream("creating", 1, "").ID, func(st *shard.Stream) error { st.Status = shard.Creating; return nil })
	b.log.Update(b.stream("deleting", 1, "").ID, func(st *shard.Stream) error { st.Status = shard.Deleting; return nil })
	over := new(big.Int).Lsh(big.NewInt(1), 128).String()
	data := func(n int) string { return strings.Repeat("AAAA", (n+2)/3)[:(n+2)/3*4] }
	hexNumber := func(hex string) string {
		n, _ := new(big.Int).SetString(hex, 16)
		return n.String()
	}
	ordering := func(hex string) (body, number string) {
		number = hexNumber(hex)
		return `{"StreamName":"s","PartitionKey":"a","Data":"","SequenceNumberForOrdering":"` + number + `"}`, number
	}
	for _, c := range []struct{ action, body, want string }{
		{"PutRecord", `{"StreamName":"no","PartitionKey":"a","Data":""}`, "ResourceNotFoundException: Stream no under account 000000000000 not found."},
		{"PutRecord", `{"StreamName":"creating","PartitionKey":"a","Data":""}`, "ResourceNotFoundException: Stream creating under account 000000000000 not found."},
		{"PutRecord", `{"StreamName":"deleting","PartitionKey":"a","Data":""}`, "ResourceNotFoundException: Stream deleting under account 000000000000 not found."},
		{"PutRecord", `{"StreamName":"s","Data":""}`, "ValidationException: 1 validation error detected: Value null at 'partitionKey' failed to satisfy constraint: Member must not be null"},
		{"PutRecord", `{"StreamName":"s","PartitionKey":"a","Data":"","ExplicitHashKey":"` + over + `"}`,
			"InvalidArgumentException: Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was " + over},
		{"PutRecord", `{"StreamName":"s","PartitionKey":"a","Data":"` + data(1<<20+2) + `"}`,
			"ValidationException: 1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to 1048576"},
		{"PutRecords", `{"StreamName":"s","Records":[{"PartitionKey":"a","Data":""},{"PartitionKey":"a","Data":"` + data(1<<20+2) + `"}]}`,
			"ValidationException: 1 validation error detected: Value at 'records.2.member.data' failed to satisfy constraint: Member must have length less than or equal to 1048576"},
		{"PutRecords", `{"StreamName":"large","Records":[{"PartitionKey":"a","Data":"` + data(6<<20) + `"},{"PartitionKey":"a","Data":"` + data(4<<20) + `"}]}`,
			"InvalidArgumentException: Records size exceeds 10 MB limit"},
		{"PutRecords", `{"StreamName":"s","Records":[{"PartitionKey":"a","Data":""},{"Data":""}]}`,
			"ValidationException: 1 validation error detected: Value null at 'records.2.member.partitionKey' failed to satisfy constraint: Member must not be null"},
		{"PutRecords", `{"StreamName":"s","Records":[{"PartitionKey":"a","Data":"","ExplicitHashKey":"` + over + `"},{"PartitionKey":"a","Data":""}]}`,
			"InvalidArgumentException: Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was " + over},
		{"PutRecord", `{"StreamName":"s","PartitionKey":"a","Data":"","DryRun":true}`, "DryRunOperationException: The request would have succeeded, but the DryRun parameter was set."},
		{"PutRecords", `{"StreamName":"s","Records":[{"PartitionKey":"a","Data":""}],"DryRun":true}`, "DryRunOperationException: The request would have succeeded, but the DryRun parameter was set."},
		{"PutRecords", `{"StreamName":"no","Records":[{"PartitionKey":"a","Data":""}],"DryRun":true}`, "ResourceNotFoundException: Stream no under account 000000000000 not found."},
	} {
		b.refuse(c.action, c.body, c.want)
	}
	for _, hex := range []string{
		"20000000000000000000000000000000000000000000000", "20000000000000000000000000000000000000000000003", "20000000000000000000000000000000000000000000004",
		"30000000000000000000000000000000000000000000001", "1ffffffffff7fffffffffffffff000000000007fffffff2",
		"20000000000800000000000000000000000000000000002", "13bb2cc3d80000000000000000000000",
		fmt.Sprintf("200000000000000000000000000000%x000000002", testNow.Unix()+2),
	} {
		body, number := ordering(hex)
		b.refuse("PutRecord", body, "InvalidArgumentException: ExclusiveMinimumSequenceNumber "+number+" used in PutRecord on stream s under account 000000000000 is invalid.")
	}
	for _, hex := range []string{
		"20000000000000000000000000000000000000000000002", "20000000000000000000000000000000000000000000001",
		"20000000000000000000000000000000000000800000002", fmt.Sprintf("200000000007fffffff7fffffff000%x7fffffff2", testNow.Unix()-2),
	} {
		body, _ := ordering(hex)
		b.ask("PutRecord", body)
	}
	if n := len(b.log.records[shard.Ref{Stream: 1}]); n != 4 {
		t.Errorf("%d records were written, want the 4 that were accepted", n)
	}
}

// A record of exactly the largest size is taken, in either of the two limits, and one
// of a byte more is not. The key counts.
func TestPutLargestRecord(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, "")
	b.stream("large", 1, `{"maxRecordKiB":10240}`)
	for stream, size := range map[string]int{"s": 1 << 20, "large": 10 << 20} {
		data, _ := json.Marshal(make([]byte, size-3))
		put := `{"StreamName":"` + stream + `","PartitionKey":"key","Data":` + string(data) + `}`
		b.ask("PutRecord", put)
		_, out := b.read(b.iterator(stream, "TRIM_HORIZON", ""), "")
		if got := out["Records"].([]any)[0].(map[string]any)["Data"].(string); `"`+got+`"` != string(data) {
			t.Errorf("%s: %d characters of base64 came back, want %d", stream, len(got), len(data)-2)
		}
		b.refuse("PutRecord", strings.Replace(put, "key", "keys", 1), fmt.Sprintf(
			"ValidationException: 1 validation error detected: Value at 'data' failed to satisfy constraint: Member must have length less than or equal to %d", size))
	}
}

func TestPutRecordsKeepsOrder(t *testing.T) {
	b := newBench(t)
	b.stream("s", 3, "")
	var records []string
	for i := range 9 {
		key := "abe"[i%3 : i%3+1]
		records = append(records, fmt.Sprintf(`{"PartitionKey":%q,"Data":"AAA%c"}`, key, 'A'+i/3))
	}
	out := b.ask("PutRecords", `{"StreamName":"s","Records":[`+strings.Join(records, ",")+`]}`)
	if out["FailedRecordCount"] != 0.0 || len(out) != 2 {
		t.Errorf("got %v", out)
	}
	last := map[any]string{}
	for i, r := range out["Records"].([]any) {
		r := r.(map[string]any)
		number := r["SequenceNumber"].(string)
		if want := fmt.Sprintf("shardId-%012d", i%3); r["ShardId"] != want || number <= last[want] {
			t.Errorf("record %d: got %v after %s, want %s", i, r, last[want], want)
		}
		last[r["ShardId"]] = number
	}
	for index := range uint32(3) {
		for i, r := range b.log.records[shard.Ref{Stream: 1, Shard: index}] {
			if int(r.Data[2]) != i {
				t.Errorf("shard %d: record %d is %v", index, i, r.Data)
			}
		}
	}
}

// A stream that spreads records itself takes them without keys, as many to each shard.
func TestPutAutomaticDistribution(t *testing.T) {
	b := newBench(t)
	b.stream("s", 4, `{"mode":"ON_DEMAND","distribution":"AUTO"}`)
	for _, members := range []string{``, `,"PartitionKey":"a"`, `,"PartitionKey":"a","ExplicitHashKey":"5"`} {
		b.ask("PutRecords", `{"StreamName":"s","Records":[`+strings.TrimSuffix(strings.Repeat(`{"Data":"AAAA"`+members+`},`, 8), ",")+`]}`)
	}
	for index := range uint32(4) {
		if n := len(b.log.records[shard.Ref{Stream: 1, Shard: index}]); n != 6 {
			t.Errorf("shard %d has %d records, want 6", index, n)
		}
	}
}

// Records whose shard is split while they are on their way go to its children.
func TestPutFollowsReshard(t *testing.T) {
	for _, body := range []string{
		`{"StreamName":"s","Records":[{"PartitionKey":"a","Data":"AAAA"},{"PartitionKey":"b","Data":"AAAB"},{"PartitionKey":"e","Data":"AAAC"},{"PartitionKey":"a","Data":"AAAD"}]}`,
		`{"StreamName":"s","Records":[{"PartitionKey":"\u0061","Data":"AAAA"},{"PartitionKey":"b","Data":"AAAB"},{"PartitionKey":"e","Data":"AAAC"},{"PartitionKey":"a","Data":"AAAD"}]}`,
	} {
		b := newBench(t)
		b.stream("s", 1, "")
		b.log.fail = func(g *shard.Group) error {
			if g.Shard > 0 {
				return nil
			}
			_, err := b.log.Reshard(1, []uint32{0}, shard.EvenRanges(3))
			return err
		}
		out := b.ask("PutRecords", body)
		var got []string
		for _, r := range out["Records"].([]any) {
			got = append(got, r.(map[string]any)["ShardId"].(string))
		}
		want := []string{"shardId-000000000001", "shardId-000000000002", "shardId-000000000003", "shardId-000000000001"}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if r := b.log.records[shard.Ref{Stream: 1, Shard: 1}]; len(r) != 2 || r[1].Data[2] != 3 {
			t.Errorf("shard 1 has %v", r)
		}
	}
}

// A shard that cannot be written fails its own records, not those of others.
func TestPutFailsByRecord(t *testing.T) {
	for _, key := range []string{`b`, `\u0062`} { // fast and not
		b := newBench(t)
		b.stream("s", 3, "")
		b.log.fail = func(g *shard.Group) error {
			if g.Shard == 1 {
				return shard.ErrLogFailed
			}
			return nil
		}
		out := b.ask("PutRecords", `{"StreamName":"s","Records":[{"PartitionKey":"a","Data":""},{"PartitionKey":"`+key+`","Data":""},{"PartitionKey":"e","Data":""}]}`)
		records := out["Records"].([]any)
		want := map[string]any{"ErrorCode": "InternalFailure", "ErrorMessage": "Internal Service Failure"}
		if out["FailedRecordCount"] != 1.0 || !reflect.DeepEqual(records[1], want) || records[2].(map[string]any)["SequenceNumber"] == nil {
			t.Errorf("got %v", out)
		}
		b.refuse("PutRecord", `{"StreamName":"s","PartitionKey":"`+key+`","Data":""}`, "InternalFailure: The server could not write to its disk, and takes nothing more until it is started anew.")
	}
}

func TestEncryptedStreamSaysSo(t *testing.T) {
	for _, key := range []string{`a`, `\u0061`} {
		b := newBench(t)
		b.log.Update(b.stream("s", 1, "").ID, func(st *shard.Stream) error { st.KeyID = "alias/aws/kinesis"; return nil })
		one := b.ask("PutRecord", `{"StreamName":"s","PartitionKey":"`+key+`","Data":""}`)
		many := b.ask("PutRecords", `{"StreamName":"s","Records":[{"PartitionKey":"`+key+`","Data":""}]}`)
		_, got := b.read(b.iterator("s", "TRIM_HORIZON", ""), "")
		for _, out := range []answer{one, many, got["Records"].([]any)[0].(map[string]any)} {
			if out["EncryptionType"] != "KMS" {
				t.Errorf("got %v", out)
			}
		}
	}
}

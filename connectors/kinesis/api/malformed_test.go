package api

import (
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"kinesql/connectors/shard"
)

// goodRequests are requests that the service takes, or refuses for what they ask.
var goodRequests = []struct{ action, body string }{
	{"PutRecords", `{"StreamName":"s","Records":[{"Data":"YmxvYg==","PartitionKey":"a","ExplicitHashKey":"1"},{"Data":"","PartitionKey":"b"}]}`},
	{"PutRecord", `{"StreamName":"s","Data":"YmxvYg==","PartitionKey":"a","SequenceNumberForOrdering":"49590338271490256608559692538361571095921575989136588898"}`},
	{"GetShardIterator", `{"StreamName":"s","ShardId":"shardId-000000000000","ShardIteratorType":"AT_TIMESTAMP","Timestamp":1.5e9,"DryRun":false}`},
	{"GetRecords", `{"ShardIterator":"AAAAAAAAAAEAAAAAAAAAAA==","Limit":100}`},
	{"CreateStream", `{"StreamName":"t","ShardCount":2,"StreamModeDetails":{"StreamMode":"PROVISIONED"},"Tags":{"a":"b"}}`},
	{"DescribeStream", `{"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s","Limit":5,"ExclusiveStartShardId":"shardId-000000000000"}`},
	{"ListShards", `{"StreamName":"s","ShardFilter":{"Type":"AT_TIMESTAMP","Timestamp":1795390346.5},"MaxResults":3}`},
	{"ListShards", `{"NextToken":"eyJrIjoic2hhcmRzIn0="}`},
	{"SplitShard", `{"StreamName":"s","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"170141183460469231731687303715884105728"}`},
	{"MergeShards", `{"StreamName":"s","ShardToMerge":"shardId-000000000000","AdjacentShardToMerge":"shardId-000000000001"}`},
	{"AddTagsToStream", `{"StreamName":"s","Tags":{"a":"b","c":""}}`},
	{"PutResourcePolicy", `{"ResourceARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s","Policy":"{\"Version\":\"2012-10-17\"}"}`},
	{"RegisterStreamConsumer", `{"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s","ConsumerName":"c"}`},
	{"SubscribeToShard", `{"ConsumerARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:1","ShardId":"0","StartingPosition":{"Type":"LATEST"}}`},
	{"CreateChannel", `{"ChannelName":"c","ServiceExecutionRoleARN":"arn:aws:iam::000000000000:role/r","StreamConfigurationList":[{"StreamARN":"a","RecordConfiguration":{"RecordFormatType":"JSON"}}]}`},
	{"UpdateShardCount", `{"StreamName":"s","TargetShardCount":2,"ScalingType":"UNIFORM_SCALING"}`},
}

// TestMalformedRequests sends 100,000 damaged requests in both formats. Each is
// answered, none as a failure of the server, and no memory stays reserved.
func TestMalformedRequests(t *testing.T) {
	log := newFakeLog(time.Now)
	s := New(Config{Log: log, ShardLimit: 20})
	if _, err := log.Create(shard.Stream{Scope: shard.Scope{Account: "000000000000", Region: "us-east-1"}, Name: "s",
		Status: shard.Active, Retention: 24 * time.Hour, Shards: []shard.Shard{{Range: shard.EvenRanges(1)[0]}}}); err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, 4))
	refused := 0
	for i := range 100_000 {
		request := damagedRequest(t, r)
		body, err := io.ReadAll(request.Body)
		if err != nil {
			t.Fatal(err)
		}
		request.Body = io.NopCloser(strings.NewReader(string(body)))
		w := httptest.NewRecorder()
		s.ServeHTTP(w, request)
		if w.Code >= 400 {
			refused++
		}
		if w.Code >= 500 || w.Code == 0 {
			t.Fatalf("request %d, %s %q: answered %d %s", i, request.Header.Get("X-Amz-Target"), body, w.Code, w.Body)
		}
	}
	if refused < 60_000 {
		t.Errorf("only %d of 100,000 damaged requests were refused: the damage is too little to test anything", refused)
	}
	if n := bodies.Load(); n != 0 {
		t.Errorf("%d bytes are still reserved for bodies", n)
	}
}

func damagedRequest(t *testing.T, r *rand.Rand) *http.Request {
	good := goodRequests[r.IntN(len(goodRequests))]
	body, contentType := []byte(good.body), jsonType
	if r.IntN(3) == 0 {
		body, contentType = asCBOR(t, good.body), cborType
	}
	for range r.IntN(4) {
		body = damageBytes(r, body)
	}
	request := newPost(good.action, string(body))
	request.Header.Set("Content-Type", contentType)
	if r.IntN(8) == 0 {
		names := []string{"Content-Type", "X-Amz-Target", "Authorization", "X-Amz-Date"}
		name := names[r.IntN(len(names))]
		request.Header.Set(name, string(damageBytes(r, []byte(request.Header.Get(name)))))
	}
	return request
}

func damageBytes(r *rand.Rand, b []byte) []byte {
	if len(b) == 0 {
		return b
	}
	at := r.IntN(len(b))
	switch r.IntN(4) {
	case 0:
		b[at] = byte(r.Uint32())
	case 1:
		return slices.Delete(b, at, min(len(b), at+1+r.IntN(4)))
	case 2:
		return slices.Insert(b, at, slices.Clone(b[r.IntN(len(b)):])...)
	case 3:
		const texts = `{}[]",:0-9.null""1e9`
		b[at] = texts[r.IntN(len(texts))]
	}
	return b
}

func asCBOR(t *testing.T, body string) []byte {
	t.Helper()
	b, err := cbor.Marshal(jsonTree(t, body))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func jsonTree(t *testing.T, body string) (tree any) {
	t.Helper()
	if err := json.Unmarshal([]byte(body), &tree); err != nil {
		t.Fatal(err)
	}
	return tree
}

package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
	"kinesql/operators/vfs"
)

// newControl is a server over the real log on a disk in memory.
func newControl(t testing.TB, cfg Config) *Server {
	t.Helper()
	log, err := shardlog.Open("/log", shardlog.Options{FS: vfs.NewMem(), SegmentBytes: 1 << 20, Now: cfg.Now})
	if err != nil {
		t.Fatal(err)
	}
	cfg.Log = log
	s := New(cfg)
	t.Cleanup(func() {
		s.Close()
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func TestShardIndex(t *testing.T) {
	for text, want := range map[string]int{
		"shardId-000000000003": 3, "shardId-3": 3, "3": 3, "x-3": 3, "-3": 3, "a-3-4": 3, "2147483647": 1<<31 - 1,
		"": -1, "shardId": -1, "shardId-": -1, "2147483648": -1, "2.14E4": -1, "ABKLFD8": -1, "+3": -1, "x-+3": -1, "--3": -1,
	} {
		got, ok := shardIndex(text)
		if ok != (want >= 0) || ok && int(got) != want {
			t.Errorf("%q: got %d, %v, want %d", text, got, ok, want)
		}
	}
}

func TestTagLimit(t *testing.T) {
	s := newControl(t, Config{})
	mustPost(t, s, "CreateStream", `{"StreamName":"s","ShardCount":1}`)
	for from := 0; from < 50; from += 10 {
		mustPost(t, s, "AddTagsToStream", `{"StreamName":"s","Tags":{`+tagsJSON(from, from+10)+`}}`)
	}
	status, answer := post(t, s, "AddTagsToStream", `{"StreamName":"s","Tags":{"k0":"other","k50":"one too many"}}`)
	if status != http.StatusBadRequest || !strings.Contains(answer, "cannot have more than 50 tags") {
		t.Errorf("51 tags: %d %s", status, answer)
	}
	mustPost(t, s, "AddTagsToStream", `{"StreamName":"s","Tags":{"k0":"other"}}`)
	if _, answer := post(t, s, "ListTagsForStream", `{"StreamName":"s"}`); strings.Count(answer, `"Key"`) != 50 || !strings.Contains(answer, `"other"`) {
		t.Errorf("got %s", answer)
	}
}

func tagsJSON(from, to int) string {
	var out []string
	for i := from; i < to; i++ {
		out = append(out, fmt.Sprintf(`"k%d":"v"`, i))
	}
	return strings.Join(out, ",")
}

func mustPost(t testing.TB, s http.Handler, action, body string) string {
	t.Helper()
	status, answer := post(t, s, action, body)
	if status != http.StatusOK {
		t.Fatalf("%s %s: %d %s", action, body, status, answer)
	}
	return answer
}

// Requests that come together do not use up a quota twice.
func TestQuotaUnderConcurrency(t *testing.T) {
	s := newControl(t, Config{ShardLimit: 20})
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			name := fmt.Sprintf("s%d", i%8) // each is created twice, too
			post(t, s, "CreateStream", fmt.Sprintf(`{"StreamName":"%s","ShardCount":3}`, name))
			post(t, s, "SplitShard", fmt.Sprintf(`{"StreamName":"%s","ShardToSplit":"0","NewStartingHashKey":"5"}`, name))
			post(t, s, "UpdateShardCount", fmt.Sprintf(`{"StreamName":"%s","TargetShardCount":6,"ScalingType":"UNIFORM_SCALING"}`, name))
			post(t, s, "ListStreams", `{}`)
		})
	}
	wg.Wait()
	var limits struct{ OpenShardCount int }
	if err := json.Unmarshal([]byte(mustPost(t, s, "DescribeLimits", `{}`)), &limits); err != nil {
		t.Fatal(err)
	}
	if limits.OpenShardCount > 20 || limits.OpenShardCount < 18 {
		t.Errorf("%d shards are open, the limit is 20", limits.OpenShardCount)
	}
	for _, st := range s.cfg.Log.Streams(shard.Scope{}) {
		if st.Status != shard.Active {
			t.Errorf("%s is %s", st.Name, st.Status)
		}
		checkCover(t, st)
	}
}

// checkCover checks that the open shards have all keys among them, each once.
func checkCover(t *testing.T, st *shard.Stream) {
	t.Helper()
	next := shard.Hash{}
	for i, sh := range openByRange(st) {
		if sh.Range.Start != next || i > 0 && next == (shard.Hash{}) {
			t.Fatalf("%s: shard %d begins at %s, want %s", st.Name, sh.Index, sh.Range.Start, next)
		}
		next = sh.Range.End.Next()
	}
	if next != (shard.Hash{}) {
		t.Errorf("%s: no shard has the keys from %s on", st.Name, next)
	}
}

// A server that is closed changes nothing more: the next one does.
func TestClosedServerLeavesTheRest(t *testing.T) {
	clock := scriptClock{now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	s := newControl(t, Config{StatusDelay: time.Second, Now: clock.time})
	s.afterFunc = clock.after
	mustPost(t, s, "CreateStream", `{"StreamName":"s","ShardCount":1}`)
	s.Close()
	clock.advance(time.Hour)
	st := s.cfg.Log.Streams(shard.Scope{})[0]
	if st.Status != shard.Creating {
		t.Fatalf("the stream is %s", st.Status)
	}
	next := New(Config{Log: s.cfg.Log})
	defer next.Close()
	if st = s.cfg.Log.Streams(shard.Scope{})[0]; st.Status != shard.Active {
		t.Errorf("after a restart the stream is %s", st.Status)
	}
}

// What clients make up as ARNs, tokens, shards and policies is refused or understood,
// and what is understood is spelled the same way again.
func FuzzControlTexts(f *testing.F) {
	f.Add("arn:aws:kinesis:us-east-1:000000000000:stream/s")
	f.Add("arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c:17")
	f.Add("eyJrIjoic2hhcmRzIiwicyI6MSwibiI6InMiLCJ0Ijo5NDY2ODQ4MDAwMDAsImEiOiJzaGFyZElkLTAwMDAwMDAwMDAwMiJ9")
	f.Add(`{"Statement":{"Effect":"Allow","Action":"kinesis:*","Principal":"*"}}`)
	f.Add("shardId-000000000003")
	s := newControl(f, Config{})
	mustPost(f, s, "CreateStream", `{"StreamName":"s","ShardCount":2}`)
	f.Fuzz(func(t *testing.T, text string) {
		if scope, name, ok := parseStreamARN(text); ok && partition(scope.Region) == "aws" && strings.HasPrefix(text, "arn:aws:") {
			if got := streamARN(scope, name); got != text {
				t.Errorf("%q became %q", text, got)
			}
		}
		if scope, stream, name, ok := parseConsumerARN(text); ok && (!isName(stream) || !isName(name) || len(scope.Account) != 12) {
			t.Errorf("%q: stream %q, consumer %q", text, stream, name)
		}
		if index, ok := shardIndex(text); ok && index > 1<<31-1 {
			t.Errorf("%q: shard %d", text, index)
		}
		if err := checkPolicy(text); err == nil && !json.Valid([]byte(text)) {
			t.Errorf("%q was taken for a policy", text)
		}
		for _, action := range []string{"ListShards", "ListStreams"} {
			body, err := json.Marshal(map[string]string{"NextToken": text})
			if err != nil {
				t.Fatal(err)
			}
			if status, answer := post(t, s, action, string(body)); status != http.StatusOK && status != http.StatusBadRequest {
				t.Errorf("%s %s: %d %s", action, body, status, answer)
			}
		}
	})
}

func TestPartitions(t *testing.T) {
	for region, want := range map[string]string{
		"us-east-1": "aws", "cn-north-1": "aws-cn", "us-gov-west-1": "aws-us-gov", "us-iso-east-1": "aws-iso", "us-isob-east-1": "aws-iso-b",
		"eu-isoe-west-1": "aws-iso-e", "us-isof-south-1": "aws-iso-f", "eusc-de-east-1": "aws-eusc", "local": "aws",
	} {
		arn := streamARN(shard.Scope{Account: "000000000000", Region: region}, "s")
		if want = "arn:" + want + ":kinesis:" + region + ":000000000000:stream/s"; arn != want {
			t.Errorf("got %s, want %s", arn, want)
		}
	}
}

package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/protocol/eventstream"

	"kinesql/connectors/shard"
)

const (
	consumersDocument = `{"consumers":{
		"c1":{"name":"c1","arn":"arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c1:1","created":1000,"status":"ACTIVE"},
		"c2":{"name":"c2","arn":"arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c2:2","created":2000,"status":"ACTIVE"},
		"new":{"name":"new","arn":"arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/new:1731291806","created":1731291806000,"status":"CREATING"}}}`
	consumer1 = "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c1:1"
	consumer2 = "arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/c2:2"
)

const (
	initial    = "initial-response {}"
	fromStart  = `"Type":"TRIM_HORIZON"`
	fromLatest = `"Type":"LATEST"`
)

func TestSubscriptionLife(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		b.stream("s", 1, consumersDocument)
		w := b.watch(consumer1, fromLatest)
		w.expect(t, initial) // at once, before there is any record
		if got := w.header.Get("Content-Type"); got != "application/vnd.amazon.eventstream" {
			t.Errorf("Content-Type %s", got)
		}
		b.put("s", "a")
		w.expect(t, "event a after 1 behind 0")
		time.Sleep(5*time.Second - time.Millisecond)
		w.expect(t)
		time.Sleep(time.Millisecond)
		w.expect(t, "event after 1 behind 0") // a heartbeat
		time.Sleep(2 * time.Second)
		b.put("s", "b")
		w.expect(t, "event b after 2 behind 0")
		time.Sleep(5*time.Minute - 7*time.Second - time.Millisecond)
		if w.frames(t); w.ended() {
			t.Error("the subscription ended before its time")
		}
		time.Sleep(time.Millisecond)
		if w.expect(t); !w.ended() {
			t.Error("the subscription did not end")
		}
	})
}

// A client that does not read does not hold up a server that is to stop.
func TestSubscriptionThatIsNotReadEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		b.stream("s", 1, consumersDocument)
		w := b.watch(consumer1, fromLatest)
		w.expect(t, initial)
		w.block = make(chan struct{})
		b.put("s", "a")
		synctest.Wait()
		b.Close()
		time.Sleep(farewell - time.Millisecond)
		if w.ended() {
			t.Error("the client had no time to take what was on its way")
		}
		time.Sleep(time.Millisecond)
		if !w.ended() {
			t.Error("the subscription has not ended")
		}
	})
}

func TestSubscriptionPositions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		st := b.stream("s", 1, consumersDocument)
		b.log.Update(st.ID, func(st *shard.Stream) error { return nil })
		b.put("s", "a")
		time.Sleep(3 * time.Second)
		second := b.put("s", "b")
		b.put("s", "c")
		stamp := fmt.Sprintf(`"Type":"AT_TIMESTAMP","Timestamp":%d`, time.Now().Add(-time.Second).Unix())
		for _, c := range []struct{ position, want string }{
			{fromStart, "event a b c after 3 behind 0"},
			{`"Type":"AT_SEQUENCE_NUMBER","SequenceNumber":"` + second + `"`, "event b c after 3 behind 0"},
			{`"Type":"AFTER_SEQUENCE_NUMBER","SequenceNumber":"` + second + `"`, "event c after 3 behind 0"},
			{`"Type":"AFTER_SEQUENCE_NUMBER","SequenceNumber":"` + st.Shards[0].StartingSequence().String() + `"`, "event a b c after 3 behind 0"},
			{stamp, "event b c after 3 behind 0"},
		} {
			w := b.watch(consumer1, c.position)
			w.expect(t, initial, c.want)
			w.cancel()
			if !w.ended() {
				t.Errorf("%s: the client has gone, and the subscription has not ended", c.position)
			}
		}
		w := b.watch(consumer1, `"Type":"AFTER_SEQUENCE_NUMBER","SequenceNumber":"5"`)
		w.expect(t, "400 InvalidArgumentException: Invalid StartingSequenceNumber. It encodes shardId-000000000005, while it was used in a call to a shard with shardId-000000000000")
	})
}

// The number of a heartbeat is that of no record, and a subscription may go on after it.
func TestSubscriptionGoesOnAfterHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		b.stream("s", 1, consumersDocument)
		for _, key := range []string{"", "a"} {
			if key != "" {
				b.put("s", key)
			}
			w := b.watch(consumer1, fromLatest)
			time.Sleep(5 * time.Second)
			synctest.Wait()
			raw := w.data.String()
			at := strings.LastIndex(raw, `"ContinuationSequenceNumber":"`) + len(`"ContinuationSequenceNumber":"`)
			number := raw[at : at+shard.DecimalDigits]
			w.cancel()
			b.put("s", "x")
			w = b.watch(consumer1, `"Type":"AFTER_SEQUENCE_NUMBER","SequenceNumber":"`+number+`"`)
			if lines := w.frames(t); len(lines) != 2 || !strings.HasPrefix(lines[1], "event x after") {
				t.Errorf("after %s: %v", number, lines)
			}
			w.cancel()
			synctest.Wait()
		}
	})
}

func TestSubscriptionTakeover(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		b.stream("s", 1, consumersDocument)
		inUse := "Another active subscription exists for this consumer: 000000000000:s:shardId-000000000000:c1"
		first := b.watch(consumer1, fromLatest)
		first.expect(t, initial)
		time.Sleep(5*time.Second - time.Millisecond)
		b.watch(consumer1, fromLatest).expect(t, "400 ResourceInUseException: "+inUse)
		b.refuse("SubscribeToShard", `{"ConsumerARN":"`+consumer1+`","ShardId":"0","StartingPosition":{"Type":"LATEST"},"DryRun":true}`, "ResourceInUseException: "+inUse)
		other := b.watch(consumer2, fromLatest) // another consumer has its own
		other.expect(t, initial)
		time.Sleep(time.Millisecond)
		first.frames(t)
		second := b.watch(consumer1, fromLatest)
		second.expect(t, initial)
		first.expect(t, `exception ResourceInUseException {"message":"`+inUse+`"}`)
		if !first.ended() || other.ended() {
			t.Errorf("ended: the first %v, the other consumer's %v", first.ended(), other.ended())
		}
		second.cancel() // and its place is free at once
		synctest.Wait()
		third := b.watch(consumer1, fromLatest)
		third.expect(t, initial)
		third.cancel()
		other.cancel()
		synctest.Wait()
		if n, m := len(b.subscriptions.alive), len(b.hubs.byRef); n+m != 0 {
			t.Errorf("%d subscriptions and %d hubs are left", n, m)
		}
	})
}

func TestSubscriptionEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		st := b.stream("s", 1, consumersDocument)
		w := b.watch(consumer1, fromLatest)
		b.ask("DeregisterStreamConsumer", `{"ConsumerARN":"`+consumer1+`"}`)
		w.expect(t, initial, `exception ResourceNotFoundException {"message":"Consumer `+consumer1+`, account 000000000000 not found."}`)
		other := b.watch(consumer2, fromLatest)
		b.log.Delete(st.ID)
		other.expect(t, initial, `exception ResourceNotFoundException {"message":"Shard shardId-000000000000 in stream s under account 000000000000 does not exist"}`)
		if !w.ended() || !other.ended() {
			t.Errorf("ended: %v, %v", w.ended(), other.ended())
		}
	})
}

func TestSubscriptionEndsWithServer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		b.stream("s", 1, consumersDocument)
		w := b.watch(consumer1, fromLatest)
		b.Close()
		if w.expect(t, initial); !w.ended() {
			t.Error("the subscription goes on")
		}
		b.watch(consumer2, fromLatest).expect(t, "503 ServiceUnavailable: The server is shutting down.")
	})
}

// The children come once, with the last records, and then the answer ends.
func TestSubscriptionAtShardEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		b.stream("s", 1, consumersDocument)
		w := b.watch(consumer1, fromLatest)
		b.put("s", "a")
		w.expect(t, initial, "event a after 1 behind 0")
		b.log.Reshard(1, []uint32{0}, shard.EvenRanges(2))
		end := " child shardId-000000000001 child shardId-000000000002 behind 0"
		if w.expect(t, "event"+end); !w.ended() {
			t.Error("the subscription goes on after the shard's end")
		}
		b.watch(consumer1, fromStart).expect(t, initial, "event a"+end)
		b.watch(consumer1, fromLatest).expect(t, initial, "event"+end)
	})
}

// A subscriber that was so slow that its next records have expired goes on with what is left.
func TestSubscriptionBehindTrim(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		b.stream("s", 1, consumersDocument)
		w := b.watch(consumer1, fromLatest)
		w.expect(t, initial)
		w.block = make(chan struct{})
		for _, key := range []string{"a", "b", "c"} {
			b.put("s", key)
			synctest.Wait()
		}
		b.log.trimmed[shard.Ref{Stream: 1}] = 3
		close(w.block)
		w.expect(t, "event a after 1 behind 0", "event after 3 behind 0")
		b.put("s", "d")
		w.expect(t, "event d after 4 behind 0")
		b.Close()
		synctest.Wait()
	})
}

// Events that hubs keep are counted, and given up.
func TestHubsKeepLittle(t *testing.T) {
	var hs hubs
	h := hs.join(shard.Ref{})
	hs.join(shard.Ref{})
	large := func() *event { return &event{frame: make([]byte, 50<<20)} }
	for range 3 {
		hs.keep(h, large())
	}
	if got := hs.kept.Load(); got != 100<<20 {
		t.Errorf("%d MiB are kept", got>>20)
	}
	other := hs.join(shard.Ref{Shard: 1})
	if hs.keep(other, large()); other.recent[0] != nil {
		t.Error("more is kept than may be")
	}
	hs.leave(h)
	if got := hs.kept.Load(); got != 0 {
		t.Errorf("%d bytes are kept for one subscription", got)
	}
}

func TestSubscribeErrors(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, consumersDocument)
	for _, c := range []struct{ arn, shard, position, want string }{
		{consumer1 + "1", "0", fromLatest, "ResourceNotFoundException: Consumer " + consumer1 + "1, account 000000000000 not found."},
		{"arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/new:1731291806", "0", fromLatest,
			"ResourceInUseException: Consumer new with creation timestamp 1731291806 under stream: s , account 000000000000 is not in ACTIVE status."},
		{consumer1, "7", fromLatest, "ResourceNotFoundException: Shard shardId-000000000007 in stream s under account 000000000000 does not exist"},
		{consumer1, "x", fromLatest, "ResourceNotFoundException: Could not find shard x in stream s under account 000000000000."},
		{consumer1, "0", `"Type":"AT_TIMESTAMP"`, "InvalidArgumentException: Must specify timestampInMillis parameter for iterator of type AT_TIMESTAMP. Current request has no timestamp parameter."},
		{consumer1, "0", fromLatest + `},"DryRun":true,"StreamId":null,"X":{`, "DryRunOperationException: The request would have succeeded, but the DryRun parameter was set."},
	} {
		b.refuse("SubscribeToShard", `{"ConsumerARN":"`+c.arn+`","ShardId":"`+c.shard+`","StartingPosition":{`+c.position+`}}`, c.want)
	}
}

// Five subscriptions that keep up cost one read and one encoding an event.
func TestSubscriptionsShareEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		document := `{"consumers":{`
		var consumers []string
		for i := range 5 {
			consumers = append(consumers, fmt.Sprintf("arn:aws:kinesis:us-east-1:000000000000:stream/s/consumer/x%d:1", i))
			document += fmt.Sprintf(`"x%d":{"name":"x%d","arn":"%s","status":"ACTIVE"},`, i, i, consumers[i])
		}
		b.stream("s", 1, strings.TrimSuffix(document, ",")+"}}")
		var all []*watcher
		for _, arn := range consumers {
			w := b.watch(arn, fromLatest)
			w.expect(t, initial)
			all = append(all, w)
		}
		b.log.reads = 0
		b.put("s", "a")
		for _, w := range all {
			w.expect(t, "event a after 1 behind 0")
		}
		if b.log.reads != 1 {
			t.Errorf("%d reads", b.log.reads)
		}
		for _, w := range all {
			w.cancel()
		}
	})
}

// A client that does not read holds up nobody else, and its subscription can be taken over.
func TestSlowSubscriber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		b.stream("s", 1, consumersDocument)
		slow, quick := b.watch(consumer1, fromLatest), b.watch(consumer2, fromLatest)
		slow.expect(t, initial)
		quick.expect(t, initial)
		slow.block = make(chan struct{})
		b.put("s", "a")
		quick.expect(t, "event a after 1 behind 0")
		b.put("s", "b")
		quick.expect(t, "event b after 2 behind 0")
		time.Sleep(6 * time.Second)
		quick.frames(t)
		b.watch(consumer1, fromLatest).expect(t, initial)
		close(slow.block)
		slow.expect(t, "event a after 1 behind 0",
			`exception ResourceInUseException {"message":"Another active subscription exists for this consumer: 000000000000:s:shardId-000000000000:c1"}`)
		b.Close()
		synctest.Wait()
	})
}

// A stream with rate limits gives each consumer 2 MiB a second.
func TestSubscriptionPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := liveBench(t)
		b.stream("s", 1, strings.Replace(consumersDocument, "{", `{"rateLimits":true,`, 1))
		data, _ := json.Marshal(make([]byte, 1<<20-1))
		for range 8 {
			b.ask("PutRecord", `{"StreamName":"s","PartitionKey":"a","Data":`+string(data)+`}`)
			time.Sleep(time.Second)
		}
		begun := time.Now()
		w := b.watch(consumer1, fromStart)
		events := 0
		for events < 8 {
			for _, line := range w.frames(t) {
				if strings.HasPrefix(line, "event a") {
					events++
				}
			}
			time.Sleep(100 * time.Millisecond)
		}
		if took := time.Since(begun); took < 2500*time.Millisecond || took > 3500*time.Millisecond {
			t.Errorf("8 MiB took %v, want about 3 s after the first two", took)
		}
		b.Close()
		synctest.Wait()
	})
}

// A record that cannot be read ends a subscription with an error.
func TestSubscriptionTellsOfDamage(t *testing.T) {
	w := httptest.NewRecorder()
	b := newBench(t)
	st := b.stream("s", 1, consumersDocument)
	v, _ := b.view(st)
	p := &push{server: b.Server, view: v, shard: v.Shard(0), w: w, flush: http.NewResponseController(w)}
	p.end(&shard.CorruptError{File: "x"})
	m, err := eventstream.NewDecoder().Decode(w.Body, nil)
	if err != nil || frameLine(t, m) != `exception InternalFailureException {"message":"The next records of the shard are damaged on the server's disk. Stop the server and run kinesql shards repair to read on after them."}` {
		t.Errorf("got %v, %v", m, err)
	}
	p.end(errors.New("anything"))
	if m, err = eventstream.NewDecoder().Decode(w.Body, nil); err != nil || frameLine(t, m) != `exception InternalFailureException {"message":"Internal Service Failure"}` {
		t.Errorf("got %v, %v", m, err)
	}
}

func FuzzFrame(f *testing.F) {
	f.Add("InternalFailureException", "message")
	f.Fuzz(func(t *testing.T, code, message string) {
		if code == "" || len(code) > 1000 {
			return
		}
		b := beginFrame(nil, [2]string{":exception-type", code})
		b = append(b, message...)
		m, err := eventstream.NewDecoder().Decode(bytes.NewReader(endFrame(b, 0)), nil)
		if err != nil || string(m.Payload) != message || m.Headers.Get(":exception-type").String() != code {
			t.Fatalf("%q %q became %v, %v", code, message, m, err)
		}
	})
}

package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/shard"
)

// twins are two servers of the same streams, of which one does everything the
// ordinary way.
type twins struct{ fast, plain *bench }

func newTwins(t testing.TB) twins {
	w := twins{newBench(t), newBench(t)}
	w.plain.actions = maps.Clone(w.plain.actions)
	for name, a := range w.plain.actions {
		a.fast = nil
		w.plain.actions[name] = a
	}
	for _, b := range []*bench{w.fast, w.plain} {
		b.stream("s", 5, "")
		b.stream("auto", 3, `{"distribution":"AUTO"}`)
		b.log.Update(b.stream("kms", 2, "").ID, func(st *shard.Stream) error { st.KeyID = "key"; return nil })
	}
	return w
}

// same sends both a request and fails if the answers or the logs differ.
func (w twins) same(t testing.TB, action, body string) {
	t.Helper()
	status1, text1 := post(t, w.fast.Server, action, body)
	status2, text2 := post(t, w.plain.Server, action, body)
	var v1, v2 any
	json.Unmarshal([]byte(text1), &v1)
	json.Unmarshal([]byte(text2), &v2)
	if status1 != status2 || !reflect.DeepEqual(v1, v2) {
		t.Fatalf("%s %s:\nfast     %d %s\nordinary %d %s", action, body, status1, text1, status2, text2)
	}
	if !reflect.DeepEqual(w.fast.log.records, w.plain.log.records) {
		t.Fatalf("%s %s: the logs differ:\nfast     %v\nordinary %v", action, body, w.fast.log.records, w.plain.log.records)
	}
}

// takesFast reports whether a request is usual enough for the fast way.
func takesFast(b *bench, action, body string) bool {
	done, _ := b.actions[action].fast(httptest.NewRecorder(), &Caller{Scope: testScope, Identity: &auth.Identity{}}, []byte(body))
	return done
}

const someARN = `"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/s"`

var usualPuts = []string{
	`{"Records":[{"Data":"AAEC","PartitionKey":"a"},{"Data":"","PartitionKey":"b"}],"StreamName":"s"}`,
	`{"StreamName": "s", "Records": [{"PartitionKey": "a", "Data": "AA=="}, {"Data": "AAA=", "PartitionKey": "b", "ExplicitHashKey": "0"}]}`,
	" {\n\t\"Records\" : [ { \"Data\" : \"AAEC\" , \"PartitionKey\" : \"\u00e4\" } ] ,\r\n" + someARN + "} \n",
	`{"StreamName":"s",` + someARN + `,"Records":[{"Data":"AAEC","PartitionKey":"a","ExplicitHashKey":"` + maxHash + `"}]}`,
	`{"StreamName":"auto","Records":[{"Data":"AAEC","PartitionKey":"a"},{"Data":"AAEC","PartitionKey":"a"}]}`,
	`{"StreamName":"kms","Records":[{"Data":"AAEC","PartitionKey":"a"}]}`,
}

// Requests that must find their way to the exact errors, or are right but unusual.
var unusualPuts = []string{
	``, `{`, `{}`, `[]`, `null`, `{"Records":[]}`, `{"StreamName":"s"}`, `{"StreamName":"s","Records":[]}`,
	`{"StreamName":"s","Records":{}}`, `{"StreamName":"s","Records":[{}]}`, `{"StreamName":"s","Records":[null]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC"}]}`, `{"StreamName":"s","Records":[{"PartitionKey":"a"}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":""}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a"},]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a",}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a"}]}}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a"}]},`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a"}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC" "PartitionKey":"a"}]}`,
	`{"StreamName":"s","Records":[{"Data":"AA\/C","PartitionKey":"a"}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"\u0061"}]}`,
	"{\"StreamName\":\"s\",\"Records\":[{\"Data\":\"AA\nEC\",\"PartitionKey\":\"a\"}]}",
	"{\"StreamName\":\"s\",\"Records\":[{\"Data\":\"AAE\n\",\"PartitionKey\":\"a\"}]}",
	"{\"StreamName\":\"s\",\"Records\":[{\"Data\":\"AAEC\",\"PartitionKey\":\"a\x01\"}]}",
	"{\"StreamName\":\"s\",\"Records\":[{\"Data\":\"AAEC\",\"PartitionKey\":\"\xff\"}]}",
	`{"StreamName":"s","Records":[{"Data":"AAE","PartitionKey":"a"}]}`, `{"StreamName":"s","Records":[{"Data":"A===","PartitionKey":"a"}]}`,
	`{"StreamName":"s","Records":[{"Data":"=+/=","PartitionKey":"a"}]}`, `{"StreamName":"s","Records":[{"Data":"+/+=","PartitionKey":"a"}]}`,
	`{"StreamName":"s","Records":[{"Data":"AA==AAAA","PartitionKey":"a"}]}`, `{"StreamName":"s","Records":[{"Data":"AA\"C","PartitionKey":"a"}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a","ExplicitHashKey":"01"}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a","ExplicitHashKey":""}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a","ExplicitHashKey":null}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a","Data":"AAAA"}]}`,
	`{"StreamName":"s","StreamName":"kms","Records":[{"Data":"AAEC","PartitionKey":"a"}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a"}],"Records":[{"Data":"AAEC","PartitionKey":"b"}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a"}],"Records":[]}`,
	`{"StreamName":"s","Records":[],"Records":[{"Data":"AAEC","PartitionKey":"b"}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"a","Unknown":1}]}`,
	`{"StreamName":"s","DryRun":true,"Records":[{"Data":"AAEC","PartitionKey":"a"}]}`,
	`{"StreamName":"kms",` + someARN + `,"Records":[{"Data":"AAEC","PartitionKey":"a"}]}`,
	`{"StreamARN":"s","Records":[{"Data":"AAEC","PartitionKey":"a"}]}`,
	`{"StreamName":"","Records":[{"Data":"AAEC","PartitionKey":"a"}]}`, `{"StreamName":"no","Records":[{"Data":"AAEC","PartitionKey":"a"}]}`,
	`{"StreamName":"auto","Records":[{"Data":"AAEC"}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"` + strings.Repeat("k", 257) + `"}]}`,
	`{"StreamName":"s","Records":[{"Data":"AAEC","PartitionKey":"` + strings.Repeat("ä", 200) + `"}]}`,
	`{"StreamName":"s","Records":[` + strings.TrimSuffix(strings.Repeat(`{"Data":"AAEC","PartitionKey":"a"},`, 501), ",") + `]}`,
}

// onePut is the PutRecord of a PutRecords of one record.
func onePut(many string) string {
	one := strings.NewReplacer(`"Records":[{`, ``, `"Records" : [ {`, ``, `"Records": [{`, ``, `}]`, ``, `} ]`, ``).Replace(many)
	return one
}

func TestFastPutIsTaken(t *testing.T) {
	for _, body := range usualPuts {
		if b := newTwins(t).fast; !takesFast(b, "PutRecords", body) {
			t.Errorf("PutRecords %s goes the slow way", body)
		}
	}
	if b := newTwins(t).fast; !takesFast(b, "PutRecord", onePut(usualPuts[3])) {
		t.Errorf("PutRecord %s goes the slow way", onePut(usualPuts[3]))
	}
}

func TestFastPutAgainstOrdinary(t *testing.T) {
	w := newTwins(t)
	for _, list := range [][]string{usualPuts, unusualPuts} {
		for _, body := range list {
			w.same(t, "PutRecords", body)
			w.same(t, "PutRecord", onePut(body))
		}
	}
}

func TestFastPutRandom(t *testing.T) {
	key := rapid.OneOf(rapid.StringN(1, 20, 256), rapid.StringMatching(`[a-z0-9]{1,40}`))
	data := rapid.SliceOfN(rapid.Byte(), 0, 200)
	rapid.Check(t, func(rt *rapid.T) {
		w := newTwins(t)
		for range rapid.IntRange(1, 3).Draw(rt, "requests") {
			var records []map[string]any
			for range rapid.IntRange(1, 12).Draw(rt, "records") {
				r := map[string]any{"Data": data.Draw(rt, "data"), "PartitionKey": key.Draw(rt, "key")}
				if rapid.Bool().Draw(rt, "explicit") {
					r["ExplicitHashKey"] = shard.Hash{Hi: rapid.Uint64().Draw(rt, "hi"), Lo: rapid.Uint64().Draw(rt, "lo")}.String()
				}
				records = append(records, r)
			}
			stream := rapid.SampledFrom([]string{"s", "auto", "kms"}).Draw(rt, "stream")
			body, _ := json.Marshal(map[string]any{"StreamName": stream, "Records": records})
			w.same(t, "PutRecords", string(body))
			records[0]["StreamName"] = stream
			body, _ = json.Marshal(records[0])
			w.same(t, "PutRecord", string(body))
		}
	})
}

func FuzzFastPut(f *testing.F) {
	for _, list := range [][]string{usualPuts, unusualPuts} {
		for _, body := range list {
			f.Add(body)
			f.Add(onePut(body))
		}
	}
	f.Fuzz(func(t *testing.T, body string) {
		w := newTwins(t)
		w.same(t, "PutRecords", body)
		w.same(t, "PutRecord", body)
	})
}

// A record may be put by hand as well as by the fast way while the stream has rate limits.
func TestFastPutLeavesLimitedStreams(t *testing.T) {
	b := newBench(t)
	b.stream("s", 1, `{"rateLimits":true}`)
	if takesFast(b, "PutRecords", usualPuts[0]) {
		t.Error("a stream with rate limits was written without asking them")
	}
	if status, _ := post(t, b.Server, "PutRecords", usualPuts[0]); status != http.StatusOK {
		t.Errorf("status %d", status)
	}
}

package api

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"

	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

const (
	jsonType = "application/x-amz-json-1.1"
	cborType = "application/x-amz-cbor-1.1"
	noAccess = "<AccessDeniedException>\n  <Message>Unable to determine service/operation name to be authorized</Message>\n</AccessDeniedException>\n"
	missing  = `{"__type":"MissingAuthenticationTokenException","message":"Missing Authentication Token"}`
)

// entryServer has two actions of its own: ListStreams, which answers the text of
// its input, and SplitShard, which does what a test wants.
func entryServer(act func() error) *Server {
	s := New(Config{Log: newFakeLog(time.Now)})
	s.actions["SplitShard"] = action{
		input: s.actions["SplitShard"].input,
		call:  func(context.Context, *Caller, any) (any, error) { return nil, act() },
	}
	return s
}

// entry is a request as raw as a client may send it, and the answer.
type entry struct {
	name, method, url   string
	contentType, target string
	headers             map[string]string
	body                string
	status              int
	answerType, answer  string
}

func (e *entry) request() *http.Request {
	method, url := e.method, e.url
	if method == "" {
		method = http.MethodPost
	}
	if url == "" {
		url = "/"
	}
	r := httptest.NewRequest(method, url, strings.NewReader(e.body))
	for name, value := range map[string]string{"Content-Type": e.contentType, "X-Amz-Target": e.target} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	for name, value := range e.headers {
		r.Header.Set(name, value)
	}
	return r
}

// TestEntryOrder: a request with several faults is told of the first in the service's order.
func TestEntryOrder(t *testing.T) {
	const list = "Kinesis_20131202.ListStreams"
	signed := map[string]string{"Authorization": testAuthorization, "X-Amz-Date": "20261122T000000Z"}
	serialization, unknown := `{"__type":"SerializationException"}`, `{"__type":"UnknownOperationException"}`
	old := func(code string) string {
		return `{"Output":{"__type":"com.amazon.coral.service#` + code + `"},"Version":"1.0"}`
	}
	s := entryServer(nil)
	for _, e := range []entry{
		{name: "GET", method: "GET", status: 403, answer: noAccess},
		{name: "PUT of all that is right", method: "PUT", contentType: jsonType, target: list, headers: signed, body: "{}", status: 403, answer: noAccess},
		{name: "OPTIONS without origin", method: "OPTIONS", status: 403, answer: noAccess},
		{name: "no body, no type", status: 400, answerType: cborType, answer: "\xa1\x66__type\x78\x19UnknownOperationException"},
		{name: "no body, no target", contentType: jsonType, status: 400, answerType: jsonType, answer: unknown},
		{name: "no body, strange target", contentType: jsonType, target: "Kinesis_20131202.Fly", status: 400, answerType: jsonType, answer: unknown},
		{name: "no body, other service", contentType: jsonType, target: "Kinesis_20131201.ListStreams", status: 400, answerType: jsonType, answer: unknown},
		{name: "no body", contentType: jsonType, target: list, headers: signed, status: 400, answerType: jsonType, answer: serialization},
		{name: "no body in CBOR", contentType: cborType, target: list, status: 400, answerType: cborType, answer: "\xa1\x66__type\x76SerializationException"},
		{name: "body, no type", body: "{}", status: 403, answer: noAccess},
		{name: "body, no type, target", body: "{}", target: list, status: 404, answer: "<UnknownOperationException/>\n"},
		{name: "body, other type, target", body: "{}", contentType: "application/x-amz-json-1.0", target: list, status: 404, answer: "<UnknownOperationException/>\n"},
		{name: "old form", body: "{}", contentType: "application/json", target: list, headers: signed, status: 404, answerType: "application/json", answer: old("UnknownOperationException")},
		{name: "old form, malformed", body: "hello", contentType: "application/json; charset=utf-8", target: list, status: 400, answerType: "application/json", answer: old("SerializationException")},
		{name: "malformed, unknown, unsigned", body: "hello", contentType: jsonType, target: "Kinesis_20131202.Fly", status: 400, answerType: jsonType, answer: serialization},
		{name: "malformed, unsigned", body: "hello", contentType: jsonType, target: list, status: 400, answerType: jsonType, answer: serialization},
		{name: "malformed, signed", body: "[", contentType: jsonType, target: list, headers: signed, status: 400, answerType: jsonType, answer: serialization},
		{name: "scalar", body: "12", contentType: jsonType, target: list, headers: signed, status: 400, answerType: jsonType, answer: serialization},
		{name: "unknown, unsigned", body: "{}", contentType: jsonType, target: "Kinesis_20131202.Fly", status: 400, answerType: jsonType, answer: unknown},
		{name: "queue", body: "{}", contentType: jsonType, target: "Kinesis_20131202.CreateQueue", status: 400, answerType: jsonType, answer: `{"__type":"UnknownOperationException","message":"CreateQueue: queues cannot be had yet"}`},
		{name: "unsigned, wrong types", body: `{"Limit":"a"}`, contentType: jsonType, target: list, status: 400, answerType: jsonType, answer: missing},
		{name: "wrong type", body: `{"Limit":"a","ExclusiveStartStreamName":""}`, contentType: jsonType, target: list, headers: signed, status: 400, answerType: jsonType,
			answer: `{"__type":"SerializationException","Message":"class java.lang.String can not be converted to an Integer"}`},
		{name: "constraint", body: `{"Limit":0}`, contentType: jsonType, target: list, headers: signed, status: 400, answerType: jsonType,
			answer: `{"__type":"ValidationException","message":"1 validation error detected: Value '0' at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1"}`},
		{name: "good", url: "/any/path", body: `{"Other":1}`, contentType: jsonType + "; charset=utf-8", target: list, headers: signed, status: 200, answerType: jsonType, answer: `{"HasMoreStreams":false,"StreamNames":[],"StreamSummaries":[]}`},
	} {
		t.Run(e.name, func(t *testing.T) { checkEntry(t, s, &e) })
	}
}

var uuidPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func checkEntry(t *testing.T, s *Server, e *entry) {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, e.request())
	if w.Code != e.status || w.Body.String() != e.answer {
		t.Errorf("got %d %q, want %d %q", w.Code, w.Body, e.status, e.answer)
	}
	if got := w.Header().Get("Content-Type"); got != e.answerType {
		t.Errorf("Content-Type %q, want %q", got, e.answerType)
	}
	if id := w.Header().Get("X-Amzn-Requestid"); !uuidPattern.MatchString(id) {
		t.Errorf("x-amzn-RequestId %q", id)
	}
	if id, err := base64.StdEncoding.DecodeString(w.Header().Get("X-Amz-Id-2")); err != nil || len(id) != 72 {
		t.Errorf("x-amz-id-2 is of %d bytes, %v", len(id), err)
	}
	if got := w.Header().Get("X-Amzn-Errortype"); e.answerType == jsonType && e.status != 200 && !strings.Contains(e.answer, `"`+got+`"`) {
		t.Errorf("x-amzn-ErrorType %q", got)
	}
}

func TestCORS(t *testing.T) {
	s := entryServer(nil)
	e := entry{method: "OPTIONS", headers: map[string]string{
		"Origin": "x", "Access-Control-Request-Headers": "a, b", "Access-Control-Request-Method": "d"}}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, e.request())
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "a, b", "Access-Control-Allow-Methods": "d",
		"Access-Control-Max-Age": "172800", "Content-Length": "0", "X-Amz-Id-2": "", "Content-Type": "",
	} {
		if got := w.Header().Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	e.method = "GET"
	w = httptest.NewRecorder()
	s.ServeHTTP(w, e.request())
	if w.Code != 403 || w.Header().Get("Access-Control-Expose-Headers") != "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date" {
		t.Errorf("GET with an origin: %d %v", w.Code, w.Header())
	}
}

func TestErrorsOfActions(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		answer string
	}{
		{wire.Errorf("LimitExceededException", "too many"), 400, `{"__type":"LimitExceededException","message":"too many"}`},
		{shard.ErrNoStream, 400, `{"__type":"ResourceNotFoundException","message":"The stream does not exist: it was deleted during the request."}`},
		{shard.ErrNoShard, 400, `{"__type":"ResourceNotFoundException","message":"The shard does not exist: its records have expired."}`},
		{shard.ErrExists, 400, `{"__type":"ResourceInUseException","message":"The stream exists already."}`},
		{shard.ErrShardClosed, 400, `{"__type":"ResourceInUseException","message":"The shard was closed by a split or merge during the request."}`},
		{fmt.Errorf("%w: /secret/place", shard.ErrLogFailed), 500, `{"__type":"InternalFailure","message":"The server could not write to its disk, and takes nothing more until it is started anew."}`},
		{fmt.Errorf("/secret/place: %w", syscall.ENOSPC), 500, `{"__type":"InternalFailure","message":"The server's disk is full: nothing of this request was stored. Free some of the disk, or keep records for a shorter time."}`},
		{&shard.CorruptError{File: "/secret/place"}, 500, `{"__type":"InternalFailure","message":"The next records of the shard are damaged on the server's disk. Stop the server and run kinesql shards repair to read on after them."}`},
		{errors.New("secret of the house"), 500, `{"__type":"InternalFailure"}`},
	} {
		s := entryServer(func() error { return c.err })
		status, answer := post(t, s, "SplitShard", `{"StreamName":"s","ShardToSplit":"0","NewStartingHashKey":"1"}`)
		if status != c.status || answer != c.answer {
			t.Errorf("%v: got %d %s, want %d %s", c.err, status, answer, c.status, c.answer)
		}
	}
}

func TestPanicIsAnswered(t *testing.T) {
	s := entryServer(func() error { panic("a bug") })
	status, answer := post(t, s, "SplitShard", `{"StreamName":"s","ShardToSplit":"0","NewStartingHashKey":"1"}`)
	if status != 500 || answer != `{"__type":"InternalFailure"}` {
		t.Errorf("got %d %s", status, answer)
	}
}

func TestCBORAnswer(t *testing.T) {
	s := entryServer(nil)
	body, err := cbor.Marshal(map[string]any{"Limit": 1})
	if err != nil {
		t.Fatal(err)
	}
	r := newPost("ListStreams", string(body))
	r.Header.Set("Content-Type", cborType)
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	var got map[string]any
	if err := cbor.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != 200 || got["HasMoreStreams"] != false {
		t.Errorf("got %d %x: %v %v", w.Code, w.Body, got, err)
	}
}

// endless is a body without end, of which it counts what was read.
type endless struct{ read int }

func (e *endless) Read(b []byte) (int, error) {
	e.read += len(b)
	return len(b), nil
}

func TestLongBodies(t *testing.T) {
	s := entryServer(nil)
	for _, length := range []int64{-1, maxBody + 1, 1 << 40} {
		body := &endless{}
		r := newPost("ListStreams", "")
		r.Body, r.ContentLength = io.NopCloser(body), length
		w := httptest.NewRecorder()
		s.ServeHTTP(w, r)
		if w.Code != 413 || !strings.Contains(w.Body.String(), "longer than 14680064 bytes") || w.Header().Get("Connection") != "close" {
			t.Errorf("length %d: got %d %s", length, w.Code, w.Body)
		}
		if body.read > 2*maxBody+maxDrain || length > maxDrain && body.read > 0 {
			t.Errorf("length %d: %d bytes were read before the refusal", length, body.read)
		}
	}
	testDrain(t, s)
	longest := `{"Other":"` + strings.Repeat("a", maxBody-12) + `"}`
	if status, answer := post(t, s, "ListStreams", longest); status != 200 {
		t.Errorf("a body of %d bytes: %d %.200s", len(longest), status, answer)
	}
	if n := bodies.Load(); n != 0 {
		t.Errorf("%d bytes are still reserved for bodies", n)
	}
}

// testDrain: a body that is a little too long is read to its end, so that the client
// listens, and the connection goes on.
func testDrain(t *testing.T, s *Server) {
	r := newPost("ListStreams", strings.Repeat("a", maxBody+1))
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	rest, _ := io.Copy(io.Discard, r.Body)
	if w.Code != 413 || rest != 0 || w.Header().Get("Connection") != "" {
		t.Errorf("got %d, %d bytes are left, connection %q", w.Code, rest, w.Header().Get("Connection"))
	}
}

func TestBodiesInAllAreBounded(t *testing.T) {
	bodies.Add(maxBodies)
	defer bodies.Add(-maxBodies)
	status, answer := post(t, entryServer(nil), "ListStreams", `{"Other":"`+strings.Repeat("a", 1<<20)+`"}`)
	if status != 503 || !strings.Contains(answer, "too many large requests are under way") {
		t.Errorf("got %d %s", status, answer)
	}
	if status, _ := post(t, entryServer(nil), "ListStreams", `{}`); status != 200 {
		t.Errorf("a small request: %d", status)
	}
}

// TestFastWayHeedsPolicies: the way that does not decode asks the policy too.
func TestFastWayHeedsPolicies(t *testing.T) {
	scope := shard.Scope{Account: "123456789012", Region: "eu-west-1"}
	log := newFakeLog(time.Now)
	s := New(Config{Log: log, Auth: &fixedIdentity{Account: scope.Account, Region: scope.Region, Policy: &auth.Policy{
		Statements: []auth.Statement{
			{Effect: "Allow", Action: auth.Texts{"kinesis:PutRecord*"}, Resource: auth.Texts{"*:stream/mine"}},
			{Effect: "Deny", Action: auth.Texts{"kinesis:PutRecords"}, Resource: auth.Texts{"*"}},
		},
	}}})
	for _, name := range []string{"mine", "other"} {
		if _, err := log.Create(shard.Stream{Scope: scope, Name: name, Status: shard.Active, Retention: 24 * time.Hour,
			Shards: []shard.Shard{{Range: shard.EvenRanges(1)[0]}}}); err != nil {
			t.Fatal(err)
		}
	}
	for request, allowed := range map[string]bool{
		`PutRecord {"StreamName":"mine","PartitionKey":"a","Data":"YQ=="}`:                true,
		`PutRecord {"StreamName":"other","PartitionKey":"a","Data":"YQ=="}`:               false,
		`PutRecord {"StreamName":"none","PartitionKey":"a","Data":"YQ=="}`:                false,
		`PutRecords {"StreamName":"mine","Records":[{"PartitionKey":"a","Data":"YQ=="}]}`: false,
	} {
		action, body, _ := strings.Cut(request, " ")
		status, answer := post(t, s, action, body)
		if denied := strings.Contains(answer, `"AccessDeniedException"`); denied == allowed || allowed && status != 200 {
			t.Errorf("%s: %d %s", request, status, answer)
		}
	}
}

// fixedIdentity signs everything as one user.
type fixedIdentity auth.Identity

func (f *fixedIdentity) Authenticate(*http.Request, []byte, time.Time) (*auth.Identity, *wire.Error) {
	return (*auth.Identity)(f), nil
}

func TestPolicies(t *testing.T) {
	s := New(Config{Log: newFakeLog(time.Now), Auth: &fixedIdentity{Account: "123456789012", Name: "u", Region: "eu-west-1", Policy: &auth.Policy{
		Statements: []auth.Statement{{Effect: "Allow", Action: auth.Texts{"kinesis:*Stream*"}, Resource: auth.Texts{
			"*:stream/mine", "*:stream/mine/*"}}},
	}}})
	for body, allowed := range map[string]bool{
		`DescribeStream {"StreamName":"mine"}`:                                                                     true,
		`DescribeStream {"StreamName":"other"}`:                                                                    false,
		`DescribeStream {"StreamARN":"arn:aws:kinesis:eu-west-1:123456789012:stream/mine"}`:                        true,
		`DescribeStream {"StreamName":"mine","StreamARN":"arn:aws:kinesis:eu-west-1:123456789012:stream/other"}`:   false,
		`DescribeStreamConsumer {"ConsumerARN":"arn:aws:kinesis:eu-west-1:123456789012:stream/mine/consumer/c:1"}`: true,
		`ListStreams {}`: false,
		`PutRecord {"StreamName":"mine","PartitionKey":"a","Data":""}`:                                      false,
		`TagResource {"ResourceARN":"arn:aws:kinesis:eu-west-1:123456789012:stream/mine","Tags":{"a":"b"}}`: false,
	} {
		action, body, _ := strings.Cut(body, " ")
		status, answer := post(t, s, action, body)
		if denied := strings.Contains(answer, `"AccessDeniedException"`); denied == allowed {
			t.Errorf("%s %s: %d %s", action, body, status, answer)
		}
	}
}

// TestPolicyOfIterators: who reads is judged by the stream of the iterator, and not by
// what else the request names.
func TestPolicyOfIterators(t *testing.T) {
	scope := shard.Scope{Account: "123456789012", Region: "eu-west-1"}
	log := newFakeLog(time.Now)
	s := New(Config{Log: log, Auth: &fixedIdentity{Account: scope.Account, Region: scope.Region, Policy: &auth.Policy{
		Statements: []auth.Statement{{Effect: "Allow", Action: auth.Texts{"kinesis:GetRecords"}, Resource: auth.Texts{"*:stream/mine"}}},
	}}})
	for name, allowed := range map[string]bool{"mine": true, "other": false} {
		if _, err := log.Create(shard.Stream{Scope: scope, Name: name, Status: shard.Active, Retention: 24 * time.Hour,
			Shards: []shard.Shard{{Range: shard.EvenRanges(1)[0]}}}); err != nil {
			t.Fatal(err)
		}
		v, err := s.find(scope, name)
		if err != nil {
			t.Fatal(err)
		}
		iterator, err := s.newIterator(v, 0, 0)
		if err != nil {
			t.Fatal(err)
		}
		status, answer := post(t, s, "GetRecords", `{"ShardIterator":"`+iterator+`","StreamARN":"arn:aws:kinesis:eu-west-1:123456789012:stream/mine"}`)
		if denied := strings.Contains(answer, `"AccessDeniedException"`); denied == allowed || allowed && status != 200 {
			t.Errorf("%s: %d %s", name, status, answer)
		}
	}
}

package server

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
	"github.com/aws/smithy-go"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("net/http.(*persistConn).writeLoop"),
		goleak.IgnoreTopFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"),
		goleak.IgnoreAnyFunction("golang.org/x/net/http2.(*ClientConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*http2ClientConn).readLoop"))
}

// running is a server under test.
type running struct {
	*Server
	end  func() // as a signal would, and waits
	err  error
	done chan struct{}
}

// serve starts a server in test mode, in memory unless change says otherwise.
func serve(t *testing.T, change ...func(*Config)) *running {
	t.Helper()
	cfg := Config{Listen: "127.0.0.1:0", TestMode: true, Region: "us-east-1"}
	for _, c := range change {
		c(&cfg)
	}
	s, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	r := &running{Server: s, done: make(chan struct{})}
	go func() {
		defer close(r.done)
		r.err = s.Serve(ctx, nil, func() {})
	}()
	r.end = func() { cancel(); <-r.done }
	t.Cleanup(r.end)
	r.awaitReady(t)
	return r
}

// awaitReady waits until the server says that it is ready.
func (r *running) awaitReady(t *testing.T) {
	t.Helper()
	for r.fetch(t, http.MethodGet, "/ready", "").StatusCode != http.StatusOK {
		if t.Context().Err() != nil {
			t.Fatal("never ready")
		}
	}
}

// reply is a whole response.
type reply struct {
	*http.Response
	body string
}

func (r *running) fetch(t *testing.T, method, path, body string, header ...string) reply {
	t.Helper()
	return fetch(t, insecure(), method, r.Endpoint()+path, body, header...)
}

func fetch(t *testing.T, c *http.Client, method, url, body string, header ...string) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	req.Header.Set("X-Amz-Date", "20260101T000000Z")
	res, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{res, string(text)}
}

// insecure is a client that takes any certificate.
func insecure() *http.Client {
	return &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true,
	}}
}

// sdk is Amazon's client with a key.
func (r *running) sdk(key, secret string) *kinesis.Client {
	return kinesis.New(kinesis.Options{
		BaseEndpoint: aws.String(r.Endpoint()), Region: "us-east-1", RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, ""), HTTPClient: insecure(),
	})
}

func (r *running) create(t *testing.T, name string) {
	t.Helper()
	_, err := r.sdk("k", "s").CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: &name, ShardCount: aws.Int32(1)})
	if err != nil {
		t.Fatal(err)
	}
}

func (r *running) put(t *testing.T, stream string, data ...string) {
	t.Helper()
	in := &kinesis.PutRecordsInput{StreamName: &stream}
	for _, d := range data {
		in.Records = append(in.Records, types.PutRecordsRequestEntry{Data: []byte(d), PartitionKey: aws.String("k")})
	}
	out, err := r.sdk("k", "s").PutRecords(t.Context(), in)
	if err != nil || *out.FailedRecordCount != 0 {
		t.Fatal(err, out)
	}
}

// read returns the data of a stream's only shard.
func (r *running) read(t *testing.T, stream string) (data []string) {
	t.Helper()
	c := r.sdk("k", "s")
	it, err := c.GetShardIterator(t.Context(), &kinesis.GetShardIteratorInput{
		StreamName: &stream, ShardId: aws.String("shardId-000000000000"), ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.GetRecords(t.Context(), &kinesis.GetRecordsInput{ShardIterator: it.ShardIterator})
	if err != nil {
		t.Fatal(err)
	}
	for _, rec := range out.Records {
		data = append(data, string(rec.Data))
	}
	return data
}

// codeOf is the shape of an error of the SDK.
func codeOf(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

// TestProtocols speaks HTTP/1.1 and HTTP/2 to both ports.
func TestProtocols(t *testing.T) {
	s := serve(t, func(c *Config) { c.TLSListen = "127.0.0.1:0"; c.DataDir = t.TempDir() })
	plain, secure := s.fronts[0].url(), s.fronts[1].url()
	for _, c := range []struct {
		url   string
		http2 bool
		want  int
	}{{plain, false, 1}, {plain, true, 2}, {secure, false, 1}, {secure, true, 2}} {
		tr := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, Protocols: new(http.Protocols), DisableKeepAlives: !c.http2}
		tr.Protocols.SetHTTP1(!c.http2)
		tr.Protocols.SetHTTP2(c.http2)
		tr.Protocols.SetUnencryptedHTTP2(c.http2)
		got := fetch(t, &http.Client{Transport: tr}, http.MethodGet, c.url+"/health", "")
		if got.ProtoMajor != c.want || got.body != "{\"status\":\"ok\"}\n" {
			t.Errorf("%s: HTTP/%d, %s", c.url, got.ProtoMajor, got.body)
		}
		tr.CloseIdleConnections()
	}
}

// TestCertificateIsKept trusts the self-signed certificate by its file, over a restart.
func TestCertificateIsKept(t *testing.T) {
	dir := t.TempDir()
	for range 2 {
		s := serve(t, func(c *Config) { c.Listen, c.TLSListen, c.DataDir = "", "127.0.0.1:0", dir })
		text, err := os.ReadFile(filepath.Join(dir, "tls", "cert.pem"))
		if err != nil {
			t.Fatal(err)
		}
		pool := x509.NewCertPool()
		pool.AppendCertsFromPEM(text)
		c := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true}}
		first := fetch(t, c, http.MethodGet, s.Endpoint()+"/health", "").TLS.PeerCertificates[0]
		if err := first.VerifyHostname("localhost"); err != nil {
			t.Error(err)
		}
		s.end()
	}
	if info, err := os.Stat(filepath.Join(dir, "tls", "key.pem")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the private key: %v, %v", info, err)
	}
}

// TestCertificateReload changes the files under a running server.
func TestCertificateReload(t *testing.T) {
	dir := t.TempDir()
	s := serve(t, func(c *Config) { c.Listen, c.TLSListen, c.DataDir = "", "127.0.0.1:0", dir })
	before := s.cert.fingerprint()
	if err := makeCertificate(filepath.Join(dir, "tls"), s.cert.certFile, s.cert.keyFile, nil); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	if err := os.Chtimes(s.cert.certFile, later, later); err != nil {
		t.Fatal(err)
	}
	if changed, err := s.cert.reload(); !changed || err != nil {
		t.Errorf("changed %v, %v", changed, err)
	}
	if s.cert.fingerprint() == before || s.fetch(t, http.MethodGet, "/health", "").StatusCode != 200 {
		t.Error("the certificate is the old one")
	}
	if err := os.WriteFile(s.cert.certFile, []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	good := s.cert.fingerprint()
	if _, err := s.cert.reload(); err == nil || s.cert.fingerprint() != good {
		t.Errorf("a broken file: %v", err)
	}
}

// TestRestartKeepsRecords ends a server and opens its directory again.
func TestRestartKeepsRecords(t *testing.T) {
	dir := t.TempDir()
	onDisk := func(c *Config) { c.DataDir = dir }
	s := serve(t, onDisk)
	s.create(t, "clicks")
	s.put(t, "clicks", "a", "b")
	if _, err := Open(s.cfg); err == nil || !strings.Contains(err.Error(), dir) {
		t.Errorf("a second server on the directory: %v", err)
	}
	s.end()
	if s.err != nil {
		t.Fatal(s.err)
	}
	s = serve(t, onDisk)
	if got := strings.Join(s.read(t, "clicks"), ","); got != "a,b" {
		t.Errorf("got %s", got)
	}
}

// TestShutdownEndsSubscriptions ends a server under a subscriber, who sees an end and
// no error, and whose connection stays open and idle until the server closes it.
func TestShutdownEndsSubscriptions(t *testing.T) {
	for _, c := range []struct {
		name   string
		secure bool
		http2  bool
	}{{"HTTP/1.1", false, false}, {"HTTP/2", false, true}, {"HTTP/1.1 over TLS", true, false}, {"HTTP/2 over TLS", true, true}} {
		t.Run(c.name, func(t *testing.T) {
			s := serve(t, func(cfg *Config) {
				if c.secure {
					cfg.Listen, cfg.TLSListen = "", "127.0.0.1:0"
				}
			})
			s.create(t, "clicks")
			stream := s.subscribe(t, speaking(t, c.http2))
			s.put(t, "clicks", "a")
			got := nextRecord(t, stream)
			begun := time.Now()
			s.end()
			if took := time.Since(begun); took > drainTime/2 {
				t.Errorf("the end took %s", took)
			}
			for range stream.Events() {
			}
			if err := stream.Err(); err != nil || got != "a" || s.err != nil {
				t.Errorf("got %q, %v, %v", got, err, s.err)
			}
		})
	}
}

// speaking is a client of one protocol, which keeps its connections.
func speaking(t *testing.T, http2 bool) *http.Client {
	tr := &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, Protocols: new(http.Protocols)}
	tr.Protocols.SetHTTP1(!http2)
	tr.Protocols.SetHTTP2(http2)
	tr.Protocols.SetUnencryptedHTTP2(http2)
	t.Cleanup(tr.CloseIdleConnections)
	return &http.Client{Transport: tr}
}

// subscribe subscribes to the only shard of the stream clicks.
func (r *running) subscribe(t *testing.T, over *http.Client) *kinesis.SubscribeToShardEventStream {
	t.Helper()
	arn := aws.String("arn:aws:kinesis:us-east-1:000000000000:stream/clicks")
	reg, err := r.sdk("k", "s").RegisterStreamConsumer(t.Context(), &kinesis.RegisterStreamConsumerInput{StreamARN: arn, ConsumerName: aws.String("app")})
	if err != nil {
		t.Fatal(err)
	}
	out, err := r.sdk("k", "s").SubscribeToShard(t.Context(), &kinesis.SubscribeToShardInput{
		ConsumerARN: reg.Consumer.ConsumerARN, ShardId: aws.String("shardId-000000000000"),
		StartingPosition: &types.StartingPosition{Type: types.ShardIteratorTypeTrimHorizon},
	}, func(o *kinesis.Options) { o.HTTPClient = over })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { out.GetStream().Close() })
	return out.GetStream()
}

// nextRecord is the data of the next event that has records.
func nextRecord(t *testing.T, stream *kinesis.SubscribeToShardEventStream) (data string) {
	t.Helper()
	for data == "" {
		e, ok := (<-stream.Events()).(*types.SubscribeToShardEventStreamMemberSubscribeToShardEvent)
		if !ok {
			t.Fatalf("the subscription ended before its record: %v", stream.Err())
		}
		for _, rec := range e.Value.Records {
			data += string(rec.Data)
		}
	}
	return data
}

// TestKeyFile asks with keys that are and are not in the file.
func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	write := func(text string) {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"keys":[{"accessKeyId":"GOOD","secretAccessKey":"s","account":"123456789012","policy":
		{"Statement":[{"Effect":"Allow","Action":"kinesis:*","Resource":"*"},{"Effect":"Deny","Action":"kinesis:DeleteStream","Resource":"*"}]}}]}`)
	var logged strings.Builder
	s := serve(t, func(c *Config) {
		c.KeyFile, c.Logger = path, slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	})
	if _, err := s.sdk("GOOD", "s").CreateStream(t.Context(), &kinesis.CreateStreamInput{StreamName: aws.String("x"), ShardCount: aws.Int32(1)}); err != nil {
		t.Fatal(err)
	}
	out, err := s.sdk("GOOD", "s").DescribeStreamSummary(t.Context(), &kinesis.DescribeStreamSummaryInput{StreamName: aws.String("x")})
	if err != nil || *out.StreamDescriptionSummary.StreamARN != "arn:aws:kinesis:us-east-1:123456789012:stream/x" {
		t.Errorf("%v, %v", out, err)
	}
	for _, c := range []struct{ key, secret, want string }{
		{"GOOD", "wrong", "InvalidSignatureException"}, {"BAD", "s", "UnrecognizedClientException"}, {"GOOD", "s", "AccessDeniedException"},
	} {
		_, err := s.sdk(c.key, c.secret).DeleteStream(t.Context(), &kinesis.DeleteStreamInput{StreamName: aws.String("x")})
		if codeOf(err) != c.want {
			t.Errorf("%s: got %v", c.want, err)
		}
	}
	// On HTTP/2 the signed host is :authority.
	if _, err := s.sdk("GOOD", "s").ListStreams(t.Context(), nil, func(o *kinesis.Options) { o.HTTPClient = speaking(t, true) }); err != nil {
		t.Error(err)
	}
	write(`{"keys":[{"accessKeyId":"NEW","secretAccessKey":"another"}]}`)
	s.reload(false)
	if _, err := s.sdk("NEW", "another").ListStreams(t.Context(), nil); err != nil {
		t.Error(err)
	}
	if _, err := s.sdk("GOOD", "s").ListStreams(t.Context(), nil); codeOf(err) != "UnrecognizedClientException" {
		t.Error(err)
	}
	s.end()
	if strings.Contains(logged.String(), "another") {
		t.Error("a secret was logged")
	}
}

// TestSecondSignal gives up on a client that does not finish its request.
func TestSecondSignal(t *testing.T) {
	s, err := Open(Config{Listen: "127.0.0.1:0", TestMode: true})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	force, stopped, done := make(chan struct{}), false, make(chan error, 1)
	go func() { done <- s.Serve(ctx, force, func() { stopped = true }) }()
	c, err := net.Dial("tcp", s.fronts[0].listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	(&running{Server: s}).awaitReady(t)
	// The server says that it waits for the body, and so has the request in hand.
	fmt.Fprintf(c, "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || !strings.Contains(line, "100") {
		t.Fatal(line, err)
	}
	cancel()
	for s.routes.ready.Load() {
		time.Sleep(time.Millisecond)
	}
	select {
	case <-done:
		t.Fatal("a request under way was not waited for")
	default:
	}
	close(force)
	if err := <-done; err != nil || !stopped {
		t.Errorf("%v, scripts stopped: %v", err, stopped)
	}
}

// TestIllHealth says so when nothing can be written any more.
func TestIllHealth(t *testing.T) {
	broken := errors.New("sync: input/output error")
	h := &routes{healthy: func() error { return broken }}
	h.ready.Store(true)
	for _, path := range []string{"/health", "/ready"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if want := "{\"status\":\"restart the server: sync: input/output error\"}\n"; w.Code != 503 || w.Body.String() != want {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	h.healthy = func() error { return nil }
	h.ready.Store(false)
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ready", nil))
	if w.Code != 503 || w.Body.String() != "{\"status\":\"not ready\"}\n" {
		t.Errorf("before the start: %d %s", w.Code, w.Body)
	}
}

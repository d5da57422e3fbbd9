package server

import (
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/fxamacker/cbor/v2"
)

func scoped(service string) string {
	return "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/" + service + "/aws4_request, SignedHeaders=host, Signature=0"
}

func TestGetCallerIdentityOfTheSDK(t *testing.T) {
	s := serve(t)
	out, err := sts.New(sts.Options{
		BaseEndpoint: aws.String(s.Endpoint()), Region: "us-east-1", HTTPClient: insecure(),
		Credentials: credentials.NewStaticCredentialsProvider("111122223333", "s", ""),
	}).GetCallerIdentity(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if *out.Account != "111122223333" || *out.Arn != "arn:aws:iam::111122223333:root" || *out.UserId != "111122223333" {
		t.Errorf("got %s, %s, %s", *out.Account, *out.Arn, *out.UserId)
	}
}

// TestServicesByHand has the protocols of STS and CloudWatch, and their errors.
func TestServicesByHand(t *testing.T) {
	s := serve(t)
	form := []string{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}
	for _, c := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		contentType              string
		want                     []string
	}{
		{"XML", "POST", "/", "Action=GetCallerIdentity&Version=2011-06-15", append(form, "Authorization", scoped("sts")), 200, "text/xml",
			[]string{`<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">`, "<Account>000000000000</Account>", "<RequestId>"}},
		{"JSON", "POST", "/", "Action=GetCallerIdentity&Version=2011-06-15", append(form, "Authorization", scoped("sts"), "Accept", "application/json"), 200, "application/json",
			[]string{`{"GetCallerIdentityResponse":{"GetCallerIdentityResult":{"Arn":"arn:aws:iam::000000000000:root"`}},
		{"GET", "GET", "/?Action=GetCallerIdentity&Version=2011-06-15", "", []string{"Authorization", scoped("sts")}, 200, "text/xml", []string{"<Account>"}},
		{"another action", "POST", "/", "Action=AssumeRole&Version=2011-06-15", append(form, "Authorization", scoped("sts")), 400, "text/xml",
			[]string{"<Code>InvalidAction</Code>", "<Message>Could not find operation AssumeRole for version 2011-06-15</Message>"}},
		{"another action, JSON", "POST", "/", "Action=AssumeRole", append(form, "Authorization", scoped("sts"), "Accept", "application/json"), 400, "application/json",
			[]string{`"Code":"InvalidAction"`}},
		{"CloudWatch", "POST", "/", "Action=PutMetricData&Version=2010-08-01&Namespace=x", append(form, "Authorization", scoped("monitoring")), 200, "text/xml",
			[]string{`<PutMetricDataResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/">`, "<RequestId>"}},
		{"CloudWatch, another action", "POST", "/", "Action=ListMetrics&Version=2010-08-01", append(form, "Authorization", scoped("monitoring")), 400, "text/xml", []string{"InvalidAction"}},
		{"CloudWatch JSON", "POST", "/", `{"Namespace":"x"}`, []string{"X-Amz-Target", "GraniteServiceVersion20100801.PutMetricData", "Content-Type", "application/x-amz-json-1.0", "Authorization", scoped("monitoring")},
			200, "application/x-amz-json-1.0", []string{"{}"}},
		{"CloudWatch JSON, no signature", "POST", "/", `{}`, []string{"X-Amz-Target", "GraniteServiceVersion20100801.PutMetricData", "Content-Type", "application/x-amz-json-1.0"},
			400, "application/x-amz-json-1.0", []string{`"__type":"MissingAuthenticationTokenException"`}},
	} {
		got := s.fetch(t, c.method, c.path, c.body, c.header...)
		if got.StatusCode != c.status || got.Header.Get("Content-Type") != c.contentType {
			t.Errorf("%s: %d %s: %s", c.name, got.StatusCode, got.Header.Get("Content-Type"), got.body)
		}
		for _, want := range c.want {
			if !strings.Contains(got.body, want) {
				t.Errorf("%s: no %s in %s", c.name, want, got.body)
			}
		}
	}
}

// TestCloudWatchGzip: SDKs compress what is long.
func TestCloudWatchGzip(t *testing.T) {
	s := serve(t)
	zipped := func(text string) string {
		var out bytes.Buffer
		z := gzip.NewWriter(&out)
		z.Write([]byte(text))
		z.Close()
		return out.String()
	}
	form := "Action=PutMetricData&Version=2010-08-01&Namespace="
	for name, c := range map[string]struct {
		body   string
		status int
		want   string
	}{
		"good":       {zipped(form + strings.Repeat("x", 20_000)), 200, "<PutMetricDataResponse"},
		"not zipped": {form, 400, "the body is no gzip"},
		"cut off":    {zipped(form)[:20], 400, "the body is no gzip"},
		"a bomb":     {zipped(form + strings.Repeat("x", 3<<20)), 413, "longer than 2097152 bytes"},
	} {
		got := s.fetch(t, "POST", "/", c.body, "Content-Type", "application/x-www-form-urlencoded", "Content-Encoding", "gzip", "Authorization", scoped("monitoring"))
		if got.StatusCode != c.status || !strings.Contains(got.body, c.want) {
			t.Errorf("%s: got %d %s", name, got.StatusCode, got.body)
		}
	}
}

// TestCloudWatchCBOR is the protocol of the newest SDKs.
func TestCloudWatchCBOR(t *testing.T) {
	s := serve(t)
	header := []string{"Smithy-Protocol", "rpc-v2-cbor", "Content-Type", "application/cbor"}
	path := "/service/GraniteServiceVersion20100801/operation/"
	good := s.fetch(t, "POST", path+"PutMetricData", "\xa0", append(header, "Authorization", scoped("monitoring"))...)
	if good.StatusCode != 200 || hex.EncodeToString([]byte(good.body)) != "a0" || good.Header.Get("Smithy-Protocol") != "rpc-v2-cbor" {
		t.Errorf("%d %x %v", good.StatusCode, good.body, good.Header)
	}
	bad := s.fetch(t, "POST", path+"PutMetricData", "\xa0", header...)
	var out map[string]string
	if err := cbor.Unmarshal([]byte(bad.body), &out); err != nil || bad.StatusCode != 400 || out["__type"] != "MissingAuthenticationTokenException" ||
		bad.Header.Get("X-Amzn-Query-Error") != "MissingAuthenticationToken;Sender" {
		t.Errorf("%d %v %v %v", bad.StatusCode, out, err, bad.Header)
	}
}

// TestSTSWithKeys refuses with STS's names for what is wrong with a signature.
func TestSTSWithKeys(t *testing.T) {
	for code, want := range map[string]string{
		"InvalidSignatureException":           "SignatureDoesNotMatch",
		"UnrecognizedClientException":         "InvalidClientTokenId",
		"MissingAuthenticationTokenException": "MissingAuthenticationToken",
	} {
		if got, status := queryError(&wireError{Code: code}); got != want || status != http.StatusForbidden {
			t.Errorf("%s: got %s, %d", code, got, status)
		}
	}
}

// retains: records are gone as soon as the clock says that they are too old.
func (r *running) retains(t *testing.T) {
	t.Helper()
	r.put(t, "clicks", "today")
	if got := r.read(t, "clicks"); len(got) != 1 {
		t.Errorf("read %q, want what was put", got)
	}
	r.fetch(t, "POST", "/test/clock", `{"advance":"25h"}`)
	if got := r.read(t, "clicks"); len(got) != 0 {
		t.Errorf("%q of yesterday can be read", got)
	}
}

// TestTestMode resets the server, and sets account and clock.
func TestTestMode(t *testing.T) {
	s := serve(t)
	post := func(path, body string, want int) map[string]string {
		t.Helper()
		got := s.fetch(t, "POST", path, body)
		var out map[string]string
		if err := json.Unmarshal([]byte(got.body), &out); err != nil || got.StatusCode != want {
			t.Errorf("%s %s: %d %s", path, body, got.StatusCode, got.body)
		}
		return out
	}
	post("/test/account", `{"account":"123456789012"}`, 200)
	out := post("/test/clock", `{"now":"2030-01-01T00:00:00Z","freeze":true}`, 200)
	if out["now"] != "2030-01-01T00:00:00Z" || out["account"] != "123456789012" {
		t.Errorf("got %v", out)
	}
	if out := post("/test/clock", `{"advance":"90m","freeze":true}`, 200); out["now"] != "2030-01-01T01:30:00Z" {
		t.Errorf("got %v", out)
	}
	s.create(t, "clicks")
	streams := s.log.Streams(shardScope("123456789012"))
	if len(streams) != 1 || streams[0].Created.Format("2006-01-02T15:04:05") != "2030-01-01T01:30:00" {
		t.Errorf("got %v", streams)
	}
	post("/reset", "", 200)
	if n := len(s.log.Streams(shardScope("123456789012"))); n != 0 || s.clock.Now().Year() == 2030 {
		t.Errorf("%d streams, year %d", n, s.clock.Now().Year())
	}
	s.create(t, "clicks") // the name is free again
	s.retains(t)
	post("/test/account", `{"account":"12"}`, 400)
	post("/test/clock", `{"advance":"soon"}`, 400)
	post("/test/clock", `{"nwo":"2030-01-01T00:00:00Z"}`, 400)
	post("/test/nothing", `{}`, 404)
	if got := s.fetch(t, "GET", "/reset", ""); got.StatusCode != 405 {
		t.Errorf("GET /reset: %d", got.StatusCode)
	}
	if got := s.fetch(t, "POST", "/reset", "", "Origin", "https://example.com"); got.StatusCode != 403 || len(s.log.Streams(shardScope("123456789012"))) != 1 {
		t.Errorf("a web page: %d", got.StatusCode)
	}
}

// TestNoTestMode leaves /reset to the API, which knows no paths.
func TestNoTestMode(t *testing.T) {
	s := serve(t, func(c *Config) { c.TestMode, c.DataDir = false, t.TempDir() })
	s.create(t, "clicks")
	if got := s.fetch(t, "POST", "/reset", ""); got.StatusCode < 400 {
		t.Errorf("%d %s", got.StatusCode, got.body)
	}
	if got := s.log.Streams(shardScope("000000000000")); len(got) != 1 {
		t.Errorf("got %v", got)
	}
}

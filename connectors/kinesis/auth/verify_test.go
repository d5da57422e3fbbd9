package auth

import (
	"bytes"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// signed returns a request that the AWS SDK for Go has signed, as a server sees it.
func signed(t testing.TB, secret, body, host string, at time.Time, presign bool) *http.Request {
	t.Helper()
	r, err := http.NewRequest("POST", "http://"+host+"/a%20path/?x=1&x=0&%C3%A9=a+b", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Several", "a   b ")
	c := aws.Credentials{AccessKeyID: exampleKey, SecretAccessKey: secret}
	hash := hexHash([]byte(body))
	if presign {
		var uri string
		if uri, _, err = v4.NewSigner().PresignHTTP(t.Context(), c, r, hash, "kinesis", "eu-west-1", at); err == nil {
			r, err = http.NewRequest("POST", uri, strings.NewReader(body))
			r.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
			r.Header.Set("Content-Type", "application/x-amz-json-1.1")
			r.Header.Set("X-Several", "a   b ")
		}
	} else {
		err = v4.NewSigner().SignHTTP(t.Context(), c, r, hash, "kinesis", "eu-west-1", at)
	}
	if err != nil {
		t.Fatal(err)
	}
	return overTheWire(t, r, body)
}

// overTheWire is what an HTTP server makes of a request.
func overTheWire(t testing.TB, r *http.Request, body string) *http.Request {
	got := httptest.NewRequest(r.Method, r.URL.RequestURI(), bytes.NewReader([]byte(body)))
	got.Host, got.Header, got.ContentLength = r.URL.Host, r.Header, int64(len(body))
	return got
}

func TestRequestsOfTheSDK(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, presign := range []bool{false, true} {
		r := signed(t, exampleSecret, `{"a":1}`, "127.0.0.1:4567", now, presign)
		id, err := exampleKeys().Authenticate(r, []byte(`{"a":1}`), now)
		if err != nil {
			t.Fatalf("presigned %v: %s", presign, err.Message)
		}
		if id.Account != "123456789012" || id.Region != "eu-west-1" || id.Service != "kinesis" || id.AccessKeyID != exampleKey {
			t.Errorf("presigned %v: got %+v", presign, id)
		}
		for name, change := range map[string]func(*http.Request){
			"target": func(r *http.Request) { r.Header.Set("X-Amz-Target", "Kinesis_20131202.DeleteStream") },
			"host":   func(r *http.Request) { r.Host = "elsewhere:4567" },
			"path":   func(r *http.Request) { r.URL.Path, r.URL.RawPath = "/other", "" },
			"query":  func(r *http.Request) { r.URL.RawQuery += "&y=1" },
			"method": func(r *http.Request) { r.Method = "PUT" },
		} {
			r := signed(t, exampleSecret, `{"a":1}`, "127.0.0.1:4567", now, presign)
			change(r)
			if _, err := exampleKeys().Authenticate(r, []byte(`{"a":1}`), now); err == nil || err.Code != "InvalidSignatureException" {
				t.Errorf("presigned %v, changed %s: got %v", presign, name, err)
			}
		}
		if _, err := exampleKeys().Authenticate(r, []byte(`{"a":2}`), now); err == nil || err.Code != "InvalidSignatureException" {
			t.Errorf("presigned %v, changed body: got %v", presign, err)
		}
	}
}

func TestPublicHosts(t *testing.T) {
	now := time.Now()
	r := signed(t, exampleSecret, "{}", "streams.example.com", now, false)
	r.Host = "10.0.0.7:4567" // a proxy
	if _, err := exampleKeys().Authenticate(r, []byte("{}"), now); err == nil {
		t.Error("a host that was not signed is taken")
	}
	keys := NewKeys([]Key{{AccessKeyID: exampleKey, Secret: exampleSecret}}, Options{Hosts: []string{"other", "streams.example.com"}})
	if _, err := keys.Authenticate(r, []byte("{}"), now); err != nil {
		t.Error(err)
	}
}

func TestPayloadHash(t *testing.T) {
	now := time.Now()
	sign := func(hash string, send bool) *http.Request {
		r, _ := http.NewRequest("POST", "http://h/", strings.NewReader("body"))
		if send {
			r.Header.Set("X-Amz-Content-Sha256", hash)
		}
		c := aws.Credentials{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret}
		if err := v4.NewSigner().SignHTTP(t.Context(), c, r, hash, "kinesis", "us-east-1", now); err != nil {
			t.Fatal(err)
		}
		return overTheWire(t, r, "body")
	}
	for _, c := range []struct {
		name string
		r    *http.Request
		body string
		good bool
	}{
		{"sent", sign(hexHash([]byte("body")), true), "body", true},
		{"sent, other body", sign(hexHash([]byte("body")), true), "other", false},
		{"unsigned", sign(unsigned, true), "other", true},
		{"unsigned, not said", sign(unsigned, false), "body", false},
	} {
		_, err := exampleKeys().Authenticate(c.r, []byte(c.body), now)
		if (err == nil) != c.good {
			t.Errorf("%s: got %v", c.name, err)
		}
	}
}

// TestRefusals has the texts of AWS for what is wrong with a signature.
func TestRefusals(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	header := func(scope, date string, more ...string) func(*http.Request) {
		return func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+scope+", SignedHeaders=host, Signature=00"+strings.Join(more, ""))
			r.Header.Set("X-Amz-Date", date)
		}
	}
	query := func(q string) func(*http.Request) { return func(r *http.Request) { r.URL.RawQuery = q } }
	good := exampleKey + "/20260102/us-east-1/kinesis/aws4_request"
	for _, c := range []struct {
		name       string
		set        func(*http.Request)
		code, text string
	}{
		{"nothing", func(*http.Request) {}, "MissingAuthenticationTokenException", "Missing Authentication Token"},
		{"all parts", func(r *http.Request) { r.Header.Set("Authorization", "X") }, "IncompleteSignatureException",
			"Authorization header requires 'Credential' parameter. Authorization header requires 'Signature' parameter. " +
				"Authorization header requires 'SignedHeaders' parameter. " +
				"Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. Authorization=X"},
		{"one part", func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4- Signature=b,Credential=a")
			r.Header.Set("Date", "a")
		}, "IncompleteSignatureException", "Authorization header requires 'SignedHeaders' parameter. Authorization=AWS4- Signature=b,Credential=a"},
		{"both forms", func(r *http.Request) { header(good, "20260102T030405Z")(r); query("X-Amz-Algorithm")(r) },
			"InvalidSignatureException", "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header."},
		{"query", query("X-Amz-Algorithm"), "IncompleteSignatureException",
			"AWS query-string parameters must include 'X-Amz-Algorithm'. AWS query-string parameters must include 'X-Amz-Credential'. " +
				"AWS query-string parameters must include 'X-Amz-Signature'. AWS query-string parameters must include 'X-Amz-SignedHeaders'. " +
				"AWS query-string parameters must include 'X-Amz-Date'. Re-examine the query-string parameters."},
		{"query without algorithm", query("X-Amz-Credential=a&X-Amz-Signature=b&X-Amz-SignedHeaders=c&X-Amz-Date=d"),
			"MissingAuthenticationTokenException", "Missing Authentication Token"},
		{"algorithm", func(r *http.Request) {
			r.Header.Set("Authorization", "AWS4-X Credential=a, SignedHeaders=host, Signature=0")
			r.Header.Set("Date", "a")
		}, "IncompleteSignatureException", "Unsupported AWS 'algorithm': 'AWS4-X' (only AWS4-HMAC-SHA256 for now). "},
		{"scope", header("a/b", "20260102T030405Z"), "IncompleteSignatureException",
			"Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got 'a/b'"},
		{"date", header(good, "yesterday"), "IncompleteSignatureException",
			"Date must be in ISO-8601 'basic format'. Got 'yesterday'. See http://en.wikipedia.org/wiki/ISO_8601"},
		{"day of scope", header(exampleKey+"/20260101/us-east-1/kinesis/aws4_request", "20260102T030405Z"), "InvalidSignatureException",
			"Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '20260101' != '20260102', from '20260102T030405Z'."},
		{"service and end of scope", header(exampleKey+"/20260102/us-east-1/dynamodb/aws3", "20260102T030405Z"), "InvalidSignatureException",
			"Credential should be scoped to correct service: 'kinesis'. Credential should be scoped with a valid terminator: 'aws4_request', not 'aws3'. "},
		{"unknown key", header("NOBODY/20260102/us-east-1/kinesis/aws4_request", "20260102T030405Z"),
			"UnrecognizedClientException", "The security token included in the request is invalid."},
		{"unknown token", func(r *http.Request) {
			header(good, "20260102T030405Z")(r)
			r.Header.Set("X-Amz-Security-Token", "t")
		}, "UnrecognizedClientException", "The security token included in the request is invalid."},
		{"early", header(good, "20260102T025904Z"), "InvalidSignatureException",
			"Signature expired: 20260102T025904Z is now earlier than 20260102T025905Z (20260102T030405Z - 5 min.)"},
		{"late", header(good, "20260102T030906Z"), "InvalidSignatureException",
			"Signature not yet current: 20260102T030906Z is still later than 20260102T030905Z (20260102T030405Z + 5 min.)"},
		{"host", header(good, "20260102T030405Z", ",SignedHeaders=x-amz-date"), "InvalidSignatureException",
			"'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization."},
		{"presigned for too long", query("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + good +
			"&X-Amz-Signature=0&X-Amz-SignedHeaders=host&X-Amz-Date=20260102T030405Z&X-Amz-Expires=604801"), "InvalidSignatureException",
			"X-Amz-Expires must be a number of seconds from 1 to 604800, got '604801'."},
		{"presigned too long ago", query("X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=" + good +
			"&X-Amz-Signature=0&X-Amz-SignedHeaders=host&X-Amz-Date=20260102T030305Z&X-Amz-Expires=59"), "InvalidSignatureException",
			"Signature expired: 20260102T030305Z is now earlier than 20260102T030306Z (20260102T030405Z - 59 sec.)"},
	} {
		r := httptest.NewRequest("POST", "/", strings.NewReader("{}"))
		r.Header.Set("X-Amz-Target", "Kinesis_20131202.ListStreams")
		c.set(r)
		_, err := exampleKeys().Authenticate(r, []byte("{}"), now)
		if err == nil || err.Code != c.code || err.Message != c.text || err.Status != 400 {
			t.Errorf("%s:\n got %v\nwant %s: %s", c.name, err, c.code, c.text)
		}
	}
}

// TestTemporaryKeys checks the expiry of keys and their session tokens.
func TestTemporaryKeys(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	keys := exampleKeys(func(k *Key) { k.Expires, k.SessionToken = now, "token" })
	sign := func(token string) *http.Request {
		r, _ := http.NewRequest("POST", "http://h/", strings.NewReader("{}"))
		c := aws.Credentials{AccessKeyID: exampleKey, SecretAccessKey: exampleSecret, SessionToken: token}
		if err := v4.NewSigner().SignHTTP(t.Context(), c, r, hexHash([]byte("{}")), "kinesis", "us-east-1", now); err != nil {
			t.Fatal(err)
		}
		return overTheWire(t, r, "{}")
	}
	for _, c := range []struct {
		token string
		at    time.Time
		want  string
	}{
		{"token", now.Add(-time.Second), ""},
		{"token", now, "ExpiredTokenException"},
		{"other", now.Add(-time.Second), "UnrecognizedClientException"},
		{"", now.Add(-time.Second), "UnrecognizedClientException"},
	} {
		_, err := keys.Authenticate(sign(c.token), []byte("{}"), c.at)
		if got := ""; err != nil {
			if got = err.Code; got != c.want {
				t.Errorf("token %q at %s: got %v, want %s", c.token, c.at, err, c.want)
			}
		} else if c.want != "" {
			t.Errorf("token %q at %s was taken, want %s", c.token, c.at, c.want)
		}
	}
}

func TestAny(t *testing.T) {
	for _, c := range []struct{ credential, account, region string }{
		{"key/20260102/eu-west-1/kinesis/aws4_request", "111122223333", "eu-west-1"},
		{"444455556666/20260102/eu-west-1/kinesis/aws4_request", "444455556666", "eu-west-1"},
		{"key", "111122223333", ""},
		{"key/20260102/Not A Region/kinesis/aws4_request", "111122223333", ""},
	} {
		r := httptest.NewRequest("POST", "/?"+strings.NewReplacer(" ", "+", "/", "%2F").Replace("X-Amz-Algorithm=a&X-Amz-Credential="+c.credential)+
			"&X-Amz-Signature=b&X-Amz-SignedHeaders=c&X-Amz-Date=d", nil)
		id, err := Any{Account: func() string { return "111122223333" }}.Authenticate(r, nil, time.Time{})
		if err != nil || id.Account != c.account || id.Region != c.region {
			t.Errorf("%s: got %+v, %v", c.credential, id, err)
		}
	}
	if _, err := (Any{}).Authenticate(httptest.NewRequest("POST", "/", nil), nil, time.Time{}); err == nil {
		t.Error("a request without a signature was taken")
	}
}

// TestDerivedKeysAreBounded asks for more regions than are kept.
func TestDerivedKeysAreBounded(t *testing.T) {
	var d derivedKeys
	k := &Key{AccessKeyID: exampleKey, Secret: exampleSecret}
	for i := range 2*maxDerived + 10 {
		sc := scope{exampleKey, "20260102", fmt.Sprintf("r-%d", i), "kinesis", terminator}
		if got := d.get(k, sc); !bytes.Equal(got, derive(exampleSecret, sc)) || !bytes.Equal(got, d.get(k, sc)) {
			t.Fatalf("%s: another key the second time", sc)
		}
	}
	if n := len(d.byKey); n > maxDerived {
		t.Errorf("%d keys are kept", n)
	}
}

// FuzzAuthenticate looks for requests that panic or are taken without the secret.
func FuzzAuthenticate(f *testing.F) {
	f.Add("/", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host, Signature=00", "20150830T123600Z", "host")
	f.Add("/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=a%2Fb", "", "", "")
	f.Add("/a//../%zz?%zz=%", "AWS4 ,= Credential==,", "Mon, 02 Jan 2006 15:04:05 GMT", "h")
	keys := exampleKeys()
	f.Fuzz(func(t *testing.T, target, authorization, date, host string) {
		r := httptest.NewRequest("POST", "/", nil)
		path, query, _ := strings.Cut(target, "?")
		r.URL.Path, r.URL.RawQuery, r.Host = path, query, host
		r.Header["Authorization"], r.Header["X-Amz-Date"] = []string{authorization}, []string{date}
		if _, err := keys.Authenticate(r, nil, exampleTime); err == nil {
			t.Errorf("taken: %q", authorization)
		}
		_, _ = (Any{}).Authenticate(r, nil, exampleTime) // must not panic
	})
}

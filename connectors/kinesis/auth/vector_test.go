package auth

import (
	"encoding/hex"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const (
	exampleKey    = "AKIDEXAMPLE"
	exampleSecret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)

// exampleTime is that of AWS's published examples of Signature Version 4.
var exampleTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)

func exampleKeys(change ...func(*Key)) *Keys {
	k := Key{AccessKeyID: exampleKey, Secret: exampleSecret, Account: "123456789012", User: "alice"}
	for _, c := range change {
		c(&k)
	}
	return NewKeys([]Key{k}, Options{})
}

// TestPublishedVectors checks requests of AWS's published test suite and of the
// documentation of IAM against the signatures that stand there. (Its paths are not encoded
// twice, unlike those that clients sign, so that those other than / are left out.)
func TestPublishedVectors(t *testing.T) {
	for _, v := range []struct {
		name, method, target, host, service, body, signature string
		header                                               []string // name, value, ...
	}{
		{name: "get-vanilla", method: "GET", target: "/",
			signature: "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{name: "post-vanilla", method: "POST", target: "/",
			signature: "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{name: "get-vanilla-query-order-key-case", method: "GET", target: "/?Param2=value2&Param1=value1",
			signature: "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		{name: "get-vanilla-utf8-query", method: "GET", target: "/?%E1%88%B4=bar",
			signature: "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
		{name: "get-header-value-trim", method: "GET", target: "/", header: []string{"My-Header1", " value1", "My-Header2", ` "a   b   c"`},
			signature: "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
		{name: "post-x-www-form-urlencoded", method: "POST", target: "/", body: "Param1=value1",
			header:    []string{"Content-Type", "application/x-www-form-urlencoded"},
			signature: "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
		{name: "IAM ListUsers", method: "GET", target: "/?Action=ListUsers&Version=2010-05-08", host: "iam.amazonaws.com", service: "iam",
			header:    []string{"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"},
			signature: "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"},
	} {
		r := httptest.NewRequest(v.method, v.target, strings.NewReader(v.body))
		r.Host = or(v.host, "example.amazonaws.com")
		signed := []string{"host", "x-amz-date"}
		for i := 0; i < len(v.header); i += 2 {
			r.Header.Set(v.header[i], v.header[i+1])
			signed = append(signed, strings.ToLower(v.header[i]))
		}
		r.Header.Set("X-Amz-Date", "20150830T123600Z")
		authorize(r, or(v.service, "service"), signed, v.signature)
		id, err := exampleKeys().Authenticate(r, []byte(v.body), exampleTime)
		if err != nil {
			t.Errorf("%s: %s", v.name, err.Message)
		} else if id.ARN() != "arn:aws:iam::123456789012:user/alice" || id.Region != "us-east-1" {
			t.Errorf("%s: got %+v", v.name, id)
		}
		wrong := []byte(v.signature)
		wrong[0] ^= 1
		authorize(r, or(v.service, "service"), signed, string(wrong))
		if _, err := exampleKeys().Authenticate(r, []byte(v.body), exampleTime); err == nil {
			t.Errorf("%s: a wrong signature was taken", v.name)
		}
	}
}

func or(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func authorize(r *http.Request, service string, signed []string, signature string) {
	names := append([]string(nil), signed...)
	for i := range names {
		for j := range i {
			if names[i] < names[j] {
				names[i], names[j] = names[j], names[i]
			}
		}
	}
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+exampleKey+"/20150830/us-east-1/"+service+
		"/aws4_request, SignedHeaders="+strings.Join(names, ";")+", Signature="+signature)
}

// TestDerivedKey checks the example of AWS's documentation.
func TestDerivedKey(t *testing.T) {
	got := derive(exampleSecret, scope{exampleKey, "20150830", "us-east-1", "iam", terminator})
	if want := "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"; hex.EncodeToString(got) != want {
		t.Errorf("got %x, want %s", got, want)
	}
}

// TestMismatchText is the whole text that AWS gives, with what it had signed.
func TestMismatchText(t *testing.T) {
	r := httptest.NewRequest("GET", "/", nil)
	r.Host = "example.amazonaws.com"
	r.Header.Set("X-Amz-Date", "20150830T123600Z")
	authorize(r, "service", []string{"host", "x-amz-date"}, "00")
	_, err := exampleKeys().Authenticate(r, nil, exampleTime)
	want := `The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.

The Canonical String for this request should have been
'GET
/

host:example.amazonaws.com
x-amz-date:20150830T123600Z

host;x-amz-date
e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

The String-to-Sign should have been
'AWS4-HMAC-SHA256
20150830T123600Z
20150830/us-east-1/service/aws4_request
bb579772317eb040ac9ed261061d46c1f17a8133879d6129b6e1c25292927e63'
`
	if err == nil || err.Code != "InvalidSignatureException" || err.Message != want {
		t.Errorf("got %v", err)
	}
}

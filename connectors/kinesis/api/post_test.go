package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// testAuthorization is a signature that is well formed, of account 000000000000.
const testAuthorization = "AWS4-HMAC-SHA256 Credential=key/20261122/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=00"

// newPost is a request for an action with a JSON body, as a client sends it.
func newPost(action, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-amz-json-1.1")
	r.Header.Set("X-Amz-Target", "Kinesis_20131202."+action)
	r.Header.Set("X-Amz-Date", "20261122T000000Z")
	r.Header.Set("Authorization", testAuthorization)
	return r
}

// post asks a server to perform an action and returns the status and body of its answer.
func post(t testing.TB, s http.Handler, action, body string) (status int, answer string) {
	t.Helper()
	w := httptest.NewRecorder()
	s.ServeHTTP(w, newPost(action, body))
	return w.Code, w.Body.String()
}

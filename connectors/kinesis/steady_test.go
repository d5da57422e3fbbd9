package kinesis

import (
	"bytes"
	"io"
	"net/http"
	"testing"

	kinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"
)

type doer func(*http.Request) (*http.Response, error)

func (d doer) Do(r *http.Request) (*http.Response, error) { return d(r) }

// writer is a body that can write itself and fails when it is asked to, as the SDK's does
// once it is closed.
type writer struct{ *bytes.Reader }

func (writer) WriteTo(io.Writer) (int64, error) { return 0, io.EOF }
func (writer) Close() error                     { return nil }

// TestSteady has a body that the transport reads, and never asks to write itself.
func TestSteady(t *testing.T) {
	var got string
	o := kinesis.Options{HTTPClient: doer(func(r *http.Request) (*http.Response, error) {
		b, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			t.Errorf("the rest of a body: %v", err)
		}
		got = string(b)
		return &http.Response{StatusCode: http.StatusOK}, nil
	})}
	Steady(&o)
	r, err := http.NewRequest(http.MethodPost, "http://x/", writer{bytes.NewReader([]byte("body"))})
	if err != nil {
		t.Fatal(err)
	}
	if res, err := o.HTTPClient.Do(r); err != nil || res.StatusCode != http.StatusOK || got != "body" {
		t.Errorf("%v, %v, %q", res, err, got)
	}
	if _, ok := r.Body.(writer); !ok {
		t.Error("the caller's request was changed")
	}
	none := kinesis.Options{}
	if Steady(&none); none.HTTPClient != nil {
		t.Error("a client where there was none")
	}
}

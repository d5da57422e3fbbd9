package kinesis

import (
	"io"
	"net/http"

	kinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"
)

// Steady is an option of the SDK's client that keeps connections which the SDK would
// lose. The SDK closes the body of a request when there is an answer; if the
// transport is just making sure that the body has no more bytes than announced, it
// asks the body to write itself, takes the refusal for a failure and closes the
// connection, on a near server every hundredth time. The answer is lost then, and the
// records of a PutRecords that is sent again are there twice.
func Steady(o *kinesis.Options) {
	if o.HTTPClient != nil {
		o.HTTPClient = steady{o.HTTPClient}
	}
}

type steady struct{ next kinesis.HTTPClient }

// Do implements kinesis.HTTPClient.
func (s steady) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		own := *r
		own.Body = onlyReader{r.Body}
		r = &own
	}
	return s.next.Do(r)
}

// onlyReader is a body that cannot write itself: one that is closed just ends.
type onlyReader struct{ io.ReadCloser }

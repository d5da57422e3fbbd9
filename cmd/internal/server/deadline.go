package server

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"time"
)

// How long a client may take. A server's ReadTimeout and WriteTimeout would end
// subscriptions, which live for minutes on one request, so each request gets its own.
const (
	headerTime = 30 * time.Second
	bodyTime   = time.Minute      // to send a body
	answerTime = 2 * time.Minute  // to take an answer
	idleTime   = 3 * time.Minute  // between requests
	maxHeader  = 64 << 10         // bytes of headers
	pingAfter  = 30 * time.Second // of silence on HTTP/2, to find the dead
)

// deadlines gives a request its times.
func deadlines(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := http.NewResponseController(w)
		// Writers that cannot have deadlines are those of tests.
		_ = c.SetWriteDeadline(answerDeadline(r))
		if r.ContentLength != 0 {
			_ = c.SetReadDeadline(time.Now().Add(bodyTime))
			r.Body = &timedBody{r.Body, c}
		}
		if r.ProtoMajor == 1 && isSubscription(r) {
			time.Sleep(breath)
		}
		next.ServeHTTP(w, r)
	})
}

// breath is how long a subscription over HTTP/1.1 waits before it is answered. The AWS SDK
// for Go closes the body of its request when an answer comes, and its transport, when it
// finds the body closed before it has seen its end, drops the connection: every
// fortieth subscription on a loopback address was cut so, until the answer came a little later.
const breath = 10 * time.Millisecond

func isSubscription(r *http.Request) bool {
	return strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".SubscribeToShard")
}

// answerDeadline is when an answer must have been taken. A subscription has none
// here: it sets its own, event by event.
func answerDeadline(r *http.Request) time.Time {
	if isSubscription(r) {
		return time.Time{}
	}
	return time.Now().Add(answerTime)
}

// timedBody lifts the deadline once the body has been read: what comes after is the
// client's silence while it waits.
type timedBody struct {
	io.ReadCloser
	c *http.ResponseController
}

// Read implements io.Reader.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.c.SetReadDeadline(time.Time{})
	}
	return n, err
}

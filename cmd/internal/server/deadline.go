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
	maxHeader  = 32 << 10         // bytes of headers; a session token takes a few thousand
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
			body := &timedBody{ReadCloser: r.Body, c: c}
			r.Body = body
			if isHasty(r) {
				w = steady(w, r, body)
			}
		}
		next.ServeHTTP(w, r)
	})
}

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
	c    *http.ResponseController
	read time.Time // when the end was read
}

// Read implements io.Reader.
func (b *timedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if errors.Is(err, io.EOF) {
		_ = b.c.SetReadDeadline(time.Time{})
		b.read = time.Now()
	}
	return n, err
}

package server

import (
	"net/http"
	"strings"
	"time"
)

// The AWS SDK for Go closes the body of its request when an answer comes. If its
// transport is just making sure that the body has no more bytes than announced, it
// takes that for a failure and drops the connection: on a loopback address up to a
// tenth of large answers over HTTP/1.1 were lost so, and the records of a PutRecords that the SDK then
// sent again were there twice. So answers to it wait a moment after the body has come.
const (
	breath     = time.Millisecond
	longBreath = 10 * time.Millisecond // of a subscription, which is answered once in minutes
)

// isHasty reports whether a request is of a client that must not be answered at once.
func isHasty(r *http.Request) bool {
	return r.ProtoMajor == 1 && strings.HasPrefix(r.UserAgent(), "aws-sdk-go-v2/")
}

// steadyWriter holds an answer back until enough time has gone since the body came.
type steadyWriter struct {
	http.ResponseWriter
	body  *timedBody
	pause time.Duration
	begun bool
}

func steady(w http.ResponseWriter, r *http.Request, body *timedBody) *steadyWriter {
	pause := breath
	if isSubscription(r) {
		pause = longBreath
	}
	return &steadyWriter{ResponseWriter: w, body: body, pause: pause}
}

// WriteHeader implements http.ResponseWriter.
func (w *steadyWriter) WriteHeader(status int) {
	w.wait()
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *steadyWriter) Write(p []byte) (int, error) {
	w.wait()
	return w.ResponseWriter.Write(p)
}

// Flush implements http.Flusher.
func (w *steadyWriter) Flush() {
	w.wait()
	_ = http.NewResponseController(w.ResponseWriter).Flush() // a client that is gone is met at the next write
}

// Unwrap is for http.ResponseController.
func (w *steadyWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *steadyWriter) wait() {
	if !w.begun {
		w.begun = true
		time.Sleep(w.pause - time.Since(w.body.read))
	}
}

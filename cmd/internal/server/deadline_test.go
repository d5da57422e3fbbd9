package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// timed is a ResponseWriter that remembers its deadlines.
type timed struct {
	*httptest.ResponseRecorder
	read, write []time.Time
}

func (w *timed) SetReadDeadline(at time.Time) error  { w.read = append(w.read, at); return nil }
func (w *timed) SetWriteDeadline(at time.Time) error { w.write = append(w.write, at); return nil }

// TestDeadlines bounds sending a body and taking an answer, but not a subscription.
func TestDeadlines(t *testing.T) {
	for target, bounded := range map[string]bool{"Kinesis_20131202.PutRecord": true, "Kinesis_20131202.SubscribeToShard": false} {
		w := &timed{ResponseRecorder: httptest.NewRecorder()}
		r := httptest.NewRequest("POST", "/", strings.NewReader("body"))
		r.Header.Set("X-Amz-Target", target)
		deadlines(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if len(w.read) != 1 || w.read[0].IsZero() {
				t.Errorf("%s: the body may take for ever: %v", target, w.read)
			}
			if _, err := io.ReadAll(r.Body); err != nil {
				t.Error(err)
			}
		})).ServeHTTP(w, r)
		if last := w.read[len(w.read)-1]; !last.IsZero() {
			t.Errorf("%s: the deadline of the body stays: %v", target, last)
		}
		if len(w.write) != 1 || w.write[0].IsZero() == bounded {
			t.Errorf("%s: the answer: %v", target, w.write)
		}
	}
}

// TestNoBody sets no deadline for a body that there is not.
func TestNoBody(t *testing.T) {
	w := &timed{ResponseRecorder: httptest.NewRecorder()}
	deadlines(http.NotFoundHandler()).ServeHTTP(w, httptest.NewRequest("GET", "/health", nil))
	if len(w.read) != 0 {
		t.Errorf("a read deadline for no body: %v", w.read)
	}
}

package server

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
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

// TestSteady waits with answers to the SDK for Go over HTTP/1.1, and with no others.
func TestSteady(t *testing.T) {
	for _, c := range []struct {
		agent, target string
		major         int
		want          time.Duration
	}{
		{"aws-sdk-go-v2/1.47.7 ua/2.1 os/linux", "Kinesis_20131202.PutRecords", 1, breath},
		{"aws-sdk-go-v2/1.47.7 ua/2.1 os/linux", "Kinesis_20131202.SubscribeToShard", 1, longBreath},
		{"aws-sdk-go-v2/1.47.7 ua/2.1 os/linux", "Kinesis_20131202.PutRecords", 2, 0},
		{"Boto3/1.43.11", "Kinesis_20131202.PutRecords", 1, 0},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/", strings.NewReader("body"))
			r.Header.Set("User-Agent", c.agent)
			r.Header.Set("X-Amz-Target", c.target)
			r.ProtoMajor = c.major
			w := &timed{ResponseRecorder: httptest.NewRecorder()}
			begun := time.Now()
			deadlines(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if _, err := io.ReadAll(r.Body); err != nil {
					t.Error(err)
				}
				w.WriteHeader(http.StatusTeapot)
				if got := time.Since(begun); got != c.want {
					t.Errorf("%s over HTTP/%d: the answer came after %s, want %s", c.agent, c.major, got, c.want)
				}
				w.Write([]byte("more"))
				if err := http.NewResponseController(w).Flush(); err != nil || time.Since(begun) != c.want {
					t.Errorf("what follows waits too: %s, %v", time.Since(begun), err)
				}
			})).ServeHTTP(w, r)
			if w.Code != http.StatusTeapot || w.Body.String() != "more" || !w.Flushed {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
		})
	}
}

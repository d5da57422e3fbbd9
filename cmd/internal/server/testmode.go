package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"kinesql/connectors/shard"
)

// testMode lets suites of tests arrange the server, without authentication:
//
//	POST /reset         deletes all streams and account settings, sets the clock right
//	POST /test/account  {"account":"123456789012"}: the account of callers from now on
//	POST /test/clock    {"now":"2026-01-01T00:00:00Z"} or {"advance":"1h"}, and {"freeze":true}
//
// It is refused off loopback, and to web pages.
type testMode struct {
	server    *Server
	documents *documents

	mu      sync.Mutex
	account string
}

func newTestMode(s *Server) *testMode {
	return &testMode{server: s, account: s.cfg.Account, documents: &documents{Log: s.log, written: map[string]bool{}}}
}

// Account is the account of callers who name no other.
func (t *testMode) Account() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.account
}

// ServeHTTP implements http.Handler.
func (t *testMode) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method != http.MethodPost:
		t.refuse(w, http.StatusMethodNotAllowed, errors.New("want POST"))
		return
	case r.Header.Get("Origin") != "": // any page that is open in a browser here could send it
		t.refuse(w, http.StatusForbidden, errors.New("not from a web page"))
		return
	}
	var err error
	switch r.URL.Path {
	case "/reset":
		err = t.reset()
	case "/test/account":
		err = t.setAccount(w, r)
	case "/test/clock":
		err = t.setClock(w, r)
	default:
		t.refuse(w, http.StatusNotFound, fmt.Errorf("%s: want /reset, /test/account or /test/clock", r.URL.Path))
		return
	}
	if err != nil {
		t.refuse(w, http.StatusBadRequest, err)
		return
	}
	t.answer(w, http.StatusOK, map[string]string{
		"account": t.Account(), "now": t.server.clock.Now().UTC().Format(time.RFC3339Nano),
	})
}

func (t *testMode) refuse(w http.ResponseWriter, status int, err error) {
	t.answer(w, status, map[string]string{"error": err.Error()})
}

func (t *testMode) answer(w http.ResponseWriter, status int, v map[string]string) {
	body, err := json.Marshal(v)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(append(body, '\n')) // the client may be gone
}

// reset makes the server as it was when it was new.
func (t *testMode) reset() error {
	t.server.clock.reset()
	for _, s := range t.server.log.Streams(shard.Scope{}) {
		if err := t.server.log.Delete(s.ID); err != nil && !errors.Is(err, shard.ErrNoStream) {
			return err
		}
	}
	return t.documents.reset()
}

func (t *testMode) setAccount(w http.ResponseWriter, r *http.Request) error {
	var in struct{ Account string }
	if err := readTest(w, r, &in); err != nil {
		return err
	}
	if len(in.Account) != 12 || strings.Trim(in.Account, "0123456789") != "" {
		return fmt.Errorf("account %q: want twelve digits", in.Account)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.account = in.Account
	return nil
}

func (t *testMode) setClock(w http.ResponseWriter, r *http.Request) error {
	var in struct {
		Now     time.Time
		Advance string
		Freeze  bool
	}
	if err := readTest(w, r, &in); err != nil {
		return err
	}
	to := in.Now
	if to.IsZero() {
		to = t.server.clock.Now()
	}
	if in.Advance != "" {
		by, err := time.ParseDuration(in.Advance)
		if err != nil {
			return err
		}
		to = to.Add(by)
	}
	t.server.clock.set(to, in.Freeze)
	_, err := t.server.log.Retain() // what is too old now is gone at once
	return err
}

// readTest reads a small JSON object.
func readTest(w http.ResponseWriter, r *http.Request, v any) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<12))
	if err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	return d.Decode(v)
}

// documents is the log of test mode: it remembers which settings of accounts were
// written, in order to take them back.
type documents struct {
	shard.Log
	mu      sync.Mutex
	written map[string]bool
}

// PutDocument implements shard.Log.
func (d *documents) PutDocument(key string, document []byte) error {
	if strings.HasPrefix(key, "account/") {
		d.mu.Lock()
		d.written[key] = true
		d.mu.Unlock()
	}
	return d.Log.PutDocument(key, document)
}

func (d *documents) reset() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for key := range d.written {
		if err := d.Log.PutDocument(key, []byte("{}")); err != nil {
			return err
		}
		delete(d.written, key)
	}
	return nil
}

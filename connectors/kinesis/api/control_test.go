package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kinesql/connectors/shardlog"
	"kinesql/operators/vfs"
)

var rewrite = flag.Bool("rewrite", false, "write what the server answers into the scripts of testdata")

// TestControl runs the scripts testdata/control_*.test. A script is made of requests,
// each followed by ---- and the status and body of the answer, up to an empty line:
//
//	DescribeLimits {}
//	----
//	200 {"OpenShardCount":0, ...}
//
// Lines that begin with # are comments. Lines that begin with @ are orders:
//
//	@ server delay=1s limit=10   start a new server, with these settings
//	@ restart                    close the server and the log, and open them again
//	@ as 111111111111 eu-west-1  who sends the requests that follow, and to which region
//	@ wait 5s                    let time go by
//	@ set NAME PATH              keep a member of the last answer, to be put for $NAME
//
// The clock stands still but for @ wait, and begins at midnight of 2000-01-01 UTC.
func TestControl(t *testing.T) {
	files, err := filepath.Glob("testdata/control_*.test")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".test"), func(t *testing.T) { runScript(t, file) })
	}
}

// script is a run of a script.
type script struct {
	t       *testing.T
	fs      vfs.FS
	log     *shardlog.Log
	server  *Server
	cfg     Config
	clock   scriptClock
	account string
	region  string
	last    any // the last answer
	vars    map[string]string
}

func runScript(t *testing.T, file string) {
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &script{t: t, account: "000000000000", region: "us-east-1", vars: map[string]string{}}
	s.clock.now = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	s.start(nil)
	defer func() { s.stop() }()
	var out strings.Builder
	lines := strings.Split(string(text), "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#"):
			out.WriteString(line + "\n")
		case strings.HasPrefix(line, "@"):
			s.order(strings.Fields(line)[1:])
			out.WriteString(line + "\n")
		default:
			i = s.request(file, lines, i, &out)
		}
	}
	if got := strings.TrimRight(out.String(), "\n") + "\n"; *rewrite && got != string(text) {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// request sends the request that begins at a line, compares the answer, and returns
// the last line of it.
func (s *script) request(file string, lines []string, from int, out *strings.Builder) int {
	i := from
	for i < len(lines) && lines[i] != "----" {
		i++
	}
	if i == len(lines) {
		s.t.Fatalf("%s:%d: the request has no ----", file, from+1)
	}
	sent := strings.Join(lines[from:i], "\n")
	end := i + 1
	for end < len(lines) && strings.TrimSpace(lines[end]) != "" {
		end++
	}
	want, got := strings.Join(lines[i+1:end], "\n"), s.send(sent)
	if got != want && !*rewrite {
		s.t.Errorf("%s:%d: %s\ngot:\n%s\nwant:\n%s", file, from+1, sent, got, want)
	}
	out.WriteString(sent + "\n----\n" + got + "\n")
	return end - 1
}

// send performs a request and returns its answer as scripts write it.
func (s *script) send(text string) string {
	for name, value := range s.vars {
		text = strings.ReplaceAll(text, "$"+name, value)
	}
	action, body, _ := strings.Cut(text, " ")
	r := newPost(action, body)
	r.Header.Set("Authorization", strings.NewReplacer("key/", s.account+"/", "us-east-1", s.region).Replace(testAuthorization))
	r.Header.Set("X-Amz-Date", s.clock.now.Format("20060102T150405Z"))
	w := httptest.NewRecorder()
	s.server.ServeHTTP(w, r)
	s.last = nil
	if w.Body.Len() == 0 {
		return fmt.Sprint(w.Code)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &s.last); err != nil {
		s.t.Fatalf("%s: %v in %s", action, err, w.Body)
	}
	return fmt.Sprintf("%d %s", w.Code, pretty(w.Body.Bytes()))
}

// pretty indents JSON that is long.
func pretty(b []byte) string {
	if len(b) <= 160 {
		return string(b)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		return err.Error()
	}
	return out.String()
}

// order does what a line with @ says.
func (s *script) order(words []string) {
	switch words[0] {
	case "server":
		s.stop()
		s.start(words[1:])
	case "restart":
		s.stop()
		s.open()
	case "as":
		s.account, s.region = words[1], words[2]
	case "wait":
		d, err := time.ParseDuration(words[1])
		if err != nil {
			s.t.Fatal(err)
		}
		s.clock.advance(d)
	case "set":
		s.vars[words[1]] = member(s.t, s.last, words[2])
	default:
		s.t.Fatalf("unknown order %q", words)
	}
}

// member finds a text in an answer by a path such as Consumer.ConsumerARN.
func member(t *testing.T, answer any, path string) string {
	for _, name := range strings.Split(path, ".") {
		m, ok := answer.(map[string]any)
		if !ok {
			t.Fatalf("no %s in the last answer", path)
		}
		answer = m[name]
	}
	return fmt.Sprint(answer)
}

// start opens an empty log and a server with the settings.
func (s *script) start(settings []string) {
	s.fs, s.cfg = vfs.NewMem(), Config{Now: s.clock.time}
	for _, set := range settings {
		name, value, _ := strings.Cut(set, "=")
		var err error
		switch name {
		case "delay":
			s.cfg.StatusDelay, err = time.ParseDuration(value)
		case "limit":
			_, err = fmt.Sscan(value, &s.cfg.ShardLimit)
		default:
			err = fmt.Errorf("unknown setting %s", set)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	s.open()
}

// open opens the log that is there, and a server.
func (s *script) open() {
	log, err := shardlog.Open("/log", shardlog.Options{FS: s.fs, SegmentBytes: 1 << 20, Now: s.cfg.Now})
	if err != nil {
		s.t.Fatal(err)
	}
	s.log, s.cfg.Log = log, log
	s.server = New(s.cfg)
	s.server.afterFunc = s.clock.after
}

func (s *script) stop() {
	s.server.Close()
	if err := s.log.Close(); err != nil {
		s.t.Error(err)
	}
}

// scriptClock stands still but for advance.
type scriptClock struct {
	mu     sync.Mutex // guards now, which the log's goroutines read
	now    time.Time
	timers []scriptTimer
}

type scriptTimer struct {
	at time.Time
	do func()
}

func (c *scriptClock) after(d time.Duration, do func()) {
	c.timers = append(c.timers, scriptTimer{c.now.Add(d), do})
}

// time is the time now.
func (c *scriptClock) time() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *scriptClock) set(now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = now
}

// advance lets time go by and runs what is due, in order.
func (c *scriptClock) advance(d time.Duration) {
	end := c.now.Add(d)
	for {
		i := slices.IndexFunc(c.timers, func(t scriptTimer) bool { return !t.at.After(end) })
		if i < 0 {
			break
		}
		t := c.timers[i]
		c.timers = slices.Delete(c.timers, i, i+1)
		c.set(t.at)
		t.do()
	}
	c.set(end)
}

package scripttest_test

import (
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"kinesql/cmd/internal/scripttest"
)

var rewrite = flag.Bool("rewrite", false, "write the results of testdata/*.test instead of comparing them")

func TestScripts(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.test")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no scripts: %v", err)
	}
	for _, path := range paths {
		for _, parallelism := range []int{1, 3} {
			t.Run(path, func(t *testing.T) {
				t.Parallel()
				if *rewrite && parallelism > 1 {
					return
				}
				run(t, path, scripttest.Options{Parallelism: parallelism, Rewrite: *rewrite})
			})
		}
	}
}

func run(t *testing.T, path string, o scripttest.Options) {
	t.Helper()
	r, err := scripttest.Run(context.Background(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Failures {
		t.Errorf("%s: %s", f.Where, f.Message)
	}
}

// What a script does not expect, and what it does wrong, is told with its place.
func TestFailures(t *testing.T) {
	cases := []struct{ name, script, want string }{
		{"rows", "sql\nSHOW STREAMS\n----\nnothing\n", "script.test:1: not what was expected\n  - nothing"},
		{"arguments", "put\n{}\n", "script.test:1: write: put STREAM [shard=N] [key=K], and a record a line below it"},
		{"stream", "\nput s\n{}\n", "script.test:2: stream s: "},
		{"clock", "clock 2025-01-01T00:00:00Z\n", "script.test:1: the clock stands at 2026-01-01T00:00:00Z and only goes forward"},
		{"length", "advance soon\n", "want a length of time such as 10s or 1h30m"},
		{"input", "advance 1s\n{}\n", "advance takes no lines of input"},
		{"output", "advance 1s\n----\n{}\n", "advance has no output"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "script.test")
			if err := os.WriteFile(path, []byte(c.script), 0o600); err != nil {
				t.Fatal(err)
			}
			r, err := scripttest.Run(context.Background(), path, scripttest.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if len(r.Failures) != 1 || !strings.Contains(r.Failures[0].Where+": "+r.Failures[0].Message, c.want) {
				t.Errorf("got %v, want %s", r.Failures, c.want)
			}
		})
	}
}

func TestUnknownVerb(t *testing.T) {
	path := filepath.Join(t.TempDir(), "script.test")
	if err := os.WriteFile(path, []byte("# a comment\n\nfrobnicate\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := scripttest.Run(context.Background(), path, scripttest.Options{})
	if err == nil || !strings.Contains(err.Error(), `line 3: unknown verb "frobnicate"`) {
		t.Errorf("error %v", err)
	}
}

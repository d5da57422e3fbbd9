package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// asProgram makes the test binary behave as the program: the runner starts
// itself as a child.
const asProgram = "KINESQL_BENCH_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Setenv(asProgram, "1")
	os.Exit(m.Run())
}

// command runs the program in this process.
func command(t *testing.T, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errOut bytes.Buffer
	root := newRoot()
	root.SetOut(&out)
	root.SetErr(&errOut)
	root.SetArgs(args)
	err = root.ExecuteContext(context.Background())
	return out.String(), errOut.String(), err
}

func TestListExplainsEachWorkload(t *testing.T) {
	out, _, err := command(t, "list")
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range workloads() {
		if !strings.Contains(out, w.name+" (") || !strings.Contains(out, w.about) {
			t.Errorf("the list lacks %s:\n%s", w.name, out)
		}
	}
}

func TestUnknownWorkload(t *testing.T) {
	for _, name := range []string{"run", "generate", "script", "feed"} {
		_, _, err := command(t, name, "tumble-jsn", "--dir", t.TempDir())
		if err == nil || !strings.Contains(err.Error(), `unknown workload "tumble-jsn"; there are tumble-json`) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestGenerateIsRepeatable(t *testing.T) {
	one, other := t.TempDir(), t.TempDir()
	for _, dir := range []string{one, other} {
		if out, _, err := command(t, "generate", "--dir", dir, "--seed", "5", "--records", "300"); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	files, err := filepath.Glob(filepath.Join(one, "*"))
	if err != nil || len(files) != 3 {
		t.Fatalf("files %v, want bids, events and adversarial", files)
	}
	for _, f := range files {
		a, b := read(t, f), read(t, filepath.Join(other, filepath.Base(f)))
		lines := strings.HasSuffix(f, ".jsonl")
		if !bytes.Equal(a, b) || lines && bytes.Count(a, []byte("\n")) != 300 {
			t.Errorf("%s: %d and %d bytes of equal seeds", filepath.Base(f), len(a), len(b))
		}
		if !strings.Contains(f, "-seed5-300.") {
			t.Errorf("%s does not name the seed and the records", f)
		}
	}
	out, _, err := command(t, "generate", "filter-json", "--dir", one, "--seed", "5", "--records", "300")
	if err != nil || !strings.Contains(out, "was there already") {
		t.Errorf("again: %v, %s", err, out)
	}
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// TestRunEndToEnd measures every workload on a few records.
func TestRunEndToEnd(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "out.json")
	out, errOut, err := command(t, "run", "all", "--runs", "2", "--records", "2000", "--dir", dir, "--json", path)
	if err != nil {
		t.Fatalf("%v\n%s%s", err, out, errOut)
	}
	var results []map[string]any
	if err := json.Unmarshal(read(t, path), &results); err != nil {
		t.Fatal(err)
	}
	var seen []string
	for _, r := range results {
		seen = append(seen, r["workload"].(string)+" "+r["system"].(string))
		if r["verified"] != true || r["runs"] != 2.0 || r["version"] == "" {
			t.Errorf("result %v", r)
		}
		for _, key := range []string{"cpu_us_per_record", "records_per_second", "peak_rss_bytes"} {
			if f, ok := r[key].(float64); !ok || f <= 0 {
				t.Errorf("%s of %v is %v", key, r["workload"], r[key])
			}
		}
		if len(r) != 8 {
			t.Errorf("keys of %v", r)
		}
	}
	want := []string{"tumble-json kinesql", "tumble-json duckdb", "filter-json kinesql", "filter-json duckdb",
		"passthrough-json kinesql", "passthrough-json duckdb", "hop-long kinesql", "hop-short kinesql",
		"adversarial-json kinesql", "adversarial-json duckdb"}
	if !reflect.DeepEqual(seen, want) {
		t.Errorf("results are of %v", seen)
	}
	if !strings.Contains(out, "bytes each") || !strings.Contains(out, "times the CPU of hop-short") {
		t.Errorf("the table lacks the notes of hop-long:\n%s", out)
	}
}

package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"kinesql/cmd/kinesql-bench/measure"
)

func TestSummarize(t *testing.T) {
	figures := []measure.Figure{
		{CPU: 3 * time.Second, Wall: 4 * time.Second, RSS: 30},
		{CPU: 1 * time.Second, Wall: 1 * time.Second, RSS: 10},
		{CPU: 2 * time.Second, Wall: 2 * time.Second, RSS: 20},
	}
	r := summarize("w", measure.Subject{System: "s", Version: "v"}, figures, 1_000_000, true)
	text, err := encodeResults([]result{r})
	if err != nil {
		t.Fatal(err)
	}
	const want = `[
  {
    "workload": "w",
    "system": "s",
    "version": "v",
    "runs": 3,
    "cpu_us_per_record": 2,
    "records_per_second": 500000,
    "peak_rss_bytes": 20,
    "verified": true
  }
]
`
	if string(text) != want {
		t.Errorf("got %s, want %s", text, want)
	}
}

func TestNoResultsAreAnArray(t *testing.T) {
	text, err := encodeResults(nil)
	if err != nil || !json.Valid(text) || string(text) != "[]\n" {
		t.Errorf("got %q, %v", text, err)
	}
}

func TestReportTellsRatios(t *testing.T) {
	one := func(workload, system string, cpu float64, rss int64) result {
		return result{Workload: workload, System: system, CPUMicros: cpu, PeakRSSBytes: rss, RecordsPerSecond: 2.5e6}
	}
	results := []result{
		one("tumble-json", systemKineSQL, 0.2, 50e6), one("tumble-json", systemDuckDB, 0.4, 100e6),
		one(hopLongName, systemKineSQL, 0.12, 1), one(hopShortName, systemKineSQL, 0.1, 1),
	}
	compareHops(results)
	var out strings.Builder
	if err := report(&out, results); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"CPU 0.50, RSS 0.50", "2.50 M", "1.20 times the CPU of hop-short", "100 MB"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the table lacks %q:\n%s", want, out.String())
		}
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"
)

func TestSpread(t *testing.T) {
	for _, c := range []struct {
		rss  []int64
		want spread[int64]
	}{
		{[]int64{7}, spread[int64]{7, 7, 7}},
		{[]int64{9, 1}, spread[int64]{1, 1, 9}},
		{[]int64{5, 9, 1}, spread[int64]{5, 1, 9}},
		{[]int64{4, 3, 2, 1, 100}, spread[int64]{3, 1, 100}},
	} {
		var figures []figure
		for _, n := range c.rss {
			figures = append(figures, figure{rss: n})
		}
		if got := spreadOf(figures, func(f figure) int64 { return f.rss }); got != c.want {
			t.Errorf("%v: got %v, want %v", c.rss, got, c.want)
		}
	}
}

func TestSummarize(t *testing.T) {
	figures := []figure{
		{cpu: 3 * time.Second, wall: 4 * time.Second, rss: 30},
		{cpu: 1 * time.Second, wall: 1 * time.Second, rss: 10},
		{cpu: 2 * time.Second, wall: 2 * time.Second, rss: 20},
	}
	r := summarize("w", subject{system: "s", version: "v"}, figures, 1_000_000, true)
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

func TestMeasureAllTakesTurns(t *testing.T) {
	var order []string
	of := func(name string) subject {
		return subject{system: name, run: func(context.Context) (figure, error) {
			order = append(order, name)
			return figure{rss: int64(len(order))}, nil
		}}
	}
	told := 0
	figures, err := measureAll(context.Background(), []subject{of("a"), of("b")}, 2, func(subject, int, figure) { told++ })
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, ""); got != "abab" || told != 4 {
		t.Errorf("order %s, told %d", got, told)
	}
	if figures[0][1].rss != 3 || figures[1][0].rss != 2 {
		t.Errorf("figures %v", figures)
	}
}

func TestMeasureAllStopsAtAnError(t *testing.T) {
	broken := subject{system: "x", run: func(context.Context) (figure, error) { return figure{}, errors.New("no") }}
	_, err := measureAll(context.Background(), []subject{broken}, 3, func(subject, int, figure) { t.Error("told of a failed run") })
	if err == nil || err.Error() != "run 1 of x: no" {
		t.Errorf("error %v", err)
	}
}

func TestMeasure(t *testing.T) {
	f, err := measure(exec.Command("sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"))
	if err != nil {
		t.Fatal(err)
	}
	if f.cpu <= 0 || f.wall <= 0 || f.rss < 100_000 {
		t.Errorf("figure %+v", f)
	}
	if _, err := measure(exec.Command("sh", "-c", "echo trouble >&2; exit 3")); err == nil ||
		!strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "trouble") {
		t.Errorf("error %v", err)
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

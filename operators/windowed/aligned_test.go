package windowed_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kinesql/operators/aggregate"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// changes are instants at which clocks change, by zone.
var changes = map[string]string{
	"Europe/Berlin":       "2024-10-27T01:00:00Z",
	"America/New_York":    "2024-03-10T07:00:00Z",
	"America/Santiago":    "2024-09-08T04:00:00Z",
	"Australia/Lord_Howe": "2024-04-06T15:00:00Z",
	"Pacific/Apia":        "2011-12-30T10:00:00Z",
}

// drawAligned draws windows of any aligned kind, in UTC or around a change of
// clocks, and moves the events there.
func drawAligned(t *rapid.T, list []event) window.Spec {
	zone := rapid.SampledFrom([]string{"", "Europe/Berlin", "America/New_York", "America/Santiago", "Australia/Lord_Howe", "Pacific/Apia"}).Draw(t, "zone")
	unit, base := window.Micros(1), window.Micros(0)
	if zone != "" {
		unit, base = 10*window.Minute, micros(changes[zone])
	}
	for i := range list {
		list[i].time = int64(base + window.Micros(list[i].time)*unit)
		if list[i].mark > window.Min {
			list[i].mark = base + list[i].mark*unit
		}
	}
	step := unit * window.Micros(rapid.SampledFrom([]int{1, 3, 6, 9, 36, 144}).Draw(t, "step"))
	steps := window.Micros(rapid.IntRange(1, 5).Draw(t, "steps"))
	offset := unit * window.Micros(rapid.IntRange(-7, 7).Draw(t, "offset"))
	s := window.TumbleOf(step, offset)
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 1:
		s = window.HopOf(step*steps, step, offset)
	case 2:
		s = window.CumulateOf(step*steps, step, offset)
	}
	s.Zone = zone
	return s
}

// alignedSpan is a window of the oracle and a key.
type alignedSpan struct {
	start, end window.Micros
	key        string
}

// alignedOracle assigns each event to every window that still counts it.
func alignedOracle(t require, s window.Spec, lateness window.Micros, list []event) (map[alignedSpan][]event, []string) {
	wall, err := s.Wall()
	if err != nil {
		t.Fatalf("%v", err)
	}
	groups := map[alignedSpan][]event{}
	var late []string
	for _, e := range list {
		counted := false
		var last alignedSpan
		for start, end := range s.Windows(wall.At(window.Micros(e.time))) {
			now := alignedSpan{wall.Instant(start), wall.Instant(end), text(e.key)}
			if s.Kind == window.Cumulate && now == last {
				continue
			}
			if last = now; e.mark == window.Min || now.end > e.mark-lateness {
				groups[now] = append(groups[now], e)
				counted = true
			}
		}
		if !counted {
			late = append(late, fmt.Sprintf("%d in [%d, %d) at %d", e.time, last.start, last.end, e.mark))
		}
	}
	return groups, late
}

// TestAligned compares all aligned windows, on the clocks of zones too and shown in
// all ways, with an oracle that goes through all windows of each row.
func TestAligned(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := events(t)
		s := drawAligned(t, list)
		emission := drawEmission(t)
		groups, late := alignedOracle(t, s, emission.Lateness, list)
		calls := []aggregate.Call{call("COUNT"), call("SUM", 2)}
		types := []any{"k", bigint, "window_start", timestamp, "window_end", timestamp, "n", bigint, "s", bigint}
		if rapid.Bool().Draw(t, "merge") {
			calls, types = append(calls, call("MIN", 2)), append(types, "m", bigint)
		}
		var want []string
		for k, l := range groups {
			n, _, sum, least, _, _ := sums(l)
			line := fmt.Sprintf("%s|%s|%s|%d|%s", k.key, at(int64(k.start)), at(int64(k.end)), n, text(sum))
			if len(calls) > 2 {
				line += "|" + text(least)
			}
			want = append(want, line)
		}
		cfg := windowed.Config{In: eventSchema, Keys: []int{1}, Window: s, Time: 0, Calls: calls, Out: schema(types...), Emission: emission}
		for _, size := range []int{1, 3, 100} {
			op, err := windowed.NewAggregate(cfg)
			if err != nil {
				t.Fatal(err)
			}
			how := play
			if emission.Changes() {
				how = playKeyed
			}
			got := how(t, op, list, size)
			same(t, "rows", folded(t, got.rows), want)
			same(t, "late rows", got.late, late)
		}
		checkAssigned(t, s, list)
	})
}

// checkAssigned compares the table function with the oracle: it counts late rows
// as well.
func checkAssigned(t *rapid.T, s window.Spec, list []event) {
	for i := range list {
		list[i].mark = window.Min
	}
	groups, _ := alignedOracle(t, s, 0, list)
	var want []string
	for k, l := range groups {
		for _, e := range l {
			want = append(want, fmt.Sprintf("%s|%s|%s|%s|%s", at(e.time), text(e.key), text(e.value), at(int64(k.start)), at(int64(k.end))))
		}
	}
	out := schema("ts", timestamp, "k", bigint, "v", bigint, "window_start", timestamp, "window_end", timestamp)
	op, err := windowed.NewAssign(eventSchema, out, s, 0)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "assigned rows", play(t, op, list, 7).rows, want)
}

// micros reads an instant in RFC 3339.
func micros(text string) window.Micros {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return window.At(at)
}

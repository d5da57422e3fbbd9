package main

import (
	"context"
	"errors"
	"strings"
	"testing"

	"kinesql/window"
)

// TestEventsFile checks that what the operator is fed with is what was made,
// over several row groups, the last of which ends within a batch.
func TestEventsFile(t *testing.T) {
	e := events{seed: 4, n: 2*groupRows + hopRows + 17}
	path, err := eventsInput.ensure(context.Background(), t.TempDir(), e.seed, e.n)
	if err != nil {
		t.Fatal(err)
	}
	in, err := openEvents(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.close()
	var i int64
	for {
		b, more, err := in.next()
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
		times, keys, values := b.Vector(0), b.Vector(1), b.Vector(2)
		for r := range b.Rows() {
			key, value := e.key(i)
			if times.I64[r] != int64(e.at(i)) || keys.I64[r] != key || values.I64[r] != value {
				t.Fatalf("event %d is read as %d %d %d, want %d %d %d", i, times.I64[r], keys.I64[r], values.I64[r], e.at(i), key, value)
			}
			i++
		}
		if in.last() != e.at(i-1) {
			t.Fatalf("the last event of a batch is at %s, want %s", in.last(), e.at(i-1))
		}
		b.Release()
	}
	if i != e.n {
		t.Errorf("%d events are read, want %d", i, e.n)
	}
}

func TestGenerationStops(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, in := range []input{eventsInput, bidsInput, adversarialInput} {
		dir := t.TempDir()
		if _, err := in.ensure(ctx, dir, 1, 1000); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v, want that of the context", in.name, err)
		}
		if in.has(dir, 1, 1000) {
			t.Errorf("%s: an incomplete file has the name of a complete one", in.name)
		}
	}
}

func TestSamples(t *testing.T) {
	e := events{seed: 1, n: hopRecords}
	for _, w := range []workload{hopLong(), hopShort()} {
		ends := w.hop.samples(e)
		first, last := e.at(0), e.at(e.n-1)
		if len(ends) != 5 || ends[0] <= first || ends[0] > first+w.hop.slide ||
			ends[4] > last || ends[4] <= last-w.hop.slide || ends[2] <= first+w.hop.size || ends[2] > first+w.hop.size+w.hop.slide {
			t.Errorf("%s: samples %v of %s to %s", w.name, ends, first, last)
		}
		for _, end := range ends {
			if end%w.hop.slide != 0 {
				t.Errorf("%s: no window ends at %s", w.name, end)
			}
		}
	}
}

func TestSameTop(t *testing.T) {
	want := []group{{1, 9, 90}, {2, 8, 80}, {7, 8, 70}}
	for i := range int64(20) {
		want = append(want, group{100 + i, 3, i})
	}
	top := func(change func(g []group) []group) []group {
		return change(append([]group(nil), want[:hopTop]...))
	}
	for _, c := range []struct {
		name string
		got  []group
		same bool
	}{
		{"the first ten", top(func(g []group) []group { return g }), true},
		{"equal counts in another order", top(func(g []group) []group { g[1], g[2] = g[2], g[1]; return g }), true},
		{"another row that ties with the last", top(func(g []group) []group { g[9] = want[20]; return g }), true},
		{"counts out of order", top(func(g []group) []group { g[0], g[1] = g[1], g[0]; return g }), false},
		{"a row twice", top(func(g []group) []group { g[9] = g[8]; return g }), false},
		{"a wrong total", top(func(g []group) []group { g[4].Total++; return g }), false},
		{"a wrong key", top(func(g []group) []group { g[4].Key = 55; return g }), false},
		{"too few", top(func(g []group) []group { return g[:9] }), false},
		{"too many", want[:11], false},
	} {
		if got := sameTop(c.got, want); got != c.same {
			t.Errorf("%s: same %t, want %t", c.name, got, c.same)
		}
	}
}

func TestCompareTellsTheWindow(t *testing.T) {
	at := window.Micros(baseMillis) * window.Millisecond
	want := sampled{at: {{1, 2, 3}}}
	if err := want.compare(sampled{at: {{1, 2, 3}}}); err != nil {
		t.Error(err)
	}
	for _, got := range []sampled{nil, {at: nil}, {at: {{1, 2, 4}}}, {at + 1: {{1, 2, 3}}}} {
		var m *mismatchError
		if err := want.compare(got); !errors.As(err, &m) || !strings.Contains(err.Error(), "want") {
			t.Errorf("%v: error %v, want a mismatch", got, err)
		}
	}
	if err := (fed{Events: 4, Sampled: want}).check(want, events{n: 5}); err == nil || !strings.Contains(err.Error(), "4 events were fed, want 5") {
		t.Errorf("error %v", err)
	}
}

package window_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kinesql/window"
)

func drawSpec(t *rapid.T) window.Spec {
	size := window.Micros(rapid.Int64Range(1, 1000).Draw(t, "size"))
	slide := window.Micros(rapid.Int64Range(1, 1000).Draw(t, "slide"))
	return window.HopOf(size, slide, window.Micros(rapid.Int64Range(-3000, 3000).Draw(t, "offset")))
}

func drawTime(t *rapid.T) window.Micros {
	return window.Micros(rapid.OneOf(
		rapid.Int64Range(-5000, 5000), rapid.Int64Range(int64(window.Earliest), int64(window.Latest)),
	).Draw(t, "time"))
}

// starts collects the starts of the windows that hold an instant.
func starts(s window.Spec, at window.Micros) []window.Micros {
	var out []window.Micros
	for start := range s.Windows(at) {
		out = append(out, start)
	}
	return out
}

// TestWindows checks that Windows yields exactly the windows that hold an instant.
func TestWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, at := drawSpec(t), drawTime(t)
		var want []window.Micros
		for start := at - s.Size + 1; start <= at; start++ {
			if (start-s.Offset)%s.Slide == 0 {
				want = append(want, start)
			}
		}
		got := starts(s, at)
		if !slices.Equal(got, want) {
			t.Fatalf("%v holds %d in windows from %v, want %v", s, at, got, want)
		}
		first, last, ok := s.Ends(at)
		if ok != (len(want) > 0) || ok && (first != want[0]+s.Size || last != want[len(want)-1]+s.Size) {
			t.Fatalf("ends %d and %d, %v, of windows from %v", first, last, ok, want)
		}
		if n := int64(len(want)); n > s.Count() || s.Size%s.Slide == 0 && n != s.Count() {
			t.Fatalf("%d windows, but Count is %d", n, s.Count())
		}
	})
}

// TestCumulate compares cumulating windows with all that there are around an
// instant.
func TestCumulate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		step := window.Micros(rapid.Int64Range(1, 50).Draw(t, "step"))
		steps := window.Micros(rapid.Int64Range(1, 20).Draw(t, "steps"))
		s := window.CumulateOf(step*steps, step, window.Micros(rapid.Int64Range(-3000, 3000).Draw(t, "offset")))
		at := drawTime(t)
		type span struct{ start, end window.Micros }
		var want, got []span
		for start := at - s.Size + 1; start <= at; start++ {
			if (start-s.Offset)%s.Size != 0 {
				continue
			}
			for end := start + step; end <= start+s.Size; end += step {
				if end > at {
					want = append(want, span{start, end})
				}
			}
		}
		for start, end := range s.Windows(at) {
			got = append(got, span{start, end})
			if s.StartOf(end) != start {
				t.Fatalf("the window that ends at %d starts at %d, not %d", end, s.StartOf(end), start)
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%v holds %d in %v, want %v", s, at, got, want)
		}
		first, last, ok := s.Ends(at)
		if err := s.Validate(); err != nil || !ok || first != want[0].end || last != want[len(want)-1].end || s.EndAfter(at) != first {
			t.Fatalf("ends %d and %d, %v, of %v: %v", first, last, ok, want, err)
		}
		if p := s.PaneStart(at); s.Pane() != step || p > at || p+step != first || s.Count() != int64(steps) {
			t.Fatalf("pane at %d of length %d, %d windows", p, s.Pane(), s.Count())
		}
	})
}

// TestPanes checks that all instants of a pane are in the same windows.
func TestPanes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, at := drawSpec(t), drawTime(t)
		start := s.PaneStart(at)
		if start > at || at-start >= s.Pane() || s.Size%s.Pane() != 0 || s.Slide%s.Pane() != 0 {
			t.Fatalf("pane of %d starts at %d and is %d long", at, start, s.Pane())
		}
		first, last, ok := s.Ends(at)
		for _, other := range []window.Micros{start, start + s.Pane() - 1} {
			f, l, o := s.Ends(other)
			if o != ok || ok && (f != first || l != last) {
				t.Fatalf("%d and %d of one pane are in other windows", at, other)
			}
		}
		if after := s.EndAfter(at); after <= at || after-at > s.Slide || (after-s.Offset-s.Size)%s.Slide != 0 {
			t.Fatalf("the first end after %d is %d", at, after)
		}
	})
}

func TestFloorAndCeil(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at, step := drawTime(t), window.Micros(rapid.Int64Range(1, 1<<40).Draw(t, "step"))
		floor, ceil := window.FloorTo(at, step, 0), window.CeilTo(at, step, 0)
		if floor > at || at-floor >= step || floor%step != 0 || ceil < at || ceil-at >= step || ceil%step != 0 {
			t.Fatalf("%d lies between %d and %d by %d", at, floor, ceil, step)
		}
	})
}

func TestValidate(t *testing.T) {
	cases := []struct {
		spec window.Spec
		want string
	}{
		{window.HopOf(window.Hour, window.Second, 5), ""},
		{window.HopOf(window.Second, window.Hour, 0), ""},
		{window.TumbleOf(1, -1), ""},
		{window.CumulateOf(window.Day, window.Hour, 0), ""},
		{window.CumulateOf(window.Day, 7*window.Hour, 0), "a cumulation up to 1 day does not consist of steps of 7 hours"},
		{window.TumbleOf(0, 0), "the window size must be greater than zero, not 0 microseconds"},
		{window.TumbleOf(-window.Second, 0), "the window size must be greater than zero, not -1 seconds"},
		{window.HopOf(window.Second, 0, 0), "the window slide must be greater than zero, not 0 microseconds"},
		{window.Spec{Kind: window.Tumble, Size: 90 * window.Second, Slide: window.Hour},
			"a tumble of size 90 seconds cannot slide by 1 hour"},
		{window.Spec{Kind: window.Attached}, "a window of kind ATTACHED has no size"},
		{window.HopOf(window.Hour, window.Second+1, 0), "choose a slide that divides the size"},
		{window.TumbleOf(window.Max, 0), "longer than time"},
	}
	for _, c := range cases {
		err := c.spec.Validate()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%v: %v, want %s", c.spec, err, c.want)
		}
	}
}

func TestCovers(t *testing.T) {
	inner := window.Spec{Kind: window.Tumble, Size: 10, Slide: 10, Offset: 3}
	tumble := func(size, offset window.Micros) window.Spec {
		return window.Spec{Kind: window.Tumble, Size: size, Slide: size, Offset: offset}
	}
	cases := []struct {
		outer, inner window.Spec
		want         bool
	}{
		{tumble(10, 3), inner, true},
		{tumble(30, -7), inner, true},
		{tumble(30, 0), inner, false},
		{tumble(15, 3), inner, false},
		{tumble(5, 3), inner, false},
		{window.Spec{Kind: window.Hop, Size: 30, Slide: 10, Offset: 3}, inner, true},
		{window.Spec{Kind: window.Hop, Size: 30, Slide: 5, Offset: 3}, inner, false},
		{tumble(100, 0), window.Spec{Kind: window.Hop, Size: 10, Slide: 5}, false},
	}
	for _, c := range cases {
		if got := c.outer.Covers(c.inner); got != c.want {
			t.Errorf("%+v covers %+v: %t, want %t", c.outer, c.inner, got, c.want)
		}
	}
}

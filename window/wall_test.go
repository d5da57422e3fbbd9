package window_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kinesql/window"
)

func wallOf(t interface{ Fatal(...any) }, s window.Spec) *window.Wall {
	w, err := s.Wall()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// instant reads a time in RFC 3339.
func instant(t *testing.T, text string) window.Micros {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return window.At(at)
}

// TestDaylightSaving holds windows against published dates on which clocks change.
func TestDaylightSaving(t *testing.T) {
	day, hour := window.TumbleOf(window.Day, 0), window.TumbleOf(window.Hour, 0)
	quarter, half := window.TumbleOf(6*window.Hour, 0), window.TumbleOf(window.Hour/2, 0)
	cases := []struct {
		zone           string
		spec           window.Spec
		at, start, end string
	}{
		{"Europe/Berlin", day, "2024-03-31T12:00:00+02:00", "2024-03-31T00:00:00+01:00", "2024-04-01T00:00:00+02:00"}, // 23 hours
		{"Europe/Berlin", day, "2024-10-27T12:00:00+01:00", "2024-10-27T00:00:00+02:00", "2024-10-28T00:00:00+01:00"}, // 25 hours
		{"Europe/Berlin", day, "2024-06-01T23:59:59+02:00", "2024-06-01T00:00:00+02:00", "2024-06-02T00:00:00+02:00"},
		{"Europe/Berlin", hour, "2024-03-31T01:59:59+01:00", "2024-03-31T01:00:00+01:00", "2024-03-31T03:00:00+02:00"},
		{"Europe/Berlin", hour, "2024-03-31T03:10:00+02:00", "2024-03-31T03:00:00+02:00", "2024-03-31T04:00:00+02:00"},
		{"Europe/Berlin", hour, "2024-10-27T02:30:00+02:00", "2024-10-27T02:00:00+02:00", "2024-10-27T02:00:00+01:00"}, // the hour that comes twice
		{"Europe/Berlin", hour, "2024-10-27T02:30:00+01:00", "2024-10-27T02:00:00+01:00", "2024-10-27T03:00:00+01:00"},
		{"Europe/Berlin", quarter, "2024-03-31T05:59:00+02:00", "2024-03-31T00:00:00+01:00", "2024-03-31T06:00:00+02:00"}, // 5 hours
		{"Europe/Berlin", quarter, "2024-10-27T02:30:00+01:00", "2024-10-27T00:00:00+02:00", "2024-10-27T06:00:00+01:00"}, // 7 hours
		{"America/New_York", day, "2024-03-10T12:00:00-04:00", "2024-03-10T00:00:00-05:00", "2024-03-11T00:00:00-04:00"},
		{"America/New_York", day, "2024-11-03T12:00:00-05:00", "2024-11-03T00:00:00-04:00", "2024-11-04T00:00:00-05:00"},
		{"America/New_York", day, "1969-12-31T23:00:00-05:00", "1969-12-31T00:00:00-05:00", "1970-01-01T00:00:00-05:00"},
		// Clocks go from 24:00 to 1:00, the day has no midnight; back from 24:00 to 23:00.
		{"America/Santiago", day, "2024-09-08T01:30:00-03:00", "2024-09-08T01:00:00-03:00", "2024-09-09T00:00:00-03:00"},
		{"America/Santiago", day, "2024-04-06T23:30:00-04:00", "2024-04-06T00:00:00-03:00", "2024-04-07T00:00:00-04:00"},
		{"America/Havana", day, "2024-11-03T00:30:00-05:00", "2024-11-03T00:00:00-04:00", "2024-11-04T00:00:00-05:00"}, // midnight twice
		{"Asia/Beirut", day, "2024-03-31T01:30:00+03:00", "2024-03-31T01:00:00+03:00", "2024-04-01T00:00:00+03:00"},
		{"Asia/Kolkata", hour, "2024-01-01T10:10:00+05:30", "2024-01-01T10:00:00+05:30", "2024-01-01T11:00:00+05:30"},
		{"Asia/Kathmandu", day, "2024-01-01T10:10:00+05:45", "2024-01-01T00:00:00+05:45", "2024-01-02T00:00:00+05:45"},
		// Lord Howe Island moves its clocks by half an hour.
		{"Australia/Lord_Howe", half, "2024-04-07T01:40:00+10:30", "2024-04-07T01:30:00+10:30", "2024-04-07T02:00:00+10:30"},
		{"Australia/Lord_Howe", hour, "2024-04-07T01:40:00+10:30", "2024-04-07T01:00:00+11:00", "2024-04-07T02:00:00+10:30"}, // 90 minutes
		{"Australia/Lord_Howe", day, "2024-10-06T12:00:00+11:00", "2024-10-06T00:00:00+10:30", "2024-10-07T00:00:00+11:00"},
		// Samoa went over the date line: 2011-12-30 was no day there.
		{"Pacific/Apia", day, "2011-12-29T23:59:59-10:00", "2011-12-29T00:00:00-10:00", "2011-12-31T00:00:00+14:00"},
		{"Pacific/Apia", day, "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00", "2012-01-01T00:00:00+14:00"},
		{"Pacific/Apia", window.TumbleOf(7*window.Day, 4*window.Day), "2011-12-31T12:00:00+14:00", "2011-12-26T00:00:00-10:00", "2012-01-02T00:00:00+14:00"},
		{"Europe/Berlin", window.CumulateOf(window.Day, 12*window.Hour, 0), "2024-03-31T09:00:00+02:00", "2024-03-31T00:00:00+01:00", "2024-03-31T12:00:00+02:00"},
		{"Europe/Berlin", window.TumbleOf(window.Day, 8*window.Hour), "2024-03-31T07:00:00+02:00", "2024-03-30T08:00:00+01:00", "2024-03-31T08:00:00+02:00"},
	}
	for _, c := range cases {
		c.spec.Zone = c.zone
		w := wallOf(t, c.spec)
		for start, end := range c.spec.Windows(w.At(instant(t, c.at))) {
			if s, e := w.Instant(start), w.Instant(end); s != instant(t, c.start) || e != instant(t, c.end) {
				t.Errorf("%s: %s in %s lies from %s to %s, want %s to %s", c.spec.Size.Length(), c.at, c.zone, s, e, c.start, c.end)
			}
			break
		}
	}
}

// local is what the clocks of a zone show at an instant.
func local(at window.Micros, zone *time.Location) window.Micros {
	_, seconds := at.Time().In(zone).Zone()
	return at + window.Micros(seconds)*window.Second
}

// firstAt is the first whole minute around near at which the clocks have shown x
// or more, found minute by minute.
func firstAt(x, near window.Micros, zone *time.Location) window.Micros {
	at := window.FloorTo(near, window.Minute, 0) - 3*window.Day
	for local(at, zone) < x {
		at += window.Minute
	}
	return at
}

var testedZones = []string{
	"Europe/Berlin", "America/New_York", "America/Santiago", "America/Havana", "Asia/Beirut", "Asia/Kolkata",
	"Asia/Tehran", "Australia/Lord_Howe", "Atlantic/Azores", "Pacific/Auckland", "Pacific/Chatham", "Africa/Casablanca",
	"America/Sao_Paulo", "Asia/Gaza", "Europe/Dublin", "America/St_Johns",
}

func drawZone(t *rapid.T) (string, *time.Location) {
	name := rapid.SampledFrom(testedZones).Draw(t, "zone")
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return name, zone
}

// drawInstant draws a time, often one near a change of the clocks.
func drawInstant(t *rapid.T, zone *time.Location) window.Micros {
	at := window.Micros(rapid.Int64Range(int64(10*365*window.Day), int64(100*365*window.Day)).Draw(t, "at"))
	if _, end := at.Time().In(zone).ZoneBounds(); !end.IsZero() && rapid.IntRange(0, 3).Draw(t, "near") > 0 {
		at = window.At(end) + window.Micros(rapid.Int64Range(int64(-26*window.Hour), int64(26*window.Hour)).Draw(t, "by"))
	}
	return at
}

// TestWallDays compares windows that the changes of the clocks lengthen and
// shorten with a search, minute by minute, for the times at which they begin.
func TestWallDays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, zone := drawZone(t)
		size := rapid.SampledFrom([]window.Micros{6 * window.Hour, 12 * window.Hour, window.Day, 2 * window.Day}).Draw(t, "size")
		s := window.TumbleOf(size, rapid.SampledFrom([]window.Micros{0, window.Hour, -5 * window.Hour}).Draw(t, "offset"))
		s.Zone = name
		w, at := wallOf(t, s), drawInstant(t, zone)
		start := window.FloorTo(local(at, zone), size, s.Offset)
		if at >= firstAt(start+size, at, zone) {
			start += size // the clocks had shown the next window's start before they went back
		}
		from, to := firstAt(start, at, zone), firstAt(start+size, at, zone)
		got := s.LastStart(w.At(at))
		if f, e := w.Instant(got), w.Instant(got+size); f != from || e != to {
			t.Fatalf("%s of %s in %s: %s to %s, want %s to %s", size.Length(), at, name, f, e, from, to)
		}
	})
}

// TestWallShort checks that windows which the changes of the clocks are a
// multiple of keep their length and begin at whole times of the clock.
func TestWallShort(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, zone := drawZone(t)
		size := rapid.SampledFrom([]window.Micros{window.Second, window.Minute, 10 * window.Minute, 30 * window.Minute}).Draw(t, "size")
		s := window.TumbleOf(size, 0)
		s.Zone = name
		w, at := wallOf(t, s), drawInstant(t, zone)
		start := s.LastStart(w.At(at))
		from, to := w.Instant(start), w.Instant(start+size)
		if at < from || at >= to || to-from != size || local(from, zone)%size != 0 {
			t.Fatalf("%s of %s in %s: %s to %s", size.Length(), at, name, from, to)
		}
	})
}

// TestWallOrder checks that readings and instants lead back to one another.
func TestWallOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name, zone := drawZone(t)
		s := window.TumbleOf(rapid.SampledFrom([]window.Micros{window.Minute, window.Hour, window.Day}).Draw(t, "size"), 0)
		s.Zone = name
		w := wallOf(t, s)
		at, x := drawInstant(t, zone), local(drawInstant(t, zone), zone)
		if (w.At(at) >= x) != (at >= w.Instant(x)) {
			t.Fatalf("at %s the clock reads %s; it reads %s at %s", at, w.At(at), x, w.Instant(x))
		}
		later := at + window.Micros(rapid.Int64Range(0, int64(400*window.Day)).Draw(t, "later"))
		if w.At(later) < w.At(at) {
			t.Fatalf("the clock falls from %s to %s", w.At(at), w.At(later))
		}
		list := w.Readings(nil, []int64{int64(at), int64(later), int64(window.Max), int64(at)})
		for i, in := range []window.Micros{at, later, window.Max, at} {
			if window.Micros(list[i]) != w.At(in) {
				t.Fatalf("at %s the clock reads %s, and %s in a list", in, w.At(in), window.Micros(list[i]))
			}
		}
	})
}

func TestZones(t *testing.T) {
	for _, name := range window.Zones() {
		if _, err := window.ParseZone(name); err != nil {
			t.Error(err)
		}
		s := window.TumbleOf(window.Day, 0)
		s.Zone = name
		wallOf(t, s)
	}
	if zone, err := window.ParseZone("UTC"); zone != "" || err != nil {
		t.Errorf("UTC is %q, %v", zone, err)
	}
	for _, name := range []string{"", "Local", "Europe/Berln", "../etc/passwd"} {
		if _, err := window.ParseZone(name); err == nil || !strings.Contains(err.Error(), "unknown time zone") {
			t.Errorf("%q is a zone: %v", name, err)
		}
	}
	var utc *window.Wall
	if at := utc.At(5); at != 5 || utc.Instant(7) != 7 || !utc.Lasts(1, 2) {
		t.Errorf("UTC reads %d", at)
	}
}

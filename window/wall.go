package window

import (
	"math"
	"sort"
	"time"
)

// Wall is the wall clock of a time zone as windows go by it. It leads from instants
// to readings, which never fall, so that windows are cut on them as on UTC, and
// back. The nil Wall is UTC: it reads instants as they are.
//
// Where the clocks of the zone change by a multiple of the distance at which
// windows begin, the reading goes on evenly: windows keep their length, and the
// hour that comes twice in autumn gives two windows of an hour. Else the reading
// follows the clocks: it skips what they skip, and stands still while they show
// again what they have shown before. So days are 23 or 25 hours long where they
// are, and windows of six hours begin at six o'clock on such days, too.
//
// The rules of a zone are followed until the year 2400.
type Wall struct {
	from  []Micros // the instant from which each stretch counts; the first is Min
	shift []Micros // what the reading is ahead of the instant
	top   []Micros // the greatest reading before the stretch
}

// lastRules ends the years for which the changes of a zone are computed.
const lastRules = 2400

// Wall returns the clock that the windows go by: nil for UTC.
func (s Spec) Wall() (*Wall, error) {
	if s.Zone == "" {
		return nil, nil
	}
	zone, err := time.LoadLocation(s.Zone)
	if err != nil {
		return nil, err
	}
	at := time.Date(1800, 1, 1, 0, 0, 0, 0, zone)
	shift := ahead(at)
	w := &Wall{from: []Micros{Min}, shift: []Micros{shift}, top: []Micros{Min}}
	now := shift
	for {
		_, end := at.ZoneBounds()
		if end.IsZero() || end.Year() >= lastRules {
			return w, nil
		}
		if !end.After(at) {
			end = at.Add(time.Hour) // package time gives a last day of leap years bounds that end as it begins
		}
		at = end
		change := ahead(at) - now
		now += change
		if change%s.Grid() == 0 {
			continue
		}
		last := len(w.from) - 1
		w.top = append(w.top, max(w.top[last], At(at)-1+shift))
		shift += change
		w.from, w.shift = append(w.from, At(at)), append(w.shift, shift)
	}
}

// ahead is what the clocks of t's zone are ahead of UTC at t.
func ahead(t time.Time) Micros {
	_, seconds := t.Zone()
	return Micros(seconds) * Second
}

// At returns the reading at an instant. The ends of time stay what they are.
func (w *Wall) At(t Micros) Micros {
	if w == nil || !InRange(t) {
		return t
	}
	i := sort.Search(len(w.from), func(i int) bool { return w.from[i] > t }) - 1
	return max(w.top[i], t+w.shift[i])
}

// Readings appends the readings at instants to dst.
func (w *Wall) Readings(dst, instants []int64) []int64 {
	var from, to, shift, top Micros
	for _, at := range instants {
		t := Micros(at)
		if !InRange(t) {
			dst = append(dst, at)
			continue
		}
		if t < from || t >= to {
			i := sort.Search(len(w.from), func(i int) bool { return w.from[i] > t }) - 1
			from, to, shift, top = w.from[i], math.MaxInt64, w.shift[i], w.top[i]
			if i+1 < len(w.from) {
				to = w.from[i+1]
			}
		}
		dst = append(dst, int64(max(top, t+shift)))
	}
	return dst
}

// Instant returns the first instant at which the clock reads x or more.
func (w *Wall) Instant(x Micros) Micros {
	if w == nil || !InRange(x) {
		return x
	}
	i := sort.Search(len(w.top)-1, func(i int) bool { return w.top[i+1] >= x })
	return max(w.from[i], x-w.shift[i])
}

// Lasts reports whether any time passes between two readings.
func (w *Wall) Lasts(from, to Micros) bool { return w == nil || w.Instant(from) < w.Instant(to) }

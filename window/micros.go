// Package window is event time and nothing but: instants, watermarks, and the
// mathematics of windows. It is pure: no Arrow, no context, no locks, no clock.
package window

import (
	"math"
	"time"
)

// Micros is an instant or a length of time in microseconds. An instant counts
// from 1970-01-01T00:00:00Z.
type Micros int64

// The ends of event time. Min is before every instant and the value of a
// watermark that has seen nothing. Max is after every instant and the watermark
// that ends a bounded input.
const (
	Min Micros = math.MinInt64
	Max Micros = math.MaxInt64
)

// Lengths of time.
const (
	Millisecond Micros = 1000
	Second             = 1000 * Millisecond
	Minute             = 60 * Second
	Hour               = 60 * Minute
	Day                = 24 * Hour
)

// At converts t to an instant.
func At(t time.Time) Micros { return Micros(t.UnixMicro()) }

// Time converts an instant to a time in UTC.
func (m Micros) Time() time.Time { return time.UnixMicro(int64(m)).UTC() }

// String prints an instant as ISO 8601 with microseconds, the ends of time by
// their names.
func (m Micros) String() string {
	switch m {
	case Min:
		return "-infinity"
	case Max:
		return "infinity"
	}
	return m.Time().Format("2006-01-02T15:04:05.999999Z")
}

// Watermark says that no row with an earlier event time is expected. Idle says
// that the input it speaks for is quiet and is to be left out of any minimum, unless
// it Keeps rows that are yet to come out, at its own time.
type Watermark struct {
	At    Micros
	Idle  bool
	Keeps bool // only where Idle
}

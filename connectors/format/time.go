package format

import (
	"fmt"
	"strings"
	"time"

	"github.com/itchyny/timefmt-go"
)

// timeFormats are the words that the option "timestamp.format" knows; anything
// else must be a strftime pattern.
var timeFormats = [...]string{"auto", "iso8601", "rfc3339", "sql", "epoch_s", "epoch_ms", "epoch_us", "epoch_ns"}

// TimeParser turns the text of an instant into microseconds since
// 1970-01-01T00:00:00Z. Text without a zone is UTC.
type TimeParser = func(text []byte) (micros int64, ok bool)

// NewTimeParser returns the parser that a value of the option
// "timestamp.format" stands for:
//
//   - auto (also the empty string): a number by its magnitude (below 1e11
//     seconds, below 1e14 milliseconds, below 1e17 microseconds, else
//     nanoseconds), ISO 8601 or SQL text, or 17/May/2015:10:05:03 +0000;
//   - iso8601, rfc3339, sql: 2015-05-17T10:05:03.25Z or 2015-05-17 10:05:03, zone, time
//     and fraction optional;
//   - epoch_s, epoch_ms, epoch_us, epoch_ns: a number, fractions allowed;
//   - a strftime pattern such as %d.%m.%Y %H:%M.
//
// Digits beyond a microsecond are cut off.
func NewTimeParser(option string) (TimeParser, error) {
	switch strings.ToLower(option) {
	case "", "auto":
		return parseAnyTime, nil
	case "iso8601", "rfc3339", "sql":
		return parseCalendarText, nil
	}
	if epoch := NewEpochParser(option); epoch != nil {
		unit := units[strings.ToLower(option)]
		return func(text []byte) (int64, bool) { return parseEpochText(text, unit) }, nil
	}
	return newPatternParser(option)
}

// NewEpochParser returns how NewTimeParser(option) reads an integer, or nil if
// it takes no bare integers as numbers of a unit.
func NewEpochParser(option string) func(n int64) (micros int64, ok bool) {
	switch strings.ToLower(option) {
	case "", "auto":
		return epochByMagnitude
	case "epoch_s":
		return func(n int64) (int64, bool) { return n * 1_000_000, n > -maxSeconds && n < maxSeconds }
	case "epoch_ms":
		return func(n int64) (int64, bool) { return n * 1000, n > -maxSeconds*1000 && n < maxSeconds*1000 }
	case "epoch_us":
		return func(n int64) (int64, bool) { return n, true }
	case "epoch_ns":
		return func(n int64) (int64, bool) { return floorDiv(n, 1000), true }
	}
	return nil
}

// maxSeconds keeps n*1e6 within an int64.
const maxSeconds = 1 << 43

// units are powers of ten: how many digits of the unit make a second.
var units = map[string]int{"epoch_s": 0, "epoch_ms": 3, "epoch_us": 6, "epoch_ns": 9}

func epochByMagnitude(n int64) (int64, bool) {
	size := n
	if size < 0 {
		size = -size
	}
	switch {
	case size < 0:
		return floorDiv(n, 1000), true // the least int64 has no opposite
	case size < 1e11:
		return n * 1_000_000, true
	case size < 1e14:
		return n * 1000, true
	case size < 1e17:
		return n, true
	}
	return floorDiv(n, 1000), true
}

func floorDiv(n, by int64) int64 {
	q := n / by
	if n%by < 0 {
		q--
	}
	return q
}

func parseAnyTime(text []byte) (int64, bool) {
	if micros, ok := parseCalendarText(text); ok {
		return micros, true
	}
	if micros, ok := parseEpochText(text, -1); ok {
		return micros, true
	}
	return parseApacheTime(text)
}

// newPatternParser checks a strftime pattern by a round trip.
func newPatternParser(pattern string) (TimeParser, error) {
	if !strings.Contains(pattern, "%") {
		return nil, fmt.Errorf("want one of %s, or a strftime pattern with %%, got %q",
			strings.Join(timeFormats[:], ", "), pattern)
	}
	sample := time.Date(2015, 5, 17, 10, 5, 3, 0, time.UTC)
	if _, err := timefmt.Parse(timefmt.Format(sample, pattern), pattern); err != nil {
		return nil, fmt.Errorf("bad strftime pattern %q: %w", pattern, err)
	}
	return func(text []byte) (int64, bool) {
		t, err := timefmt.Parse(string(text), pattern)
		return t.UnixMicro(), err == nil
	}, nil
}

package window

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"
)

var lengths = []struct {
	unit Micros
	name string
}{
	{Day, "day"}, {Hour, "hour"}, {Minute, "minute"}, {Second, "second"}, {Millisecond, "millisecond"},
}

// Length prints m as a length of time in the greatest unit that it is a
// multiple of: "90 seconds", "1 hour".
func (m Micros) Length() string {
	for _, l := range lengths {
		if m != 0 && m%l.unit == 0 {
			return plural(int64(m/l.unit), l.name)
		}
	}
	return plural(int64(m), "microsecond")
}

// Duration is m as a duration, and whether it fits into one: they end at 292 years.
func (m Micros) Duration() (time.Duration, bool) {
	d := time.Duration(m) * time.Microsecond
	return d, Micros(d/time.Microsecond) == m
}

func plural(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%s %ss", strconv.FormatInt(n, 10), unit)
}

// units are the names of lengths of time that ParseLength knows.
var units = map[string]Micros{
	"us": 1, "microsecond": 1, "ms": Millisecond, "millisecond": Millisecond, "s": Second, "sec": Second, "second": Second,
	"m": Minute, "min": Minute, "minute": Minute, "h": Hour, "hour": Hour, "d": Day, "day": Day, "w": 7 * Day, "week": 7 * Day,
}

// ParseLength reads a length of time: "1 day", "90s", "1h30m", "1.5 hours". It says
// false of anything else, and of what is less than a microsecond or too long.
func ParseLength(text string) (Micros, bool) {
	total := new(big.Rat)
	rest := strings.TrimSpace(strings.ToLower(text))
	for rest != "" {
		n := len(rest) - len(strings.TrimLeft(rest, "0123456789."))
		amount, ok := new(big.Rat).SetString(rest[:n])
		if n == 0 || n > 30 || !ok {
			return 0, false
		}
		rest = strings.TrimLeft(rest[n:], " ")
		n = len(rest) - len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyz"))
		unit, ok := units[rest[:n]]
		if !ok {
			unit, ok = units[strings.TrimSuffix(rest[:n], "s")]
		}
		if !ok {
			return 0, false
		}
		total.Add(total, amount.Mul(amount, new(big.Rat).SetInt64(int64(unit))))
		rest = strings.TrimLeft(rest[n:], " ")
	}
	if !total.IsInt() || !total.Num().IsInt64() || text == "" {
		return 0, false
	}
	m := Micros(total.Num().Int64())
	return m, m <= Latest
}

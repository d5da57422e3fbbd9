package window

import (
	"fmt"
	"strings"
	"time"
)

// Unit is a unit of the calendar.
type Unit uint8

// The units, from the finest.
const (
	UnitMicrosecond Unit = iota
	UnitMillisecond
	UnitSecond
	UnitMinute
	UnitHour
	UnitDay
	UnitWeek // from Monday
	UnitMonth
	UnitQuarter
	UnitYear
)

var unitNames = [...]string{
	"MICROSECOND", "MILLISECOND", "SECOND", "MINUTE", "HOUR", "DAY", "WEEK", "MONTH", "QUARTER", "YEAR",
}

// String is the SQL name.
func (u Unit) String() string { return unitNames[u] }

// ParseUnit returns the unit that SQL calls name, in any case, also in the plural.
func ParseUnit(name string) (Unit, error) {
	upper := strings.TrimSuffix(strings.ToUpper(name), "S")
	for i, n := range unitNames {
		if n == upper {
			return Unit(i), nil
		}
	}
	return 0, fmt.Errorf("unknown unit of time %q, known are %s", name, strings.Join(unitNames[:], ", "))
}

// fixed holds the lengths of the units that always last equally long.
var fixed = [...]Micros{1, Millisecond, Second, Minute, Hour, Day, 7 * Day}

// monday is the first Monday of time, which weeks are counted from.
const monday = 4 * Day

// Floor returns the start of the unit that holds t, in UTC.
func (u Unit) Floor(t Micros) Micros {
	if u == UnitWeek {
		return FloorTo(t, fixed[u], monday)
	}
	if int(u) < len(fixed) {
		return FloorTo(t, fixed[u], 0)
	}
	at := t.Time()
	month := at.Month()
	switch u {
	case UnitQuarter:
		month -= (month - 1) % 3
	case UnitYear:
		month = time.January
	}
	return At(time.Date(at.Year(), month, 1, 0, 0, 0, 0, time.UTC))
}

// Ceil returns the first start of a unit that is not before t, in UTC.
func (u Unit) Ceil(t Micros) Micros {
	start := u.Floor(t)
	if start == t {
		return t
	}
	if int(u) < len(fixed) {
		return start + fixed[u]
	}
	months := map[Unit]int{UnitMonth: 1, UnitQuarter: 3, UnitYear: 12}[u]
	return At(start.Time().AddDate(0, months, 0))
}

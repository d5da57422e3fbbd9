package window

import (
	"fmt"
	"strconv"
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

func plural(n int64, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%s %ss", strconv.FormatInt(n, 10), unit)
}

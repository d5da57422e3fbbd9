package expr

import (
	"time"
	_ "time/tzdata" // zones must not depend on the machine
)

func makeTimeFunctions() []*Function {
	const sample = "TIMESTAMP '2015-05-17 10:05:03.25'"
	epoch := func(name string, unit int64, summary, result string) []*Function {
		return define(name+"(time TIMESTAMP) -> BIGINT", int1(func(v int64) int64 { q, _ := floorDiv(v, unit); return q }),
			summary, name+"("+sample+")", result).total().as()
	}
	return family(
		define("DATE(time DATE) -> DATE", int1(same), "The day of a time.", "DATE("+sample+")", "2015-05-17").as(),
		define("TIME(time TIME) -> TIME", int1(same), "The time of the day of a time.", "TIME("+sample+")", "10:05:03.25").as(),
		define("TIMESTAMP(time TIMESTAMP) -> TIMESTAMP", int1(same), "A day or a text as a time, with a time of the day added where given.",
			"TIMESTAMP('2015-05-17', '10:05:03')", "2015-05-17 10:05:03").
			or("TIMESTAMP(time TIMESTAMP, add TIME) -> TIMESTAMP", timeSum(1)).as(),
		define("MAKEDATE(year BIGINT, day BIGINT) -> DATE", intRow(makeDate),
			"The day of a year, from 1; NULL before it.", "MAKEDATE(2015, 32)", "2015-02-01").as(),
		define("MAKETIME(hour BIGINT, minute BIGINT, second DOUBLE) -> TIME", intRow(makeTime),
			"A time of the day; NULL if it is none.", "MAKETIME(10, 5, 3)", "10:05:03").as(),
		define("LAST_DAY(time DATE) -> DATE", int1(func(days int64) int64 {
			c := civilOf(days)
			c.day = monthLength(c.year, c.month)
			return c.days()
		}), "The last day of the month.", "LAST_DAY('2016-02-05')", "2016-02-29").total().as(),
		define("TO_DAYS(time DATE) -> BIGINT", int1(func(v int64) int64 { return v + yearZero }),
			"Days since year 0.", "TO_DAYS('2007-10-07')", "733321").total().as(),
		define("FROM_DAYS(days BIGINT) -> DATE", intRow(func(r *row) int64 {
			v, ok := checkedDate(max(min(r.int(0), 1<<40), -1<<40) - yearZero)
			if !ok {
				r.null()
			}
			return v
		}), "The day some days after year 0; NULL beyond the years 1 to 9999.", "FROM_DAYS(733321)", "2007-10-07").total().as(),
		define("TO_SECONDS(time TIMESTAMP) -> BIGINT", int1(func(v int64) int64 {
			q, _ := floorDiv(v, second)
			return q + yearZero*86400
		}), "Seconds since year 0.", "TO_SECONDS('2009-11-29 13:43:32')", "63426721412").total().as(),
		define("SEC_TO_TIME(seconds DOUBLE) -> TIME", intRow(func(r *row) int64 {
			v := max(min(r.float(0), 838*3600+59*60+59), -(838*3600 + 59*60 + 59))
			return int64(v*float64(second) + copyHalf(v))
		}), "Seconds as a time of the day, up to 838 hours.", "SEC_TO_TIME(2378)", "00:39:38").total().as(),
		define("TIME_TO_SEC(time TIME) -> BIGINT", int1(func(v int64) int64 { return v / second }),
			"A time of the day in seconds.", "TIME_TO_SEC('22:23:00')", "80580").total().as(),
		epoch("EPOCH", second, "Whole seconds since 1970-01-01 00:00:00 UTC.", "1431857103"),
		epoch("EPOCH_MS", 1000, "Whole milliseconds since 1970-01-01 00:00:00 UTC.", "1431857103250"),
		epoch("EPOCH_US", 1, "Microseconds since 1970-01-01 00:00:00 UTC.", "1431857103250000"),
		define("CONVERT_TZ(time TIMESTAMP, from VARCHAR, to VARCHAR) -> TIMESTAMP", zoneMaker(1, 2),
			"A time of one zone as the clocks of another have it; NULL for unknown zones.",
			"CONVERT_TZ("+sample+", 'UTC', 'Europe/Berlin')", "2015-05-17 12:05:03.25").as(),
		define("AT_TIMEZONE(time TIMESTAMP, zone VARCHAR) -> TIMESTAMP", zoneMaker(-1, 1),
			"A time in UTC as the clocks of a zone have it; NULL for unknown zones.",
			"AT_TIMEZONE("+sample+", '-03:30')", "2015-05-17 06:35:03.25").as(),
	)
}

// yearZero is how many days MySQL counts from year 0 to 1970-01-01.
const yearZero = 719528

// makeDate reads years of two digits as MySQL does: 70 to 99 are of the last century.
func makeDate(r *row) int64 {
	y, d := r.int(0), r.int(1)
	switch {
	case y >= 0 && y < 70:
		y += 2000
	case y >= 70 && y < 100:
		y += 1900
	}
	if d < 1 || d > lastDay || y < 1 || y > 9999 {
		r.null()
		return 0
	}
	v, ok := checkedDate(civil{y, 1, 1}.days() + d - 1)
	if !ok {
		r.null()
	}
	return v
}

func makeTime(r *row) int64 {
	h, m, s := r.int(0), r.int(1), r.float(2)
	if m < 0 || m > 59 || s < 0 || s >= 60 || h > 838 || h < -838 {
		r.null()
		return 0
	}
	v := max(h, -h)*hour + m*minute + int64(s*float64(second)+0.5)
	if h < 0 {
		return -v
	}
	return v
}

// zoneMaker converts from the zone in one argument (-1: UTC) to that in another.
func zoneMaker(from, to int) maker {
	return func([]Node) (kernel, error) {
		zones := map[string]*time.Location{}
		zone := func(r *row, k int) *time.Location {
			if k < 0 {
				return time.UTC
			}
			text := r.text(k)
			loc, known := zones[string(text)]
			if !known && len(zones) < 1000 {
				loc = loadZone(string(text))
				zones[string(text)] = loc
			}
			return loc
		}
		return func(f *frame) {
			runInt(f, func(r *row) int64 {
				a, b := zone(r, from), zone(r, to)
				if a == nil || b == nil {
					r.null()
					return 0
				}
				return convertZone(r.int(0), a, b)
			})
		}, nil
	}
}

func loadZone(name string) *time.Location {
	s := scanner{[]byte(name)}
	if len(name) > 0 && (name[0] == '+' || name[0] == '-') {
		ahead, ok := s.zone()
		if !ok {
			return nil
		}
		return time.FixedZone(name, int(ahead/second))
	}
	if name == "" || name == "SYSTEM" || name == "Local" {
		return time.UTC
	}
	loc, err := time.LoadLocation(name)
	if err != nil {
		return nil
	}
	return loc
}

func convertZone(v int64, from, to *time.Location) int64 {
	clock := time.UnixMicro(v).UTC()
	at := time.Date(clock.Year(), clock.Month(), clock.Day(), clock.Hour(), clock.Minute(), clock.Second(), clock.Nanosecond(), from)
	_, offset := at.In(to).Zone()
	return at.UnixMicro() + int64(offset)*second
}

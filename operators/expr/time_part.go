package expr

import (
	"strings"

	"kinesql/operators/batch"
)

// part reads one field of an instant.
type part func(micros int64) int64

func datePart(get func(c civil) int64) part {
	return func(micros int64) int64 { q, _ := floorDiv(micros, day); return get(civilOf(q)) }
}

func dayPart(get func(days int64) int64) part {
	return func(micros int64) int64 { q, _ := floorDiv(micros, day); return get(q) }
}

// clockPart reads a field of the time of the day, or of a TIME, which may be long
// or negative.
func clockPart(unit, within int64) part {
	return func(micros int64) int64 {
		_, r := floorDiv(micros, day)
		return r / unit % within
	}
}

// parts is what EXTRACT and DATE_PART take.
func parts() map[string]part {
	m := map[string]part{
		"YEAR":        datePart(func(c civil) int64 { return c.year }),
		"QUARTER":     datePart(func(c civil) int64 { return (c.month + 2) / 3 }),
		"MONTH":       datePart(func(c civil) int64 { return c.month }),
		"WEEK":        dayPart(func(days int64) int64 { w, _ := week(days, 0); return w }),
		"ISOWEEK":     dayPart(func(days int64) int64 { w, _ := week(days, 3); return w }),
		"DAY":         datePart(func(c civil) int64 { return c.day }),
		"DOW":         dayPart(func(days int64) int64 { return (weekday(days) + 1) % 7 }),
		"ISODOW":      dayPart(func(days int64) int64 { return weekday(days) + 1 }),
		"DOY":         dayPart(yearDay),
		"HOUR":        clockPart(hour, 24),
		"MINUTE":      clockPart(minute, 60),
		"SECOND":      clockPart(second, 60),
		"MILLISECOND": clockPart(1000, 1000),
		"MICROSECOND": clockPart(1, second),
		"EPOCH":       func(micros int64) int64 { q, _ := floorDiv(micros, second); return q },
	}
	for _, c := range [][]string{
		{"YEAR", "MONTH"}, {"DAY", "HOUR"}, {"DAY", "HOUR", "MINUTE"}, {"DAY", "HOUR", "MINUTE", "SECOND"},
		{"DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND"}, {"HOUR", "MINUTE"}, {"HOUR", "MINUTE", "SECOND"},
		{"HOUR", "MINUTE", "SECOND", "MICROSECOND"}, {"MINUTE", "SECOND"}, {"MINUTE", "SECOND", "MICROSECOND"},
		{"SECOND", "MICROSECOND"},
	} {
		m[c[0]+"_"+c[len(c)-1]] = compoundPart(m, c)
	}
	return m
}

// compoundPart writes its fields side by side: HOUR_MINUTE of 10:05 is 1005.
func compoundPart(m map[string]part, fields []string) part {
	return func(micros int64) int64 {
		v := int64(0)
		for i, f := range fields {
			width := int64(100)
			if f == "MICROSECOND" {
				width = second
			}
			if i == 0 {
				width = 1
			}
			v = v*width + m[f](micros)
		}
		return v
	}
}

// week is MySQL's WEEK in modes 0 to 7, with the year that the week is of.
func week(days, mode int64) (number, year int64) {
	mondayFirst, weekYear, firstWeekday := mode&1 != 0, mode&2 != 0, mode&4 != 0
	if !mondayFirst {
		firstWeekday = !firstWeekday
	}
	c := civilOf(days)
	year = c.year
	first := civil{year, 1, 1}.days()
	wd := weekday(first)
	if !mondayFirst {
		wd = (wd + 1) % 7
	}
	late := func() bool { return firstWeekday && wd != 0 || !firstWeekday && wd >= 4 }
	if c.month == 1 && c.day <= 7-wd {
		if !weekYear && late() {
			return 0, year
		}
		weekYear = true
		year--
		length := first - civil{year, 1, 1}.days()
		first -= length
		wd = (wd + 53*7 - length) % 7
	}
	n := days - (first - wd)
	if late() {
		n = days - (first + 7 - wd)
	}
	if weekYear && n >= 52*7 {
		wd = (wd + civil{year + 1, 1, 1}.days() - civil{year, 1, 1}.days()) % 7
		if !late() {
			return 1, year + 1
		}
	}
	return n/7 + 1, year
}

var dayNames = [...]string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

var monthNames = [...]string{"January", "February", "March", "April", "May", "June", "July", "August",
	"September", "October", "November", "December"}

func partFieldFunctions() []*Function {
	const sample = "TIMESTAMP '2015-05-17 10:05:03.25'"
	all := parts()
	dateField := func(name, field, summary, result string) *Function {
		return define(name+"(time TIMESTAMP) -> BIGINT", int1(all[field]), summary, name+"("+sample+")", result).total()
	}
	clockField := func(name string, unit, within int64, summary, result string) *Function {
		return define(name+"(time TIME) -> BIGINT", int1(func(v int64) int64 { return max(v, -v) / unit % within }),
			summary, name+"("+sample+")", result).
			or(name+"(time TIMESTAMP) -> BIGINT", int1(all[name])).total()
	}
	return family(
		dateField("YEAR", "YEAR", "The year.", "2015").as(),
		dateField("QUARTER", "QUARTER", "The quarter, 1 to 4.", "2").as(),
		dateField("MONTH", "MONTH", "The month, 1 to 12.", "5").as(),
		dateField("DAYOFMONTH", "DAY", "The day of the month, 1 to 31.", "17").as("DAY"),
		dateField("DAYOFYEAR", "DOY", "The day of the year, 1 to 366.", "137").as(),
		define("DAYOFWEEK(time TIMESTAMP) -> BIGINT", int1(func(v int64) int64 { return all["DOW"](v) + 1 }),
			"The day of the week, 1 for Sunday to 7.", "DAYOFWEEK("+sample+")", "1").total().as(),
		define("WEEKDAY(time TIMESTAMP) -> BIGINT", int1(func(v int64) int64 { return all["ISODOW"](v) - 1 }),
			"The day of the week, 0 for Monday to 6.", "WEEKDAY("+sample+")", "6").total().as(),
		define("WEEK(time TIMESTAMP[, mode BIGINT]) -> BIGINT", intRow(func(r *row) int64 {
			days, _ := floorDiv(r.int(0), day)
			w, _ := week(days, r.intOr(1, 0)&7)
			return w
		}), "The week of the year, counted as MySQL's modes 0 to 7 say.", "WEEK("+sample+", 3)", "20").total().as(),
		dateField("WEEKOFYEAR", "ISOWEEK", "The ISO week, 1 to 53.", "20").as(),
		define("YEARWEEK(time TIMESTAMP[, mode BIGINT]) -> BIGINT", intRow(func(r *row) int64 {
			days, _ := floorDiv(r.int(0), day)
			w, y := week(days, r.intOr(1, 0)&7|2)
			return y*100 + w
		}), "The year and the week as one number.", "YEARWEEK("+sample+")", "201520").total().as(),
		clockField("HOUR", hour, 1000, "The hour.", "10").as(),
		clockField("MINUTE", minute, 60, "The minute.", "5").as(),
		clockField("SECOND", second, 60, "The second.", "3").as(),
		clockField("MICROSECOND", 1, second, "The microseconds of the second.", "250000").as(),
		define("DAYNAME(time TIMESTAMP) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			return append(dst, dayNames[all["ISODOW"](r.int(0))-1]...)
		}), "The name of the day.", "DAYNAME("+sample+")", "Sunday").total().as(),
		define("MONTHNAME(time TIMESTAMP) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			return append(dst, monthNames[all["MONTH"](r.int(0))-1]...)
		}), "The name of the month.", "MONTHNAME("+sample+")", "May").total().as(),
		special("EXTRACT(unit VARCHAR, time TIMESTAMP) -> BIGINT", resolveExtract(all),
			"A field of a time: YEAR, QUARTER, MONTH, WEEK, DAY, HOUR, MINUTE, SECOND, MICROSECOND, EPOCH, DOW, DOY or a pair such as HOUR_MINUTE.",
			"EXTRACT(YEAR FROM "+sample+")", "2015").as(),
		special("DATE_PART(unit VARCHAR, time TIMESTAMP) -> BIGINT", resolveExtract(all),
			"The same as EXTRACT.", "DATE_PART('year', "+sample+")", "2015").as(),
	)
}

func resolveExtract(all map[string]part) func(args []Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		if err := arity("EXTRACT", args, 2); err != nil {
			return nil, nil, err
		}
		unit, err := constText("EXTRACT", args, 0)
		if err != nil {
			return nil, nil, err
		}
		get, ok := all[strings.ToUpper(unit)]
		if !ok {
			return nil, nil, typeErrorf(0, "unknown unit of time %q", unit)
		}
		want := class("TIMESTAMP")
		if args[1].Type().ID == batch.Time {
			want = "TIME"
		}
		if want.cost(args[1].Type()) >= impossible {
			return nil, nil, typeErrorf(1, "EXTRACT wants TIMESTAMP as argument 2, got %s", args[1].Type())
		}
		t, err := want.coerce(args[1])
		if err != nil {
			return nil, nil, blame(err, 1)
		}
		k := intRow(func(r *row) int64 { return get(r.int(1)) })
		return &implementation{typ: batch.Of(batch.BigInt), total: true, make: k}, []Node{args[0], t}, nil
	}
}

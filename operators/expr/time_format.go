package expr

import (
	"bytes"
	"strconv"
	"strings"

	"kinesql/operators/batch"
)

func formatFunctions() []*Function {
	const sample = "TIMESTAMP '2015-05-17 10:05:03.25'"
	return family(
		define("DATE_FORMAT(time TIMESTAMP, format VARCHAR) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			return formatTime(dst, r.int(0), r.text(1))
		}), "A time as text, by the %-codes of MySQL.", "DATE_FORMAT("+sample+", '%a %d %b %Y %H:%i')", "Sun 17 May 2015 10:05").total().as(),
		define("TIME_FORMAT(time TIME, format VARCHAR) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			if r.int(0) < 0 {
				dst = append(dst, '-')
			}
			clock := max(r.int(0), -r.int(0))
			return moment{civilOf(0), 0, clock}.format(dst, r.text(1))
		}), "A time of the day as text, by the %-codes of MySQL.", "TIME_FORMAT('10:05:03', '%H.%i')", "10.05").total().as(),
		special("STR_TO_DATE(text VARCHAR, format VARCHAR) -> TIMESTAMP", resolveStrToDate,
			"The time that a text holds by the %-codes of MySQL, NULL if it does not; DATE or TIME where a constant format has only such codes.",
			"STR_TO_DATE('17/May/2015:10:05:03', '%d/%b/%Y:%H:%i:%s')", "2015-05-17 10:05:03").as(),
		define("FROM_UNIXTIME(seconds BIGINT) -> TIMESTAMP", unixTime(func(r *row) (int64, bool) {
			v, code := mulInt(r.int(0), second)
			return v, code == ""
		}), "The time some seconds after 1970-01-01 00:00:00 UTC.", "FROM_UNIXTIME(1431857103)", "2015-05-17 10:05:03").
			or("FROM_UNIXTIME(seconds DOUBLE) -> TIMESTAMP", unixTime(floatSeconds)).
			or("FROM_UNIXTIME(seconds BIGINT, format VARCHAR) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
				v, code := mulInt(r.int(0), second)
				if code != "" || v < firstInstant || v > lastInstant {
					r.null()
					return dst
				}
				return formatTime(dst, v, r.text(1))
			})).as(),
		define("UNIX_TIMESTAMP([time TIMESTAMP]) -> BIGINT", intRow(func(r *row) int64 {
			v := r.f.p.instantNow()
			if r.count() > 0 {
				v = r.int(0)
			}
			q, _ := floorDiv(v, second)
			return q
		}), "Whole seconds since 1970-01-01 00:00:00 UTC, of the processing time unless given.", "UNIX_TIMESTAMP("+sample+")", "1431857103").perBatch().as(),
		define("TO_TIMESTAMP(seconds DOUBLE) -> TIMESTAMP", unixTime(floatSeconds),
			"The time that a text holds (ISO 8601, or by %-codes), or some seconds after 1970.", "TO_TIMESTAMP('2015-05-17T10:05:03Z')", "2015-05-17 10:05:03").
			or("TO_TIMESTAMP(time TIMESTAMP) -> TIMESTAMP", int1(same)).
			or("TO_TIMESTAMP(text VARCHAR, format VARCHAR) -> TIMESTAMP", intRow(strToTime)).as(),
		epochTime("TO_TIMESTAMP_MS", 1000, "The time some milliseconds after 1970-01-01 00:00:00 UTC.", "1431857103250").as(),
		epochTime("TO_TIMESTAMP_US", 1, "The time some microseconds after 1970-01-01 00:00:00 UTC.", "1431857103250000").as(),
		define("TO_DATE(time DATE) -> DATE", int1(same),
			"The day of a time, or of a text (ISO 8601, or by %-codes).", "TO_DATE('17.05.2015', '%d.%m.%Y')", "2015-05-17").
			or("TO_DATE(text VARCHAR, format VARCHAR) -> DATE", intRow(func(r *row) int64 {
				q, _ := floorDiv(strToTime(r), day)
				return q
			})).as(),
	)
}

func floatSeconds(r *row) (int64, bool) {
	v := r.float(0)
	return int64(v*float64(second) + copyHalf(v)), v > -1e11 && v < 1e12
}

func copyHalf(v float64) float64 {
	if v < 0 {
		return -0.5
	}
	return 0.5
}

func unixTime(read func(r *row) (int64, bool)) maker {
	return intRow(func(r *row) int64 {
		v, ok := read(r)
		if !ok || v < firstInstant || v > lastInstant {
			r.fault(codeOverflow, "%s of %s is out of the range of TIMESTAMP", name(r.f), appendText(nil, r.vec(0), r.i))
		}
		return v
	})
}

func epochTime(name string, unit int64, summary, sample string) *Function {
	return define(name+"(count BIGINT) -> TIMESTAMP", unixTime(func(r *row) (int64, bool) {
		v, code := mulInt(r.int(0), unit)
		return v, code == ""
	}), summary, name+"("+sample+")", "2015-05-17 10:05:03.25")
}

// formatTime writes an instant by MySQL's %-codes; other codes stand for their
// letter.
func formatTime(dst []byte, micros int64, format []byte) []byte {
	days, clock := floorDiv(micros, day)
	return moment{civilOf(days), days, clock}.format(dst, format)
}

func (t moment) format(dst, format []byte) []byte {
	for i := 0; i < len(format); i++ {
		c := format[i]
		if c != '%' || i+1 == len(format) {
			dst = append(dst, c)
			continue
		}
		i++
		dst = t.appendCode(dst, format[i])
	}
	return dst
}

// moment is an instant taken apart.
type moment struct {
	civil
	days, clock int64
}

func (t moment) appendCode(dst []byte, code byte) []byte {
	if out, ok := t.appendClock(dst, code); ok {
		return out
	}
	switch code {
	case 'Y':
		return appendPadded(dst, t.year, 4)
	case 'y':
		return appendPadded(dst, t.year%100, 2)
	case 'm':
		return appendPadded(dst, t.month, 2)
	case 'c':
		return strconv.AppendInt(dst, t.month, 10)
	case 'M':
		return append(dst, monthNames[t.month-1]...)
	case 'b':
		return append(dst, monthNames[t.month-1][:3]...)
	case 'd':
		return appendPadded(dst, t.day, 2)
	case 'e':
		return strconv.AppendInt(dst, t.day, 10)
	case 'D':
		return append(strconv.AppendInt(dst, t.day, 10), ordinal(t.day)...)
	case 'j':
		return appendPadded(dst, yearDay(t.days), 3)
	case 'W':
		return append(dst, dayNames[weekday(t.days)]...)
	case 'a':
		return append(dst, dayNames[weekday(t.days)][:3]...)
	case 'w':
		return strconv.AppendInt(dst, (weekday(t.days)+1)%7, 10)
	case 'U', 'u', 'V', 'v', 'X', 'x':
		return t.appendWeek(dst, code)
	}
	return append(dst, code)
}

func (t moment) appendClock(dst []byte, code byte) ([]byte, bool) {
	h := t.clock / hour
	twelve := (h+11)%12 + 1
	switch code {
	case 'H':
		return appendPadded(dst, h, 2), true
	case 'k':
		return strconv.AppendInt(dst, h, 10), true
	case 'h', 'I':
		return appendPadded(dst, twelve, 2), true
	case 'l':
		return strconv.AppendInt(dst, twelve, 10), true
	case 'i':
		return appendPadded(dst, t.clock/minute%60, 2), true
	case 's', 'S':
		return appendPadded(dst, t.clock/second%60, 2), true
	case 'f':
		return appendPadded(dst, t.clock%second, 6), true
	case 'p':
		return append(dst, [...]string{"AM", "PM"}[h/12%2]...), true
	case 'T':
		return appendTime(dst, t.clock-t.clock%second), true
	case 'r':
		dst = append(appendPadded(dst, twelve, 2), appendTime(nil, t.clock%hour-t.clock%second)[2:]...)
		return append(dst, [...]string{" AM", " PM"}[h/12%2]...), true
	}
	return dst, false
}

func (t moment) appendWeek(dst []byte, code byte) []byte {
	mode := map[byte]int64{'U': 0, 'u': 1, 'V': 2, 'v': 3, 'X': 2, 'x': 3}[code]
	w, y := week(t.days, mode)
	if code == 'X' || code == 'x' {
		return appendPadded(dst, y, 4)
	}
	return appendPadded(dst, w, 2)
}

func ordinal(n int64) string {
	switch {
	case n%100 >= 11 && n%100 <= 13:
		return "th"
	case n%10 == 1:
		return "st"
	case n%10 == 2:
		return "nd"
	case n%10 == 3:
		return "rd"
	}
	return "th"
}

// resolveStrToDate chooses DATE or TIME by a constant format, as MySQL does.
func resolveStrToDate(args []Node) (*implementation, []Node, error) {
	f := define("STR_TO_DATE(text VARCHAR, format VARCHAR) -> TIMESTAMP", intRow(strToTime), "", "", "").total()
	impl, cast, err := f.choose(args)
	if err != nil {
		return nil, nil, err
	}
	v, _ := ConstValue(cast[1])
	format, ok := v.(string)
	if !ok {
		return impl, cast, nil
	}
	dated, timed := formatFields(format)
	switch {
	case dated && !timed:
		impl.typ = batch.Of(batch.Date)
		impl.make = intRow(func(r *row) int64 { q, _ := floorDiv(strToTime(r), day); return q })
	case timed && !dated:
		impl.typ = batch.Of(batch.Time)
		impl.make = intRow(func(r *row) int64 { _, rest := floorDiv(strToTime(r), day); return rest })
	}
	return impl, cast, nil
}

func formatFields(format string) (dated, timed bool) {
	for i := 0; i+1 < len(format); i++ {
		if format[i] == '%' {
			i++
			dated = dated || strings.IndexByte("YymcMbdeDjWawUuVvXx", format[i]) >= 0
			timed = timed || strings.IndexByte("HkhIlisSfpTr", format[i]) >= 0
		}
	}
	return dated, timed
}

// strToTime reads argument 0 by the format in argument 1; NULL if it does not fit.
// As in MySQL, blanks may precede every field, and what follows the last is left.
func strToTime(r *row) int64 {
	p := timeParser{scanner: scanner{trimBlanks(r.text(0))}, civil: civil{1970, 1, 1}, twelve: -1}
	v, ok := p.parse(r.text(1))
	if !ok {
		r.null()
	}
	return v
}

// timeParser collects the fields of a time.
type timeParser struct {
	scanner
	civil
	h, m, sec, frac int64
	pm, some        bool
	twelve          int64 // hour of %h, -1: none
	yday            int64 // of %j, 0: none
}

func (p *timeParser) parse(format []byte) (int64, bool) {
	for i := 0; i < len(format); i++ {
		switch c := format[i]; {
		case c == '%' && i+1 < len(format):
			i++
			p.s, p.some = bytes.TrimLeft(p.s, " \t\n\r"), true
			if !p.code(format[i]) {
				return 0, false
			}
		case isBlank(c):
			p.s = bytes.TrimLeft(p.s, " \t\n\r")
		case !p.skip(string(c)):
			return 0, false
		}
	}
	v, ok := p.instant()
	return v, ok && p.some
}

func (p *timeParser) instant() (int64, bool) {
	if p.twelve >= 0 {
		p.h = p.twelve % 12
		if p.pm {
			p.h += 12
		}
	}
	if p.year == 0 || p.month < 1 || p.month > 12 || p.day < 1 || p.day > monthLength(p.year, p.month) ||
		p.h > 23 || p.m > 59 || p.sec > 59 || p.twelve > 12 || p.twelve == 0 || p.yday > 366 {
		return 0, false
	}
	days := p.days()
	if p.yday > 0 {
		days = civil{p.year, 1, 1}.days() + p.yday - 1
	}
	return days*day + p.h*hour + p.m*minute + p.sec*second + p.frac, true
}

// code reads what one %-code stands for.
func (p *timeParser) code(code byte) (ok bool) {
	switch code {
	case 'Y':
		p.year, ok = p.number(1, 4)
	case 'y':
		p.year, ok = p.number(1, 2)
		p.year += 1900
		if p.year < 1970 {
			p.year += 100
		}
	case 'm', 'c':
		p.month, ok = p.number(1, 2)
	case 'd', 'e':
		p.day, ok = p.number(1, 2)
	case 'D':
		p.day, ok = p.number(1, 2)
		ok = ok && len(p.s) >= 2
		p.s = p.s[min(2, len(p.s)):]
	case 'M', 'b':
		p.month, ok = p.word(monthNames[:])
	case 'W', 'a':
		_, ok = p.word(dayNames[:])
	case 'j':
		p.yday, ok = p.number(1, 3)
	case '%':
		ok = p.skip("%")
	default:
		ok = p.clockCode(code)
	}
	return ok
}

func (p *timeParser) clockCode(code byte) (ok bool) {
	switch code {
	case 'H', 'k':
		p.h, ok = p.number(1, 2)
	case 'h', 'I', 'l':
		p.twelve, ok = p.number(1, 2)
	case 'i':
		p.m, ok = p.number(1, 2)
	case 's', 'S':
		p.sec, ok = p.number(1, 2)
	case 'f':
		p.frac, ok = p.fraction(0)
	case 'p':
		var half int64
		half, ok = p.word([]string{"AM", "PM"})
		p.pm = half == 2
	case 'T':
		var v int64
		v, ok = p.clock(23)
		p.h, p.m, p.sec, p.frac = v/hour, v/minute%60, v/second%60, v%second
	case 'r':
		ok = p.code('h') && p.skip(":") && p.code('i') && p.skip(":") && p.code('s') && p.skip(" ") && p.code('p')
	}
	return ok
}

// word reads a name, or its first three letters, and returns its number from 1.
func (p *timeParser) word(names []string) (int64, bool) {
	for i, n := range names {
		for _, size := range []int{len(n), min(3, len(n))} {
			if len(p.s) >= size && strings.EqualFold(string(p.s[:size]), n[:size]) {
				p.s = p.s[size:]
				return int64(i) + 1, true
			}
		}
	}
	return 0, false
}

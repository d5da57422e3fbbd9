package format

import (
	"strconv"

	"kinesql/window"
)

// ParseDate parses 2015-05-17 (or 2015/05/17) into days since 1970-01-01.
func ParseDate(text []byte) (days int64, ok bool) {
	days, rest, ok := cutDate(text)
	return days, ok && len(rest) == 0
}

// ParseTimeOfDay parses 10:05, 10:05:03 or 10:05:03.25 into microseconds since
// midnight.
func ParseTimeOfDay(text []byte) (micros int64, ok bool) {
	micros, rest, ok := cutClock(text)
	return micros, ok && len(rest) == 0
}

// parseCalendarText parses a date, alone or with a time of day, with or without
// a zone.
func parseCalendarText(text []byte) (int64, bool) {
	days, rest, ok := cutDate(text)
	if !ok {
		return 0, false
	}
	micros := days * int64(window.Day)
	if len(rest) == 0 {
		return micros, true
	}
	if c := rest[0]; c != 'T' && c != ' ' && c != 't' {
		return 0, false
	}
	clock, rest, ok := cutClock(rest[1:])
	if !ok {
		return 0, false
	}
	east, ok := parseZone(rest)
	return micros + clock - east, ok
}

// digits reads exactly n digits at the start of b.
func digits(b []byte, n int) (v int64, ok bool) {
	if len(b) < n {
		return 0, false
	}
	for _, c := range b[:n] {
		if c -= '0'; c > 9 {
			return 0, false
		} else {
			v = v*10 + int64(c)
		}
	}
	return v, true
}

// cutDate reads YYYY-MM-DD.
func cutDate(b []byte) (days int64, rest []byte, ok bool) {
	if len(b) < 10 || b[4] != b[7] || b[4] != '-' && b[4] != '/' {
		return 0, nil, false
	}
	year, ok1 := digits(b, 4)
	month, ok2 := digits(b[5:], 2)
	day, ok3 := digits(b[8:], 2)
	if !ok1 || !ok2 || !ok3 || !isDay(year, month, day) {
		return 0, nil, false
	}
	return daysOf(year, month, day), b[10:], true
}

var monthDays = [...]int64{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}

func isDay(year, month, day int64) bool {
	if month < 1 || month > 12 || day < 1 {
		return false
	}
	if month == 2 && year%4 == 0 && (year%100 != 0 || year%400 == 0) {
		return day <= 29
	}
	return day <= monthDays[month-1]
}

// daysOf counts the days from 1970-01-01 in the Gregorian calendar, with years
// that begin in March so that the leap day comes last.
func daysOf(year, month, day int64) int64 {
	if month <= 2 {
		year, month = year-1, month+12
	}
	era := floorDiv(year, 400)
	ofEra := year - era*400
	ofYear := (153*(month-3)+2)/5 + day - 1
	return era*146097 + ofEra*365 + ofEra/4 - ofEra/100 + ofYear - 719468
}

// cutClock reads HH:MM[:SS[.fraction]].
func cutClock(b []byte) (micros int64, rest []byte, ok bool) {
	hour, ok1 := digits(b, 2)
	if !ok1 || len(b) < 5 || b[2] != ':' || hour > 23 {
		return 0, nil, false
	}
	minute, ok2 := digits(b[3:], 2)
	if !ok2 || minute > 59 {
		return 0, nil, false
	}
	micros = hour*int64(window.Hour) + minute*int64(window.Minute)
	if b = b[5:]; len(b) == 0 || b[0] != ':' {
		return micros, b, true
	}
	second, ok3 := digits(b[1:], 2)
	if !ok3 || second > 59 {
		return 0, nil, false
	}
	fraction, rest, ok := cutFraction(b[3:])
	return micros + second*int64(window.Second) + fraction, rest, ok
}

// cutFraction reads an optional fraction of a second, after a point or a comma.
func cutFraction(b []byte) (micros int64, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '.' && b[0] != ',' {
		return 0, b, true
	}
	n, scale := 1, int64(window.Second)
	for ; n < len(b) && b[n]-'0' <= 9; n++ {
		scale /= 10
		micros += int64(b[n]-'0') * scale
	}
	return micros, b[n:], n > 1
}

// parseZone reads what may stand after a time of day: nothing, Z, UTC, GMT or
// an offset such as +02:00, +0200 or +02, perhaps after a space.
func parseZone(b []byte) (east int64, ok bool) {
	if len(b) > 1 && b[0] == ' ' {
		b = b[1:]
	}
	switch string(b) {
	case "", "Z", "z", "UTC", "GMT":
		return 0, true
	}
	hours, ok := digits(b[1:], 2)
	if !ok || hours > 23 || b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	minutes := int64(0)
	if tail := b[3:]; len(tail) > 0 {
		if tail[0] == ':' {
			tail = tail[1:]
		}
		if minutes, ok = digits(tail, 2); !ok || minutes > 59 || len(tail) > 2 {
			return 0, false
		}
	}
	east = hours*int64(window.Hour) + minutes*int64(window.Minute)
	if b[0] == '-' {
		east = -east
	}
	return east, true
}

const monthNames = "JanFebMarAprMayJunJulAugSepOctNovDec"

// parseApacheTime reads 17/May/2015:10:05:03 +0000.
func parseApacheTime(b []byte) (int64, bool) {
	if len(b) < 20 || b[2] != '/' || b[6] != '/' || b[11] != ':' {
		return 0, false
	}
	day, ok1 := digits(b, 2)
	year, ok2 := digits(b[7:], 4)
	month := int64(0)
	for m := range int64(12) {
		if monthNames[3*m:3*m+3] == string(b[3:6]) {
			month = m + 1
		}
	}
	if !ok1 || !ok2 || !isDay(year, month, day) {
		return 0, false
	}
	clock, rest, ok := cutClock(b[12:])
	if !ok {
		return 0, false
	}
	east, ok := parseZone(rest)
	return daysOf(year, month, day)*int64(window.Day) + clock - east, ok
}

// parseEpochText reads a number of units; unit -1 guesses it by magnitude.
func parseEpochText(b []byte, unit int) (int64, bool) {
	whole, rest, ok := cutInt(b)
	if !ok {
		return parseEpochFloat(b, unit)
	}
	if unit < 0 {
		unit = unitOf(whole)
	}
	fraction := int64(0)
	if len(rest) > 0 {
		if fraction, ok = fractionOf(rest, unit); !ok {
			return parseEpochFloat(b, unit)
		}
	}
	if b[0] == '-' {
		fraction = -fraction
	}
	return scaleEpoch(whole, fraction, unit)
}

// cutInt reads an optional sign and up to 18 digits.
func cutInt(b []byte) (v int64, rest []byte, ok bool) {
	negative := len(b) > 0 && b[0] == '-'
	n := 0
	if negative {
		n = 1
	}
	start := n
	for ; n < len(b) && b[n]-'0' <= 9; n++ {
		if n-start == 18 {
			return parseLongInt(b)
		}
		v = v*10 + int64(b[n]-'0')
	}
	if negative {
		v = -v
	}
	return v, b[n:], n > start
}

func parseLongInt(b []byte) (int64, []byte, bool) {
	v, err := strconv.ParseInt(string(b), 10, 64)
	return v, nil, err == nil
}

// unitOf guesses a unit, see NewTimeParser.
func unitOf(n int64) int {
	if n < 0 {
		n = -n
	}
	switch {
	case n < 0:
		return 9
	case n < 1e11:
		return 0
	case n < 1e14:
		return 3
	case n < 1e17:
		return 6
	}
	return 9
}

// fractionOf reads ".digits" as microseconds of a number of units.
func fractionOf(b []byte, unit int) (micros int64, ok bool) {
	if b[0] != '.' || len(b) == 1 {
		return 0, false
	}
	scale := int64(1)
	for range 6 - unit {
		scale *= 10
	}
	for _, c := range b[1:] {
		if c -= '0'; c > 9 {
			return 0, false
		}
		scale /= 10
		micros += int64(c) * scale
	}
	return micros, true
}

func scaleEpoch(whole, fraction int64, unit int) (int64, bool) {
	switch unit {
	case 0:
		return whole*1_000_000 + fraction, whole > -maxSeconds && whole < maxSeconds
	case 3:
		return whole*1000 + fraction, whole > -maxSeconds*1000 && whole < maxSeconds*1000
	case 6:
		return whole, true
	}
	return floorDiv(whole, 1000), true
}

// parseEpochFloat reads a number with an exponent, exactly if it is integral.
func parseEpochFloat(b []byte, unit int) (int64, bool) {
	if len(b) == 0 || b[0] > '9' || b[0] == '+' || b[0] == '.' {
		return 0, false // also Inf and NaN, which are no instants
	}
	f, err := strconv.ParseFloat(string(b), 64)
	if err != nil || f >= 1<<63 || f < -1<<63 {
		return 0, false
	}
	if unit < 0 {
		unit = unitOf(int64(f))
	}
	whole := int64(f)
	return scaleEpoch(whole, int64((f-float64(whole))*1e6)/power10(unit), unit)
}

func power10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}

package expr

import "strconv"

// appendPadded writes a number that is not negative with at least width digits.
func appendPadded(dst []byte, v int64, width int) []byte {
	for ; width > 1 && v < pow10s[width-1]; width-- {
		dst = append(dst, '0')
	}
	return strconv.AppendInt(dst, v, 10)
}

var pow10s = [...]int64{1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000, 1_000_000_000}

func appendDate(dst []byte, days int64) []byte {
	c := civilOf(days)
	dst = append(appendPadded(dst, c.year, 4), '-')
	dst = append(appendPadded(dst, c.month, 2), '-')
	return appendPadded(dst, c.day, 2)
}

// appendTime writes [-]HH:MM:SS[.ffffff]; a TIME may exceed a day.
func appendTime(dst []byte, micros int64) []byte {
	if micros < 0 {
		dst, micros = append(dst, '-'), -micros
	}
	dst = append(appendPadded(dst, micros/hour, 2), ':')
	dst = append(appendPadded(dst, micros/minute%60, 2), ':')
	return appendFraction(appendPadded(dst, micros/second%60, 2), micros%second)
}

// appendFraction writes microseconds behind a point, without trailing zeros.
func appendFraction(dst []byte, micros int64) []byte {
	if micros == 0 {
		return dst
	}
	dst = appendPadded(append(dst, '.'), micros, 6)
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// appendTimestamp writes YYYY-MM-DD HH:MM:SS[.ffffff].
func appendTimestamp(dst []byte, micros int64) []byte {
	days, rest := floorDiv(micros, day)
	return appendTime(append(appendDate(dst, days), ' '), rest)
}

// scanner reads digits and separators from the front of a text.
type scanner struct{ s []byte }

// number reads least to most digits.
func (s *scanner) number(least, most int) (v int64, ok bool) {
	n := 0
	for n < len(s.s) && n < most && s.s[n] >= '0' && s.s[n] <= '9' {
		v = v*10 + int64(s.s[n]-'0')
		n++
	}
	s.s = s.s[n:]
	return v, n >= least
}

// skip reads one of the given bytes.
func (s *scanner) skip(set string) bool {
	if len(s.s) == 0 {
		return false
	}
	for i := range len(set) {
		if s.s[0] == set[i] {
			s.s = s.s[1:]
			return true
		}
	}
	return false
}

// date reads YYYY-MM-DD, also with one-digit months and days and with slashes.
func (s *scanner) date() (days int64, ok bool) {
	y, ok := s.number(4, 4)
	if !ok || !s.skip("-/") {
		return 0, false
	}
	m, ok := s.number(1, 2)
	if !ok || !s.skip("-/") {
		return 0, false
	}
	d, ok := s.number(1, 2)
	if !ok || y == 0 || m < 1 || m > 12 || d < 1 || d > monthLength(y, m) {
		return 0, false
	}
	return civil{y, m, d}.days(), true
}

// clock reads HH:MM[:SS[.fraction]] with hours up to limit.
func (s *scanner) clock(limit int64) (micros int64, ok bool) {
	h, ok := s.number(1, 3)
	if !ok || h > limit || !s.skip(":") {
		return 0, false
	}
	m, ok := s.number(2, 2)
	if !ok || m > 59 {
		return 0, false
	}
	micros = h*hour + m*minute
	if !s.skip(":") {
		return micros, true
	}
	sec, ok := s.number(2, 2)
	if !ok || sec > 59 {
		return 0, false
	}
	micros += sec * second
	if s.skip(".,") {
		return s.fraction(micros)
	}
	return micros, true
}

// fraction adds up to nine digits of a second, of which six count.
func (s *scanner) fraction(micros int64) (int64, bool) {
	unit, n := second/10, 0
	for ; n < len(s.s) && s.s[n] >= '0' && s.s[n] <= '9'; n++ {
		micros += int64(s.s[n]-'0') * unit
		unit /= 10
	}
	s.s = s.s[n:]
	return micros, n > 0 && n <= 9
}

// zone reads Z, +HH:MM, +HHMM or +HH, and returns how far ahead of UTC it is.
func (s *scanner) zone() (micros int64, ok bool) {
	if len(s.s) == 0 || s.skip("Zz") {
		return 0, len(s.s) == 0
	}
	sign := int64(1)
	if s.skip("-") {
		sign = -1
	} else if !s.skip("+") {
		return 0, false
	}
	h, ok := s.number(2, 2)
	if !ok || h > 18 {
		return 0, false
	}
	if len(s.s) == 0 {
		return sign * h * hour, true
	}
	s.skip(":")
	m, ok := s.number(2, 2)
	return sign * (h*hour + m*minute), ok && m < 60 && len(s.s) == 0
}

func parseDate(text []byte) (days int64, ok bool) {
	micros, ok := parseTimestamp(text)
	days, _ = floorDiv(micros, day)
	return days, ok
}

// parseTimestamp reads ISO 8601 and SQL: a date, and perhaps a time of the day
// behind a blank or T, with a fraction and a zone.
func parseTimestamp(text []byte) (micros int64, ok bool) {
	s := scanner{trimBlanks(text)}
	days, ok := s.date()
	if !ok || len(s.s) == 0 {
		return days * day, ok
	}
	if !s.skip(" Tt") {
		return 0, false
	}
	micros, ok = s.clock(23)
	if !ok {
		return 0, false
	}
	s.s = trimBlanks(s.s)
	ahead, ok := s.zone()
	return days*day + micros - ahead, ok
}

// parseTime reads [-]HH:MM[:SS[.fraction]], and the time of the day of a timestamp.
func parseTime(text []byte) (micros int64, ok bool) {
	s := scanner{trimBlanks(text)}
	neg := s.skip("-")
	micros, ok = s.clock(838)
	if ok && len(s.s) == 0 {
		if neg {
			micros = -micros
		}
		return micros, true
	}
	micros, ok = parseTimestamp(text)
	_, micros = floorDiv(micros, day)
	return micros, ok
}

func trimBlanks(s []byte) []byte {
	for len(s) > 0 && isBlank(s[0]) {
		s = s[1:]
	}
	for len(s) > 0 && isBlank(s[len(s)-1]) {
		s = s[:len(s)-1]
	}
	return s
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }

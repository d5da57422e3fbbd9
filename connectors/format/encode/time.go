package encode

import (
	"strconv"
	"time"

	"kinesql/window"
)

// dates writes timestamps. Neighbouring rows are mostly of one second or at
// least of one day, so the text of the last second is kept.
type dates struct {
	second int64
	day    int64
	text   []byte
	date   int // length of the date in text, with sep
}

// appendTimestamp appends 2015-05-17 10:05:00, with sep between date and time,
// and a fraction if there is one. One dates has always the same sep.
func (d *dates) appendTimestamp(dst []byte, micros int64, sep byte) []byte {
	second, fraction := floorDiv(micros, int64(window.Second))
	if second != d.second || d.text == nil {
		d.to(second, sep)
	}
	return appendFraction(append(dst, d.text...), fraction)
}

// to makes the text that of a second.
func (d *dates) to(second int64, sep byte) {
	day, clock := floorDiv(second, int64(window.Day/window.Second))
	if day != d.day || d.text == nil {
		d.text = append(appendDate(d.text[:0], day), sep)
		d.day, d.date = day, len(d.text)
	}
	d.second = second
	d.text = appendClock(d.text[:d.date], clock*int64(window.Second))
}

func floorDiv(n, by int64) (quotient, rest int64) {
	quotient, rest = n/by, n%by
	if rest < 0 {
		quotient, rest = quotient-1, rest+by
	}
	return quotient, rest
}

// appendDate appends the date of a day since 1970-01-01.
func appendDate(dst []byte, days int64) []byte {
	const year = "2006-01-02"
	return time.Unix(0, 0).UTC().AddDate(0, 0, int(days)).AppendFormat(dst, year)
}

// appendClock appends [-]10:05:00 or 10:05:00.25; a TIME may be before zero.
func appendClock(dst []byte, micros int64) []byte {
	if micros < 0 {
		dst, micros = append(dst, '-'), -micros
	}
	seconds := micros / int64(window.Second)
	dst = appendTwo(dst, seconds/3600)
	dst = appendTwo(append(dst, ':'), seconds/60%60)
	dst = appendTwo(append(dst, ':'), seconds%60)
	return appendFraction(dst, micros%int64(window.Second))
}

func appendTwo(dst []byte, n int64) []byte {
	if n > 99 {
		return strconv.AppendInt(dst, n, 10)
	}
	return append(dst, byte('0'+n/10), byte('0'+n%10))
}

func appendFraction(dst []byte, micros int64) []byte {
	if micros == 0 {
		return dst
	}
	if millis := micros / 1000; millis*1000 == micros && millis%10 != 0 { // the common case
		return append(dst, '.', byte('0'+millis/100), byte('0'+millis/10%10), byte('0'+millis%10))
	}
	digits := [7]byte{'.'}
	for i := 6; i > 0; i-- {
		digits[i] = byte('0' + micros%10)
		micros /= 10
	}
	end := 7
	for digits[end-1] == '0' {
		end--
	}
	return append(dst, digits[:end]...)
}

// appendInterval appends [-][days ]10:05:00.
func appendInterval(dst []byte, micros int64) []byte {
	if micros < 0 {
		dst = append(dst, '-')
		if micros = -micros; micros < 0 {
			micros-- // the least value has no opposite
		}
	}
	if days := micros / int64(window.Day); days > 0 {
		dst = append(strconv.AppendInt(dst, days, 10), ' ')
	}
	return appendClock(dst, micros%int64(window.Day))
}

// appendMonths appends [-]years-months.
func appendMonths(dst []byte, months int64) []byte {
	if months < 0 {
		dst, months = append(dst, '-'), -months
	}
	dst = append(strconv.AppendInt(dst, months/12, 10), '-')
	return appendTwo(dst, months%12)
}

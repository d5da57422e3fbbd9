package combined

import (
	"bytes"
	"time"

	"kinesql/window"
)

// clock reads times such as 17/May/2015:10:05:03 +0000. Lines of one day share
// the first bytes, so the last day is remembered.
type clock struct {
	day   [11]byte
	start int64 // of that day, in microseconds UTC
}

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

func (c *clock) parse(s []byte) (micros int64, ok bool) {
	if len(s) != 26 || s[11] != ':' || s[14] != ':' || s[17] != ':' || s[20] != ' ' {
		return 0, false
	}
	if !bytes.Equal(c.day[:], s[:11]) && !c.newDay(s[:11]) {
		return 0, false
	}
	hour, ok1 := two(s[12:])
	minute, ok2 := two(s[15:])
	second, ok3 := two(s[18:])
	east, ok4 := zone(s[21:])
	if !ok1 || !ok2 || !ok3 || !ok4 || hour > 23 || minute > 59 || second > 60 {
		return 0, false
	}
	return c.start + ((hour*60+minute-east)*60+second)*int64(window.Second), true
}

func (c *clock) newDay(s []byte) bool {
	day, ok1 := two(s)
	century, ok2 := two(s[7:])
	year, ok3 := two(s[9:])
	month := bytes.Index([]byte(months), s[3:6])
	if !ok1 || !ok2 || !ok3 || s[2] != '/' || s[6] != '/' || month < 0 || month%3 != 0 {
		return false
	}
	t := time.Date(int(century*100+year), time.Month(month/3+1), int(day), 0, 0, 0, 0, time.UTC)
	if t.Day() != int(day) {
		return false
	}
	copy(c.day[:], s)
	c.start = t.UnixMicro()
	return true
}

// zone reads +0200 in minutes.
func zone(s []byte) (east int64, ok bool) {
	hours, ok1 := two(s[1:])
	minutes, ok2 := two(s[3:])
	east = hours*60 + minutes
	if s[0] == '-' {
		east = -east
	}
	return east, ok1 && ok2 && (s[0] == '+' || s[0] == '-') && hours < 24 && minutes < 60
}

func two(s []byte) (n int64, ok bool) {
	tens, ones := s[0]-'0', s[1]-'0'
	return int64(tens)*10 + int64(ones), tens <= 9 && ones <= 9
}

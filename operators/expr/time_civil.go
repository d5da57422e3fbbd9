package expr

// The range of DATE and TIMESTAMP: years 1 to 9999, in days and microseconds.
const (
	firstDay     = int64(-719162)
	lastDay      = int64(2932896)
	firstInstant = firstDay * day
	lastInstant  = (lastDay+1)*day - 1
)

// civil is the day of a calendar.
type civil struct {
	year       int64
	month, day int64
}

// civilOf turns days since 1970-01-01 into a date of the Gregorian calendar
// (Howard Hinnant's days_from_civil, in which the year begins in March).
func civilOf(days int64) civil {
	z := days + 719468
	era, doe := floorDiv(z, 146097)
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	c := civil{yoe + era*400, mp + 3, doy - (153*mp+2)/5 + 1}
	if c.month > 12 {
		c.month -= 12
		c.year++
	}
	return c
}

// days is the inverse of civilOf. Days beyond the end of the month run over.
func (c civil) days() int64 {
	y, m := c.year, c.month
	if m <= 2 {
		y--
		m += 12
	}
	era, yoe := floorDiv(y, 400)
	doy := (153*(m-3)+2)/5 + c.day - 1
	return era*146097 + yoe*365 + yoe/4 - yoe/100 + doy - 719468
}

// floorDiv is division towards minus infinity with its remainder.
func floorDiv(a, b int64) (q, r int64) {
	q, r = a/b, a%b
	if r < 0 {
		q, r = q-1, r+b
	}
	return q, r
}

func leap(year int64) bool { return year%4 == 0 && (year%100 != 0 || year%400 == 0) }

func monthLength(year, month int64) int64 {
	switch month {
	case 2:
		if leap(year) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// addMonths keeps the day, or takes the last one of a shorter month.
func addMonths(days, months int64) int64 {
	if months > 200_000 || months < -200_000 {
		return lastDay + 1
	}
	c := civilOf(days)
	y, m := floorDiv(c.year*12+c.month-1+months, 12)
	c.year, c.month = y, m+1
	c.day = min(c.day, monthLength(c.year, c.month))
	return c.days()
}

// yearDay is the day of the year from 1.
func yearDay(days int64) int64 { return days - civil{civilOf(days).year, 1, 1}.days() + 1 }

// weekday is 0 for Monday to 6 for Sunday.
func weekday(days int64) int64 {
	_, r := floorDiv(days+3, 7)
	return r
}

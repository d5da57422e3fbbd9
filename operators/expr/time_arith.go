package expr

import (
	"math"

	"kinesql/operators/batch"
)

func dateArithmeticFunctions() []*Function {
	shift := func(name, sign, summary, example, result string, days bool) *Function {
		return special(name+"(time TIMESTAMP, interval INTERVAL) -> time", resolveDateAdd(sign, days), summary, example, result)
	}
	const sample = "'2015-05-31 10:00:00'"
	return family(
		shift("DATE_ADD", "+", "A time and an interval later.", "DATE_ADD(DATE '2015-05-31', INTERVAL 1 MONTH)", "2015-06-30", false).as(),
		shift("DATE_SUB", "-", "A time and an interval earlier.", "DATE_SUB(DATE '2015-05-31', INTERVAL 1 DAY)", "2015-05-30", false).as(),
		shift("ADDDATE", "+", "A time and an interval, or a number of days, later.", "ADDDATE(DATE '2015-05-31', 2)", "2015-06-02", true).as(),
		shift("SUBDATE", "-", "A time and an interval, or a number of days, earlier.", "SUBDATE(DATE '2015-05-31', 2)", "2015-05-29", true).as(),
		special("TIMESTAMPADD(unit VARCHAR, count BIGINT, time TIMESTAMP) -> TIMESTAMP", resolveTimestampAdd,
			"A time and a count of units later.", "TIMESTAMPADD(MINUTE, 90, "+sample+")", "2015-05-31 11:30:00").as(),
		special("TIMESTAMPDIFF(unit VARCHAR, from TIMESTAMP, to TIMESTAMP) -> BIGINT", resolveTimestampDiff,
			"How many whole units are between two times.", "TIMESTAMPDIFF(DAY, "+sample+", '2015-06-02 09:00:00')", "1").as(),
		define("DATEDIFF(a DATE, b DATE) -> BIGINT", intRow(func(r *row) int64 { return r.int(0) - r.int(1) }),
			"How many days the first is behind the second.", "DATEDIFF('2015-06-02', '2015-05-31')", "2").total().as(),
		define("TIMEDIFF(a TIME, b TIME) -> TIME", timeSum(-1), "The first time less the second.", "TIMEDIFF('10:05:00', '09:00:30')", "01:04:30").
			or("TIMEDIFF(a TIMESTAMP, b TIMESTAMP) -> TIME", timeSum(-1)).as(),
		define("ADDTIME(time TIMESTAMP, add TIME) -> TIMESTAMP", timeSum(1), "A time and a length of time later.", "ADDTIME(TIME '10:00:00', '01:30:00')", "11:30:00").
			or("ADDTIME(time TIME, add TIME) -> TIME", timeSum(1)).as(),
		define("SUBTIME(time TIMESTAMP, less TIME) -> TIMESTAMP", timeSum(-1), "A time and a length of time earlier.", "SUBTIME(TIME '10:00:00', '01:30:00')", "08:30:00").
			or("SUBTIME(time TIME, less TIME) -> TIME", timeSum(-1)).as(),
		define("PERIOD_ADD(period BIGINT, months BIGINT) -> BIGINT", intRow(func(r *row) int64 {
			y, m := floorDiv(periodMonths(r, 0)+r.int(1), 12)
			return y*100 + m + 1
		}), "A period, as YYYYMM, some months later.", "PERIOD_ADD(201511, 3)", "201602").as(),
		define("PERIOD_DIFF(a BIGINT, b BIGINT) -> BIGINT", intRow(func(r *row) int64 { return periodMonths(r, 0) - periodMonths(r, 1) }),
			"How many months are between two periods, as YYYYMM.", "PERIOD_DIFF(201602, 201511)", "3").as(),
	)
}

// resolveDateAdd is time + interval under a name; days allows a number of days.
func resolveDateAdd(sign string, days bool) func(args []Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		if err := arity("DATE_ADD", args, 2); err != nil {
			return nil, nil, err
		}
		if days && args[1].Type().IsInteger() {
			n, err := New("INTERVAL", []Node{args[1], NewLiteral("DAY", batch.Of(batch.Varchar), -1)}, args[1].Pos())
			if err != nil {
				return nil, nil, err
			}
			args = []Node{args[0], Fold(n)}
		}
		t := args[0].Type()
		if !args[1].Type().IsInterval() || !t.IsTemporal() && !t.IsString() && t.ID != batch.Null {
			return nil, nil, typeErrorf(-1, "want a time and an interval, got %s and %s", t, args[1].Type())
		}
		impl, cast, err := resolveShift(sign == "-", args)
		if err == nil {
			impl.print = nil
		}
		return impl, cast, err
	}
}

func timeSum(sign int64) maker {
	return intRow(func(r *row) int64 {
		v, code := addInt(r.int(0), sign*r.int(1))
		if code != "" {
			r.fault(code, "%s: result is out of range", name(r.f))
		}
		return v
	})
}

func periodMonths(r *row, k int) int64 {
	p := r.int(k)
	if p < 0 || p%100 < 1 || p%100 > 12 {
		r.argument("%s: %d is no period YYYYMM", name(r.f), p)
		return 0
	}
	return p/100*12 + p%100 - 1
}

// unitArgs resolves a constant unit and casts the arguments behind it.
func unitArgs(name string, args []Node, classes ...class) (unitSize, []Node, error) {
	if err := arity(name, args, len(classes)+1); err != nil {
		return unitSize{}, nil, err
	}
	text, err := constText(name, args, 0)
	if err != nil {
		return unitSize{}, nil, err
	}
	_, u, err := lookupUnit(text)
	if err != nil {
		return unitSize{}, nil, typeErrorf(0, "%v", err)
	}
	cast := []Node{args[0]}
	for i, c := range classes {
		if c.cost(args[i+1].Type()) >= impossible {
			return u, nil, typeErrorf(i+1, "%s wants %s as argument %d, got %s", name, c, i+2, args[i+1].Type())
		}
		n, err := c.coerce(args[i+1])
		if err != nil {
			return u, nil, blame(err, i+1)
		}
		cast = append(cast, n)
	}
	return u, cast, nil
}

func resolveTimestampAdd(args []Node) (*implementation, []Node, error) {
	u, cast, err := unitArgs("TIMESTAMPADD", args, "BIGINT", "TIMESTAMP")
	shift := shifter(batch.Of(batch.Timestamp), u.intervalType())
	return &implementation{typ: batch.Of(batch.Timestamp), make: intRow(func(r *row) int64 {
		by, code := mulInt(r.int(1), u.size)
		v, ok := shift(r.int(2), by)
		if code != "" || !ok {
			r.fault(codeOverflow, "TIMESTAMPADD: result is out of range")
		}
		return v
	})}, cast, err
}

func resolveTimestampDiff(args []Node) (*implementation, []Node, error) {
	u, cast, err := unitArgs("TIMESTAMPDIFF", args, "TIMESTAMP", "TIMESTAMP")
	return &implementation{typ: batch.Of(batch.BigInt), total: true, make: intRow(func(r *row) int64 {
		from, to := r.int(1), r.int(2)
		if !u.months {
			return (to - from) / u.size
		}
		return monthsBetween(from, to) / u.size
	})}, cast, err
}

// monthsBetween counts whole months from one instant to another.
func monthsBetween(from, to int64) int64 {
	if from > to {
		return -monthsBetween(to, from)
	}
	fromDay, fromClock := floorDiv(from, day)
	toDay, toClock := floorDiv(to, day)
	a, b := civilOf(fromDay), civilOf(toDay)
	n := (b.year-a.year)*12 + b.month - a.month
	if b.day < a.day || b.day == a.day && toClock < fromClock {
		n--
	}
	return n
}

func truncFunctions() []*Function {
	unitLast := func(args []Node) []Node {
		if len(args) != 2 {
			return args
		}
		return []Node{args[1], args[0]}
	}
	const sample = "TIMESTAMP '2015-05-17 10:05:03.25'"
	return family(
		special("DATE_TRUNC(unit VARCHAR, time TIMESTAMP) -> TIMESTAMP", resolveTrunc("DATE_TRUNC", false),
			"The start of the unit (MICROSECOND to CENTURY; weeks begin on Monday) that a time is in.", "DATE_TRUNC('hour', "+sample+")", "2015-05-17 10:00:00").as(),
		special("FLOOR_TO(time TIMESTAMP, unit VARCHAR) -> TIMESTAMP", func(args []Node) (*implementation, []Node, error) {
			return swapped(resolveTrunc("FLOOR_TO", false)(unitLast(args)))
		}, "The start of the unit that a time is in: FLOOR(time TO unit).", "FLOOR_TO("+sample+", 'MINUTE')", "2015-05-17 10:05:00").as(),
		special("CEIL_TO(time TIMESTAMP, unit VARCHAR) -> TIMESTAMP", func(args []Node) (*implementation, []Node, error) {
			return swapped(resolveTrunc("CEIL_TO", true)(unitLast(args)))
		}, "The first start of a unit that is not before a time: CEIL(time TO unit).", "CEIL_TO("+sample+", 'MINUTE')", "2015-05-17 10:06:00").as(),
		define("STEP(time TIMESTAMP, interval INTERVAL) -> TIMESTAMP", intRow(step1),
			"The greatest multiple of an interval since 1970 that is not behind a time: STEP(time BY interval).",
			"STEP("+sample+", INTERVAL '10' SECOND)", "2015-05-17 10:05:00").as(),
	)
}

// swapped marks that a call's arguments were turned around: unit first.
func swapped(impl *implementation, args []Node, err error) (*implementation, []Node, error) {
	if err == nil {
		impl.print = func(a []Node) string { return a[0].String() + "(" + a[2].String() + ", " + a[1].String() + ")" }
	}
	return impl, args, err
}

func resolveTrunc(name string, up bool) func(args []Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		u, cast, err := unitArgs(name, args, "TIMESTAMP")
		return &implementation{typ: batch.Of(batch.Timestamp), make: intRow(func(r *row) int64 {
			t := r.int(1)
			v := u.floor(t)
			if up && v != t {
				v, _ = shifter(batch.Of(batch.Timestamp), u.intervalType())(v, u.size)
			}
			return v
		})}, cast, err
	}
}

// floor is the start of the unit that t is in.
func (u unitSize) floor(t int64) int64 {
	switch {
	case u.months:
		return floorMonths(t, u.size, 0)
	case u.size == 7*day:
		const monday = 4 * day // 1970-01-05
		_, r := floorDiv(t-monday, u.size)
		return t - r
	}
	_, r := floorDiv(t, u.size)
	return t - r
}

// floorMonths cuts t to a multiple of months counted from an origin year.
func floorMonths(t, months, originYear int64) int64 {
	days, _ := floorDiv(t, day)
	c := civilOf(days)
	n := (c.year-originYear)*12 + c.month - 1
	_, r := floorDiv(n, months)
	y, m := floorDiv(n-r, 12)
	return civil{y + originYear, m + 1, 1}.days() * day
}

func step1(r *row) int64 {
	t, by := r.int(0), r.int(1)
	if by <= 0 || by == math.MaxInt64 {
		r.argument("STEP: want a positive interval, got %s", intervalText(*r.typ(1), by))
		return 0
	}
	if r.typ(1).ID == batch.IntervalMonth {
		return floorMonths(t, by, 1970)
	}
	_, rest := floorDiv(t, by)
	return t - rest
}

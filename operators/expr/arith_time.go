package expr

import (
	"math"

	"kinesql/operators/batch"
)

const (
	second = int64(1_000_000)
	minute = 60 * second
	hour   = 60 * minute
	day    = 24 * hour
)

// temporalFirst handles operands that are times or intervals and leaves the rest
// to numbers.
func temporalFirst(name string, numbers func([]Node) (*implementation, []Node, error)) func([]Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		if len(args) == 2 && (isTimed(args[0].Type()) || isTimed(args[1].Type())) {
			return resolveTemporal(name, args)
		}
		return numbers(args)
	}
}

func isTimed(t batch.Type) bool { return t.IsTemporal() || t.IsInterval() }

func resolveTemporal(name string, args []Node) (*implementation, []Node, error) {
	a, b := args[0].Type(), args[1].Type()
	switch {
	case name == "+" && a.IsInterval() && !b.IsInterval():
		return resolveTemporal(name, []Node{args[1], args[0]})
	case b.IsInterval() && (a.IsTemporal() || a.IsString() || a.ID == batch.Null) && (name == "+" || name == "-"):
		return resolveShift(name == "-", args)
	case a.ID == b.ID && a.IsInterval() && name == "+":
		return checkedInts(a, addInt), args, nil
	case a.ID == b.ID && a.IsInterval() && name == "-":
		return checkedInts(a, subInt), args, nil
	case name == "-" && a.IsTemporal() && (b.IsTemporal() || b.IsString() || b.ID == batch.Null):
		return resolveDifference(args)
	case a.IsInterval() && (b.IsInteger() || b.ID == batch.Boolean) && name == "*":
		return checkedInts(a, mulInt), args, nil
	case b.IsInterval() && (a.IsInteger() || a.ID == batch.Boolean) && name == "*":
		return checkedInts(b, mulInt), args, nil
	case a.IsInterval() && b.IsInteger() && name == "/":
		return checkedInts(a, divInt), args, nil
	}
	return nil, nil, typeErrorf(-1, "%s cannot be applied to %s and %s", name, a, b)
}

// checkedInts is an operator over LaneInt whose result has the given type.
func checkedInts(t batch.Type, one func(a, b int64) (int64, string)) *implementation {
	return &implementation{typ: t, print: infix, make: intRow(func(r *row) int64 {
		v, code := one(r.int(0), r.int(1))
		switch code {
		case codeOverflow:
			r.fault(code, "interval is out of range")
		case codeZero:
			r.fault(code, "division of an interval by zero")
		}
		return v
	})}
}

// resolveShift is time + interval. A DATE stays one where the interval is whole
// days, months or years, and becomes a TIMESTAMP otherwise.
func resolveShift(negative bool, args []Node) (*implementation, []Node, error) {
	from, by := args[0].Type(), args[1].Type()
	to := from
	switch {
	case from.ID == batch.Date && by.ID == batch.IntervalDay && !wholeDays(args[1]), from.IsString(), from.ID == batch.Null:
		to = batch.Of(batch.Timestamp)
	case from.ID == batch.Time && by.ID == batch.IntervalMonth:
		return nil, nil, typeErrorf(1, "months cannot be added to a TIME")
	}
	cast, err := castAll(args, to, by)
	if err != nil {
		return nil, nil, err
	}
	shift := shifter(to, by)
	return &implementation{typ: to, print: infix, make: intRow(func(r *row) int64 {
		v, d := r.int(0), r.int(1)
		from := v
		if negative {
			if d == math.MinInt64 {
				r.fault(codeOverflow, "interval is out of range")
				return 0
			}
			d = -d
		}
		v, ok := shift(v, d)
		if !ok {
			r.fault(codeOverflow, "%s and %s is out of the range of %s", appendIntLane(nil, to, from), intervalText(by, d), to)
		}
		return v
	})}, cast, nil
}

func wholeDays(n Node) bool {
	v, ok := ConstValue(Fold(n))
	micros, isInt := v.(int64)
	return ok && (v == nil || isInt && micros%day == 0)
}

// shifter adds an interval to a value of the type t.
func shifter(t, by batch.Type) func(v, d int64) (int64, bool) {
	switch {
	case by.ID == batch.IntervalMonth && t.ID == batch.Date:
		return func(v, d int64) (int64, bool) { return checkedDate(addMonths(v, d)) }
	case by.ID == batch.IntervalMonth:
		return shiftMonths
	case t.ID == batch.Date:
		return func(v, d int64) (int64, bool) { return checkedDate(v + d/day) }
	}
	return func(v, d int64) (int64, bool) {
		r, code := addInt(v, d)
		return r, code == "" && (t.ID == batch.Time || r >= firstInstant && r <= lastInstant)
	}
}

func shiftMonths(v, d int64) (int64, bool) {
	days, rest := floorDiv(v, day)
	moved, ok := checkedDate(addMonths(days, d))
	return moved*day + rest, ok
}

func checkedDate(days int64) (int64, bool) { return days, days >= firstDay && days <= lastDay }

// resolveDifference is time - time, an interval of microseconds.
func resolveDifference(args []Node) (*implementation, []Node, error) {
	to := batch.Of(batch.Timestamp)
	if args[0].Type().ID == batch.Time {
		to = batch.Of(batch.Time)
	}
	cast, err := castAll(args, to, to)
	if err != nil {
		return nil, nil, err
	}
	return checkedInts(batch.Of(batch.IntervalDay), subInt), cast, nil
}

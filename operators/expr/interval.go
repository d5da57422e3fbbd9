package expr

import (
	"fmt"
	"strings"

	"kinesql/operators/batch"
)

// unitSize is the length of a unit: microseconds, or months for the units that
// have no fixed length.
type unitSize struct {
	size   int64
	months bool
}

var units = map[string]unitSize{
	"MICROSECOND": {1, false}, "MILLISECOND": {1000, false}, "SECOND": {second, false}, "MINUTE": {minute, false},
	"HOUR": {hour, false}, "DAY": {day, false}, "WEEK": {7 * day, false},
	"MONTH": {1, true}, "QUARTER": {3, true}, "YEAR": {12, true}, "DECADE": {120, true}, "CENTURY": {1200, true},
}

// lookupUnit takes any case and a plural S.
func lookupUnit(name string) (string, unitSize, error) {
	upper := strings.ToUpper(strings.TrimSpace(name))
	upper = strings.TrimPrefix(upper, "SQL_TSI_")
	if u, ok := units[upper]; ok {
		return upper, u, nil
	}
	if u, ok := units[strings.TrimSuffix(upper, "S")]; ok {
		return strings.TrimSuffix(upper, "S"), u, nil
	}
	return "", unitSize{}, fmt.Errorf("unknown unit of time %q", name)
}

// intervalType is the interval type of a unit.
func (u unitSize) intervalType() batch.Type {
	if u.months {
		return batch.Of(batch.IntervalMonth)
	}
	return batch.Of(batch.IntervalDay)
}

// compound lists the parts of units such as DAY_SECOND, from the largest.
var compoundParts = []string{"YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "MICROSECOND"}

// ParseInterval reads the text of an INTERVAL with its unit, such as ('10',
// 'SECOND'), ('1.5', 'SECOND') or ('1 10:30', 'DAY_MINUTE'): microseconds of an
// INTERVAL DAY TO SECOND, or months of an INTERVAL YEAR TO MONTH.
func ParseInterval(text, unit string) (int64, batch.Type, error) {
	if from, to, ok := strings.Cut(strings.ToUpper(strings.TrimSpace(unit)), "_"); ok && !strings.HasPrefix(from, "SQL") {
		return parseCompound(text, from, to)
	}
	_, u, err := lookupUnit(unit)
	if err != nil {
		return 0, batch.Type{}, err
	}
	d, ok := scanDecimal(trimBlanks([]byte(text)))
	if !ok || d.digits > 18 || d.scale > 18 || !fitsInt(d.num) {
		return 0, batch.Type{}, fmt.Errorf("%q is not a number of %sS", text, strings.ToUpper(unit))
	}
	v, _ := rescaleInterval(d, u.size)
	whole, rest := v/pow10int(d.scale), v%pow10int(d.scale)
	if rest != 0 && u.months || v == 0 && d.num.Sign() != 0 && d.digits > 0 {
		return 0, batch.Type{}, fmt.Errorf("%q %s is out of range or no whole number", text, strings.ToUpper(unit))
	}
	return whole, u.intervalType(), nil
}

// rescaleInterval is the scanned number times a unit; 0, false if it does not fit.
func rescaleInterval(d scanned, size int64) (int64, bool) {
	v, code := mulInt(int64(d.num.LowBits()), size)
	if code != "" {
		return 0, false
	}
	return v, true
}

// parseCompound reads numbers parted by anything that is no digit; where some are
// missing, they are the largest ones.
func parseCompound(text, from, to string) (int64, batch.Type, error) {
	first, last := indexOf(compoundParts, from), indexOf(compoundParts, to)
	if first < 0 || last <= first || first < 2 && last != 1 {
		return 0, batch.Type{}, fmt.Errorf("unknown unit of time %q", from+"_"+to)
	}
	bad := fmt.Errorf("%q is not an interval %s TO %s", text, from, to)
	trimmed := strings.TrimSpace(text)
	body := strings.TrimLeft(trimmed, "+-")
	groups := strings.FieldsFunc(body, func(r rune) bool { return r < '0' || r > '9' })
	parts := compoundParts[first : last+1]
	if to == "SECOND" && strings.Contains(body, ".") {
		parts = compoundParts[first : last+2]
	}
	if len(groups) == 0 || len(groups) > len(parts) {
		return 0, batch.Type{}, bad
	}
	total, err := sumParts(groups, parts[len(parts)-len(groups):])
	if err != nil {
		return 0, batch.Type{}, bad
	}
	if strings.HasPrefix(trimmed, "-") {
		total = -total
	}
	return total, units[from].intervalType(), nil
}

func sumParts(groups, parts []string) (total int64, err error) {
	for i, g := range groups {
		if parts[i] == "MICROSECOND" {
			g = (g + "000000")[:max(6, min(len(g), 6))]
		}
		n, ok := scanInt([]byte(g))
		v, code := mulInt(n, units[parts[i]].size)
		sum, code2 := addInt(total, v)
		if !ok || code != "" || code2 != "" {
			return 0, fmt.Errorf("%s is out of range", g)
		}
		total = sum
	}
	return total, nil
}

func indexOf(list []string, s string) int {
	for i, have := range list {
		if have == s {
			return i
		}
	}
	return -1
}

func intervalFunctions() []*Function {
	return []*Function{operator("INTERVAL", resolveInterval)}
}

// resolveInterval is INTERVAL(n, 'UNIT') with a number, or a text, that need not be
// constant.
func resolveInterval(args []Node) (*implementation, []Node, error) {
	if err := arity("INTERVAL", args, 2); err != nil {
		return nil, nil, err
	}
	unit, err := constText("INTERVAL", args, 1)
	if err != nil {
		return nil, nil, err
	}
	_, t, err := ParseInterval("1", unit)
	if err != nil {
		return nil, nil, typeErrorf(1, "%v", err)
	}
	value, err := class("VARCHAR").coerce(args[0])
	if err != nil {
		return nil, nil, blame(err, 0)
	}
	_, u, unitErr := lookupUnit(unit)
	if args[0].Type().IsInteger() && unitErr == nil {
		return &implementation{typ: t, print: printInterval, make: intRow(func(r *row) int64 {
			v, code := mulInt(r.int(0), u.size)
			if code != "" {
				r.fault(code, "interval of %d %sS is out of range", r.int(0), unit)
			}
			return v
		})}, args, nil
	}
	return &implementation{typ: t, print: printInterval, make: intRow(func(r *row) int64 {
		v, _, err := ParseInterval(string(r.text(0)), unit)
		if err != nil {
			r.argument("%v", err)
		}
		return v
	})}, []Node{value, args[1]}, nil
}

func printInterval(args []Node) string {
	v, _ := ConstValue(args[2])
	unit, _ := v.(string)
	return "INTERVAL " + args[1].String() + " " + unit
}

// constText returns the constant text that argument i of a function must be.
func constText(name string, args []Node, i int) (string, error) {
	v, _ := ConstValue(Fold(args[i]))
	s, ok := v.(string)
	if !ok {
		return "", typeErrorf(i, "%s wants a constant text as argument %d, got %s", name, i+1, args[i])
	}
	return s, nil
}

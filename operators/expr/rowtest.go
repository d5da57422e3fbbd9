package expr

import (
	"bytes"
	"math"

	"kinesql/operators/batch"
)

// Test is a condition on the values of one column. Exactly one of Int and Bytes is
// set, by the lane of the column.
type Test struct {
	Int   func(int64) bool
	Bytes func([]byte) bool
}

// RowTest turns a condition on exactly one column, of LaneInt or text, into a
// function of its value: comparisons, IN and BETWEEN with constants, MOD compared
// with constants, LIKE, and AND, OR and NOT of these. For values that are not NULL
// it agrees with the compiled condition, and it never faults.
func RowTest(n Node) (column int, t Test, ok bool) {
	columns := Columns(n)
	if len(columns) != 1 {
		return 0, Test{}, false
	}
	if t.Int = intTest(n); t.Int != nil {
		return columns[0], t, true
	}
	t.Bytes = bytesTest(n)
	return columns[0], t, t.Bytes != nil
}

// intTest returns nil for what it does not know.
func intTest(n Node) func(int64) bool {
	c, ok := n.(*Call)
	if !ok {
		return nil
	}
	if isLogic(c) {
		return logicTest(c, intTest)
	}
	rel, isRelation := relations[c.Func.Name]
	switch {
	case isRelation:
		return relationTest(c, rel)
	case c.Func.Name == "BETWEEN" && isIntColumn(c.Args[0]):
		low, ok := constInt(c.Args[1])
		high, ok2 := constInt(c.Args[2])
		if ok && ok2 {
			return func(v int64) bool { return low <= v && v <= high }
		}
	case c.Func.Name == "IN" && isIntColumn(c.Args[0]):
		set := map[int64]bool{}
		for _, a := range c.Args[1:] {
			v, ok := constInt(a)
			if !ok {
				return nil
			}
			set[v] = true
		}
		return func(v int64) bool { return set[v] }
	}
	return nil
}

func isLogic(c *Call) bool {
	return c.Func.Name == "AND" || c.Func.Name == "OR" || c.Func.Name == "NOT"
}

// logicTest joins the tests of the operands; test returns nil for an operand that
// it does not know.
func logicTest[T any](c *Call, test func(Node) func(T) bool) func(T) bool {
	var joined func(T) bool
	for _, a := range c.Args {
		t := test(a)
		switch before := joined; {
		case t == nil:
			return nil
		case c.Func.Name == "NOT":
			return func(v T) bool { return !t(v) }
		case before == nil:
			joined = t
		case c.Func.Name == "AND":
			joined = func(v T) bool { return before(v) && t(v) }
		default:
			joined = func(v T) bool { return before(v) || t(v) }
		}
	}
	return joined
}

func isIntColumn(n Node) bool {
	c, ok := n.(*Column)
	return ok && c.Typ.Lane() == batch.LaneInt
}

func constInt(n Node) (int64, bool) {
	v, _ := ConstValue(n)
	i, ok := v.(int64)
	return i, ok
}

// relationTest compares the column, or its remainder by a constant, with a constant.
func relationTest(c *Call, rel relation) func(int64) bool {
	left, right := c.Args[0], c.Args[1]
	if _, ok := left.(*Literal); ok {
		left, right, rel = right, left, rel.flipped()
	}
	with, ok := constInt(right)
	if !ok {
		return nil
	}
	if isIntColumn(left) {
		return intRelation(rel, with)
	}
	call, ok := left.(*Call)
	if !ok || call.Func.Name != "%" && call.Func.Name != "MOD" || !isIntColumn(call.Args[0]) {
		return nil
	}
	by, ok := constInt(call.Args[1])
	if !ok || by == 0 || by == -1 {
		return nil
	}
	compare := intRelation(rel, with)
	if by < 2 || by > math.MaxUint32 {
		return func(v int64) bool { return compare(v % by) }
	}
	d := newDivisor(uint64(by))
	if rel == equal {
		return func(v int64) bool { return d.mod(v) == with }
	}
	return func(v int64) bool { return compare(d.mod(v)) }
}

func intRelation(rel relation, c int64) func(int64) bool {
	switch rel {
	case equal:
		return func(v int64) bool { return v == c }
	case different:
		return func(v int64) bool { return v != c }
	case less:
		return func(v int64) bool { return v < c }
	case lessEqual:
		return func(v int64) bool { return v <= c }
	case greater:
		return func(v int64) bool { return v > c }
	}
	return func(v int64) bool { return v >= c }
}

// bytesTest returns nil for what it does not know.
func bytesTest(n Node) func([]byte) bool {
	c, ok := n.(*Call)
	if !ok {
		return nil
	}
	if isLogic(c) {
		return logicTest(c, bytesTest)
	}
	left := c.Args[0]
	rel, isRelation := relations[c.Func.Name]
	if isRelation {
		return textRelation(rel, c.Args)
	}
	column, ok := left.(*Column)
	if !ok || !column.Typ.IsString() {
		return nil
	}
	switch c.Func.Name {
	case "IN":
		return textInTest(c.Args[1:])
	case "BETWEEN":
		low, ok := constBytes(c.Args[1])
		high, ok2 := constBytes(c.Args[2])
		if ok && ok2 {
			return func(v []byte) bool { return bytes.Compare(low, v) <= 0 && bytes.Compare(v, high) <= 0 }
		}
	case "LIKE", "NOT LIKE":
		pattern, ok := constBytes(c.Args[1])
		if !ok || len(c.Args) > 2 {
			return nil
		}
		want, match := c.Func.Name == "LIKE", parseLike(pattern, `\`).matcher()
		return func(v []byte) bool { return match(v) == want }
	}
	return nil
}

func textInTest(list []Node) func([]byte) bool {
	for _, a := range list {
		if _, ok := constBytes(a); !ok {
			return nil
		}
	}
	set, _ := textSet(list)
	return func(v []byte) bool { return set[string(v)] }
}

func constBytes(n Node) ([]byte, bool) {
	v, _ := ConstValue(n)
	s, ok := v.(string)
	return []byte(s), ok
}

func textRelation(rel relation, args []Node) func([]byte) bool {
	left, right := args[0], args[1]
	if _, ok := left.(*Literal); ok {
		left, right, rel = right, left, rel.flipped()
	}
	column, ok := left.(*Column)
	with, ok2 := constBytes(right)
	if !ok || !ok2 || !column.Typ.IsString() {
		return nil
	}
	switch rel {
	case equal:
		return func(v []byte) bool { return bytes.Equal(v, with) }
	case different:
		return func(v []byte) bool { return !bytes.Equal(v, with) }
	}
	return func(v []byte) bool { return rel.holds(bytes.Compare(v, with)) }
}

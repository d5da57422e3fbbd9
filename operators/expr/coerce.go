package expr

import (
	"kinesql/operators/batch"
)

// CommonType returns the type that values of both types can be cast to without
// loss where there is one: for UNION, CASE, COALESCE, IN and comparisons.
func CommonType(a, b batch.Type) (batch.Type, bool) {
	switch {
	case a.ID == batch.Null, b.ID == batch.JSON && a.Lane() != batch.LaneNested:
		if a.ID == batch.Null {
			return b, true
		}
		return a, true
	case b.ID == batch.Null:
		return a, true
	case a.Equal(b):
		return a, true
	case a.ID == batch.JSON && b.Lane() != batch.LaneNested:
		return b, true
	case a.ID == batch.JSON || b.ID == batch.JSON:
		return batch.Of(batch.JSON), true
	}
	if isNumber(a) && isNumber(b) {
		return commonNumber(a, b), true
	}
	return commonOther(a, b)
}

func isNumber(t batch.Type) bool { return t.IsNumeric() || t.ID == batch.Boolean }

func commonNumber(a, b batch.Type) batch.Type {
	switch {
	case a.IsFloat() || b.IsFloat():
		return batch.Of(batch.Double)
	case a.ID == batch.Decimal || b.ID == batch.Decimal:
		a, b = decimalFor(a), decimalFor(b)
		scale := max(a.Scale, b.Scale)
		whole := max(a.Precision-a.Scale, b.Precision-b.Scale)
		return batch.DecimalOf(min(whole+scale, maxDigits), scale)
	}
	return batch.Of(max(a.ID, b.ID))
}

func commonOther(a, b batch.Type) (batch.Type, bool) {
	switch {
	case a.IsString() && b.IsString():
		return longer(a, b, batch.Varchar), true
	case (a.IsString() || a.IsBinary()) && (b.IsString() || b.IsBinary()):
		return longer(a, b, batch.Varbinary), true
	case a.ID == batch.Timestamp && b.ID == batch.Date, a.ID == batch.Date && b.ID == batch.Timestamp:
		return batch.Of(batch.Timestamp), true
	case a.ID == batch.Array && b.ID == batch.Array:
		elem, ok := CommonType(*a.Elem, *b.Elem)
		return batch.ArrayOf(elem), ok
	case a.ID == batch.Row && b.ID == batch.Row && len(a.Fields) == len(b.Fields):
		return commonRow(a, b)
	}
	return batch.Type{}, false
}

func longer(a, b batch.Type, id batch.TypeID) batch.Type {
	if a.Precision == 0 || b.Precision == 0 {
		return batch.Of(id)
	}
	return batch.Type{ID: id, Precision: max(a.Precision, b.Precision)}
}

func commonRow(a, b batch.Type) (batch.Type, bool) {
	fields := make([]batch.Field, len(a.Fields))
	for i, f := range a.Fields {
		t, ok := CommonType(f.Type, b.Fields[i].Type)
		if !ok {
			return batch.Type{}, false
		}
		fields[i] = batch.Field{Name: f.Name, Type: t}
	}
	return batch.RowOf(fields...), true
}

// decimalFor is the DECIMAL that holds every value of a number type; text gets
// room on both sides of the point.
func decimalFor(t batch.Type) batch.Type {
	switch {
	case t.ID == batch.Decimal:
		return t
	case t.ID == batch.Boolean:
		return batch.DecimalOf(1, 0)
	case t.IsInteger():
		return batch.DecimalOf(19, 0)
	}
	return batch.DecimalOf(maxDigits, 10)
}

// implicit casts n to a type that it was found to fit. Literals are cast at once,
// so that a bad one is an error of the statement.
func implicit(n Node, to batch.Type) (Node, error) {
	if n.Type().Equal(to) || sameValues(n.Type(), to) {
		return n, nil
	}
	cast, err := NewCast(n, to, false, n.Pos())
	if err != nil {
		return nil, err
	}
	l, ok := n.(*Literal)
	if !ok {
		return cast, nil
	}
	if folded, ok := evalConst(cast); ok {
		return folded, nil
	}
	return nil, typeErrorf(-1, "%s is not a valid %s", l, to)
}

// sameValues reports whether values of from are values of to as they lie.
func sameValues(from, to batch.Type) bool {
	switch {
	case from.IsInteger() && to.IsInteger():
		return from.ID <= to.ID
	case from.IsFloat() && to.ID == batch.Double:
		return true
	case from.IsString() && to.ID == batch.Varchar, from.IsBinary() && to.ID == batch.Varbinary:
		return to.Precision == 0 || from.Precision > 0 && from.Precision <= to.Precision
	}
	return false
}

// unify casts all nodes to their common type. A literal text gives way to the
// type of the others: ts > '2015-05-17', status = '200'.
func unify(args []Node) ([]Node, batch.Type, error) {
	common := batch.Of(batch.Null)
	for pass := range 2 {
		for i, a := range args {
			if isTextLiteral(a) != (pass == 1) {
				continue
			}
			t, ok := CommonType(common, a.Type())
			if !ok && pass == 1 {
				continue
			}
			if !ok {
				return nil, common, typeErrorf(i, "%s does not go with %s; cast one of them", a.Type(), common)
			}
			if pass == 1 && common.ID != batch.Null && !t.IsString() {
				continue
			}
			common = t
		}
	}
	common, err := literalNumbers(args, common)
	if err != nil {
		return nil, common, err
	}
	out := make([]Node, len(args))
	for i, a := range args {
		n, err := implicit(a, common)
		if err != nil {
			return nil, common, blame(err, i)
		}
		out[i] = n
	}
	return out, common, nil
}

// unifyValues is unify for values of which one is taken, such as those of a CASE:
// where some are texts and the others are not, all become texts.
func unifyValues(args []Node) ([]Node, batch.Type, error) {
	out, t, err := unify(args)
	if err == nil {
		return out, t, nil
	}
	text, varchar := false, batch.Of(batch.Varchar)
	for _, a := range args {
		if text = text || a.Type().IsString(); a.Type().Lane() == batch.LaneNested {
			return nil, t, err
		}
	}
	if !text {
		return nil, t, err
	}
	cast := make([]Node, len(args))
	for i, a := range args {
		if cast[i], err = implicit(a, varchar); err != nil {
			return nil, t, blame(err, i)
		}
	}
	return cast, varchar, nil
}

// literalNumbers widens an integer type where a literal text such as '1.5' is no
// integer.
func literalNumbers(args []Node, common batch.Type) (batch.Type, error) {
	if !isNumber(common) || common.IsFloat() {
		return common, nil
	}
	for _, a := range args {
		if !isTextLiteral(a) || common.ID == batch.Boolean {
			continue
		}
		v, _ := ConstValue(a)
		text, _ := v.(string)
		if _, t, err := ParseDecimal(text); err == nil && t.Scale > 0 {
			common = commonNumber(common, t)
		}
	}
	return common, nil
}

func isTextLiteral(n Node) bool {
	l, ok := n.(*Literal)
	return ok && l.Value.Type.IsString()
}

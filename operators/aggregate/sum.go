package aggregate

import (
	"fmt"

	"kinesql/operators/batch"
)

func sums() []*Function {
	return []*Function{
		{
			Name: "SUM", Signature: "SUM([DISTINCT] x)",
			Summary: "Sum of the values that are not NULL.",
			Example: "SELECT SUM(bytes) FROM s",
			resolve: resolveSum,
			make:    makeSum, changing: changingSum(false),
		},
		{
			Name: "AVG", Signature: "AVG([DISTINCT] x)",
			Summary: "Mean of the values that are not NULL.",
			Example: "SELECT AVG(bytes) FROM s",
			resolve: resolveAvg,
			make:    makeAvg, changing: changingSum(true),
		},
	}
}

// addend returns what the argument of SUM or AVG must be cast to.
func addend(name string, args []batch.Type) (batch.Type, error) {
	if err := arity(name, args, 1, 1); err != nil {
		return batch.Type{}, err
	}
	switch t := args[0]; {
	case t.ID == batch.Boolean || t.ID == batch.Null || t.IsInteger():
		return batch.Of(batch.BigInt), nil
	case t.IsFloat():
		return batch.Of(batch.Double), nil
	case t.ID == batch.Decimal:
		return t, nil
	default:
		return batch.Type{}, mismatch(name, 0, "a number", t)
	}
}

func resolveSum(args []batch.Type) (batch.Type, []batch.Type, error) {
	t, err := addend("SUM", args)
	if err != nil {
		return batch.Type{}, nil, err
	}
	result := t
	if t.ID == batch.Decimal {
		result = batch.DecimalOf(38, t.Scale)
	}
	return result, []batch.Type{t}, nil
}

func resolveAvg(args []batch.Type) (batch.Type, []batch.Type, error) {
	t, err := addend("AVG", args)
	if err != nil {
		return batch.Type{}, nil, err
	}
	if t.ID == batch.Decimal {
		return batch.DecimalOf(38, min(t.Scale+4, 38)), []batch.Type{t}, nil
	}
	return batch.Of(batch.Double), []batch.Type{t}, nil
}

func makeSum(s spec) (func() State, error) {
	switch lane := s.args[0].Lane(); lane {
	case batch.LaneInt:
		return func() State { return &sumInt{} }, nil
	case batch.LaneFloat:
		return func() State { return &sumFloat{} }, nil
	case batch.LaneDecimal:
		return func() State { return &sumDecimal{scale: s.args[0].Scale} }, nil
	}
	return nil, fmt.Errorf("SUM cannot add values of type %s", s.args[0])
}

func makeAvg(s spec) (func() State, error) {
	switch lane := s.args[0].Lane(); lane {
	case batch.LaneInt:
		return func() State { return &avgInt{} }, nil
	case batch.LaneFloat:
		return func() State { return &avgFloat{} }, nil
	case batch.LaneDecimal:
		more := min(s.args[0].Scale+4, 38) - s.args[0].Scale
		return func() State { return &avgDecimal{more: more, sumDecimal: sumDecimal{scale: s.args[0].Scale}} }, nil
	}
	return nil, fmt.Errorf("AVG cannot add values of type %s", s.args[0])
}

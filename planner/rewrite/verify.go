package rewrite

import (
	"fmt"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/window"
)

// Verify checks that every step reads columns that its inputs have, with the
// types that it thinks they have.
func Verify(n logical.Node) error {
	for _, in := range n.Inputs() {
		if err := Verify(in); err != nil {
			return err
		}
	}
	if err := verify(n); err != nil {
		return fmt.Errorf("%s: %w", n.Label(), err)
	}
	return nil
}

func verify(n logical.Node) error {
	switch n := n.(type) {
	case *logical.Scan:
		return verifyExprs(n.Schema(), n.Predicates...)
	case *logical.Filter:
		if n.Cond.Type().ID != batch.Boolean {
			return fmt.Errorf("the condition is %s", n.Cond.Type())
		}
		return verifyExprs(n.Input.Schema(), n.Cond)
	case *logical.Project:
		if len(n.Exprs) != len(n.Names) {
			return fmt.Errorf("%d expressions and %d names", len(n.Exprs), len(n.Names))
		}
		return verifyExprs(n.Input.Schema(), n.Exprs...)
	case *logical.Aggregate:
		return verifyCalls(n.Input.Schema(), n.Keys, n.Calls)
	case *logical.WindowAggregate:
		return verifyWindow(n)
	case *logical.Assign:
		return verifyAssign(n)
	case *logical.Over:
		if err := verifyTimes(n.Input.Schema(), n.Time); err != nil {
			return err
		}
		return verifyCalls(n.Input.Schema(), append(append([]int{}, n.Partition...), n.Ties...), n.Calls)
	case *logical.Lookup:
		return verifyLookup(n)
	case *logical.Join:
		return verifyJoin(n)
	case *logical.Match:
		return verifyMatch(n)
	case *logical.Rank:
		return verifyRank(n)
	case *logical.Series:
		return verifySeries(n)
	case *logical.Union:
		return verifyUnion(n)
	case *logical.Sort:
		return verifySort(n.Schema(), n.Keys)
	}
	return nil
}

func verifyExprs(in *batch.Schema, exprs ...expr.Node) error {
	var err error
	for _, e := range exprs {
		expr.Walk(e, func(n expr.Node) bool {
			c, ok := n.(*expr.Column)
			switch {
			case !ok || err != nil:
			case c.Index < 0 || c.Index >= in.Len():
				err = fmt.Errorf("%s reads column %d of %d", e, c.Index, in.Len())
			case !in.Field(c.Index).Type.Equal(c.Typ):
				err = fmt.Errorf("%s reads %s as %s, and it is %s", e, c.Name, c.Typ, in.Field(c.Index).Type)
			}
			return true
		})
	}
	return err
}

func verifyColumns(in *batch.Schema, cols ...int) error {
	for _, c := range cols {
		if c < 0 || c >= in.Len() {
			return fmt.Errorf("reads column %d of %d", c, in.Len())
		}
	}
	return nil
}

func verifyTimes(in *batch.Schema, cols ...int) error {
	if err := verifyColumns(in, cols...); err != nil {
		return err
	}
	for _, c := range cols {
		if t := in.Field(c).Type; t.ID != batch.Timestamp {
			return fmt.Errorf("reads %s as time, and it is %s", in.Field(c).Name, t)
		}
	}
	return nil
}

func verifyCalls(in *batch.Schema, keys []int, calls []aggregate.Call) error {
	cols := append([]int{}, keys...)
	for _, c := range calls {
		cols = append(cols, c.Args...)
		for _, k := range c.Order {
			cols = append(cols, k.Column)
		}
		if c.Filter >= 0 {
			cols = append(cols, c.Filter)
		}
	}
	return verifyColumns(in, cols...)
}

func verifyWindow(w *logical.WindowAggregate) error {
	times := []int{w.Time}
	switch {
	case w.Spec.Kind == window.Attached:
		times = []int{w.Start, w.End}
	case w.Spec.Kind == window.Count && w.Time < 0:
		times = nil
	}
	if err := verifyTimes(w.Input.Schema(), times...); err != nil {
		return err
	}
	return verifyCalls(w.Input.Schema(), w.Keys, w.Calls)
}

func verifyAssign(a *logical.Assign) error {
	if err := verifyColumns(a.Input.Schema(), a.Keys...); err != nil || a.Spec.Kind == window.Count && a.Time < 0 {
		return err
	}
	return verifyTimes(a.Input.Schema(), a.Time)
}

func verifyUnion(u *logical.Union) error {
	first := u.Schema()
	for _, p := range u.Parts {
		if !p.Schema().Equal(first) {
			return fmt.Errorf("parts of (%s) and (%s)", first, p.Schema())
		}
	}
	return nil
}

func verifySort(in *batch.Schema, keys []aggregate.SortKey) error {
	for _, k := range keys {
		if err := verifyColumns(in, k.Column); err != nil {
			return err
		}
	}
	return nil
}

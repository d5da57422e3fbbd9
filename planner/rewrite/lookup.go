package rewrite

import (
	"fmt"

	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// pruneLookup narrows the input of a lookup. The table stays whole: it is read once
// for all.
func pruneLookup(l *logical.Lookup, w *wants) (logical.Node, places) {
	if l.Residual != nil {
		w.read(l.Residual)
	}
	n := l.Input.Schema().Len()
	left, _ := w.split(n)
	left.column(l.Keys...)
	in, atLeft := prune(l.Input, left)
	out := *l
	out.Input, out.Keys = in, atLeft.all(l.Keys)
	at := beside(w, n, in.Schema().Len(), atLeft, identity(l.Table))
	whole := out
	whole.Kind = logical.InnerJoin
	at.schema = whole.Schema()
	if l.Residual != nil {
		out.Residual = at.rewrite(l.Residual)
	}
	return &out, at
}

// pushLookup puts a condition on columns of the input beneath a lookup, which gives
// no row that its input has not.
func pushLookup(l *logical.Lookup, cond expr.Node) (logical.Node, bool) {
	if len(expr.Columns(cond)) == 0 || expr.CanFail(cond) || !readsBelow(cond, l.Input.Schema().Len()) {
		return nil, false
	}
	return l.With([]logical.Node{filter(l.Input, cond)}), true
}

// verifyLookup checks the columns that a lookup reads.
func verifyLookup(l *logical.Lookup) error {
	if len(l.Keys) != len(l.TableKeys) || l.NullSafe != nil && len(l.NullSafe) != len(l.Keys) {
		return fmt.Errorf("%d keys, %d keys and %d marks", len(l.Keys), len(l.TableKeys), len(l.NullSafe))
	}
	if err := verifyColumns(l.Input.Schema(), l.Keys...); err != nil {
		return err
	}
	if err := verifyExprs(l.Table.Schema(), l.TableKeys...); err != nil {
		return err
	}
	if l.Where != nil {
		if err := verifyExprs(l.Table.Schema(), l.Where); err != nil {
			return err
		}
	}
	if l.Residual == nil {
		return nil
	}
	whole := *l
	whole.Kind = logical.InnerJoin
	return verifyExprs(whole.Schema(), l.Residual)
}

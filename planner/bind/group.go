package bind

import (
	"strings"

	tidb "github.com/pingcap/tidb/pkg/parser/ast"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
	"kinesql/sql/diag"
	"kinesql/window"
)

// group is a bound GROUP BY.
type group struct {
	present bool
	keys    []expr.Node
	window  *groupWindow
}

// groupWindow is the window of a GROUP BY. Columns count in the scope.
type groupWindow struct {
	spec       window.Spec
	time       expr.Node    // nil where columns or the number of rows say it
	start, end int          // of windows assigned further down; -1: no such column
	named      map[int]bool // those of start and end that GROUP BY names
	same       []string     // keys of expressions that are equal to window_start
	upstream   window.Spec
	at         diag.Span
}

func (w *groupWindow) attached() bool { return w.spec.Kind == window.Attached }

// groupBy binds the GROUP BY clause: windows first, so that the columns of
// windows further down are plain keys beside them.
func (s *selection) groupBy(clause *tidb.GroupByClause) error {
	if clause == nil {
		return nil
	}
	if clause.Rollup {
		return s.unsupported(clause, "WITH ROLLUP")
	}
	s.group.present = true
	e := env{selection: s, clause: "GROUP BY"}
	var rest []tidb.ExprNode
	for _, item := range clause.Items {
		n, err := e.groupItem(item.Expr)
		if err != nil {
			return err
		}
		isWindow, err := e.groupFunction(n)
		if err != nil {
			return err
		}
		if !isWindow {
			rest = append(rest, n)
		}
	}
	for _, n := range rest {
		if err := e.groupKey(n); err != nil {
			return err
		}
	}
	return s.checkWindow()
}

func (s *selection) checkWindow() error {
	w := s.group.window
	switch {
	case w == nil:
		return nil
	case w.spec.Kind.Keyed() && s.scope.node.Traits().Retracts:
		return s.keyedRetracting(w.spec.Kind, w.at)
	case w.spec.Processing && s.scope.node.Traits().Retracts:
		return s.clockRetracting(w.at)
	case w.attached():
		return s.checkAttached(w)
	}
	return nil
}

// groupItem replaces positions and aliases by what they stand for.
func (e env) groupItem(n tidb.ExprNode) (tidb.ExprNode, error) {
	switch n := n.(type) {
	case *tidb.ParenthesesExpr:
		return e.groupItem(n.Expr)
	case *tidb.PositionExpr:
		it, err := e.position(n, "GROUP BY")
		if err != nil {
			return nil, err
		}
		if it.expr == nil {
			return nil, e.unsupported(n, "the position of a column of *")
		}
		return it.expr, nil
	case *tidb.ColumnNameExpr:
		if n.Name.Table.O != "" {
			return n, nil
		}
		if i, err := e.scope.column(n.Name.Name.O); i >= 0 || err != nil {
			return n, nil
		}
		for _, it := range e.items {
			if it.alias && strings.EqualFold(it.name, n.Name.Name.O) {
				return it.expr, nil
			}
		}
	}
	return n, nil
}

func (e env) position(n *tidb.PositionExpr, clause string) (item, error) {
	if n.P != nil {
		return item{}, e.unsupported(n, "a parameter")
	}
	if n.N < 1 || n.N > len(e.items) {
		return item{}, e.errorf(diag.Invalid, n, "%s %d: the SELECT list has %d columns", clause, n.N, len(e.items))
	}
	return e.items[n.N-1], nil
}

// groupKey binds a key, or recognises a column of a window assigned further down.
func (e env) groupKey(n tidb.ExprNode) error {
	key, err := e.bind(n)
	if err != nil {
		return err
	}
	if t := key.Type(); t.Lane() == batch.LaneNested {
		return e.errorf(diag.Type, n, "%s of type %s cannot be a group key", key, t)
	}
	if c, ok := key.(*expr.Column); ok && e.attach(c.Index, e.span(n)) {
		return nil
	}
	for _, have := range e.group.keys {
		if logical.Key(have) == logical.Key(key) {
			return nil
		}
	}
	e.group.keys = append(e.group.keys, key)
	return nil
}

package bind

import (
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/mysql"

	"kinesql/sql/diag"
)

// refuseSelect refuses by name what the grammar takes and this engine does not
// run. Nothing is ignored.
func (q *query) refuseSelect(n *tidb.SelectStmt) error {
	switch {
	case n.Kind == tidb.SelectStmtKindTable:
		return q.unsupported(n, "TABLE as a query")
	case n.Kind == tidb.SelectStmtKindValues:
		return q.unsupported(n, "VALUES as a query")
	case len(n.TableHints) > 0:
		return q.unsupported(n, "an optimizer hint")
	case n.LockInfo != nil && n.LockInfo.LockType != tidb.SelectLockNone:
		return q.unsupported(n, upper(n.LockInfo.LockType.String()))
	case n.SelectIntoOpt != nil:
		return q.unsupported(n.SelectIntoOpt, "SELECT .. INTO")
	}
	if err := q.refuseOptions(n); err != nil {
		return err
	}
	return q.checkWindowNames(n.WindowSpecs)
}

func (q *query) refuseOptions(n *tidb.SelectStmt) error {
	o := n.SelectStmtOpts
	if o == nil {
		return nil
	}
	switch {
	case o.SQLBigResult:
		return q.unsupported(n, "SQL_BIG_RESULT")
	case o.SQLSmallResult:
		return q.unsupported(n, "SQL_SMALL_RESULT")
	case o.SQLBufferResult:
		return q.unsupported(n, "SQL_BUFFER_RESULT")
	case !o.SQLCache:
		return q.unsupported(n, "SQL_NO_CACHE")
	case o.CalcFoundRows:
		return q.unsupported(n, "SQL_CALC_FOUND_ROWS")
	case o.StraightJoin:
		return q.unsupported(n, "STRAIGHT_JOIN")
	case o.Priority != mysql.NoPriority:
		return q.unsupported(n, mysql.Priority2Str[o.Priority])
	}
	return nil
}

func (q *query) checkWindowNames(specs []tidb.WindowSpec) error {
	for i := range specs {
		for j := range i {
			if specs[i].Name.L == specs[j].Name.L {
				return q.errorf(diag.Exists, &specs[i], "there are two windows called %q", specs[i].Name.O)
			}
		}
	}
	return nil
}

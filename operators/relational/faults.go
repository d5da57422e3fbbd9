package relational

import (
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
)

// report gives failed rows to the faults. A row that is in seen has been given
// already; report adds to it. seen may be nil where rows fail only once.
func report(env operators.Env, op string, b batch.Batch, faults []expr.Fault, seen map[int]bool) {
	for _, f := range faults {
		if seen[f.Row] {
			continue
		}
		if seen != nil {
			seen[f.Row] = true
		}
		env.Faults.RowError(operators.RowError{
			Where: operators.WhereOf(b, f.Row), Operator: op, Code: f.Code, Message: f.Message,
		})
	}
}

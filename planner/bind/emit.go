package bind

import (
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// checkEmit refuses the emission modes that are not run.
func (q *query) checkEmit() error {
	if q.Emit != nil && q.Emit.Mode == ast.EmitEvery {
		return q.errorAt(diag.Unsupported, q.Emit.At, "EMIT EVERY is not supported yet").
			WithHint("leave EMIT out: windows are emitted when they close")
	}
	return nil
}

// checkEmitFits refuses an EMIT clause that does not go with the plan's groups.
func (q *query) checkEmitFits(n logical.Node) error {
	if q.Emit == nil || q.Emit.Mode == ast.EmitDefault {
		return nil
	}
	windowed, plain, sorted := false, false, false
	logical.Walk(n, func(n logical.Node) {
		switch n.(type) {
		case *logical.WindowAggregate:
			windowed = true
		case *logical.Aggregate:
			plain = true
		case *logical.Sort:
			sorted = true
		}
	})
	if q.Emit.Mode == ast.EmitChanges && windowed {
		return q.errorAt(diag.Unsupported, q.Emit.At, "EMIT CHANGES on windows is not supported yet").
			WithHint("leave EMIT out: windows are emitted when they close")
	}
	if q.Emit.Mode == ast.EmitChanges && sorted {
		return q.errorAt(diag.Unsupported, q.Emit.At, "EMIT CHANGES with ORDER BY is not supported yet").
			WithHint("leave EMIT out for one ordered result, or ORDER BY for changes as they come")
	}
	if q.Emit.Mode == ast.EmitOnWindowClose && !windowed {
		err := q.errorAt(diag.Invalid, q.Emit.At, "EMIT ON WINDOW CLOSE needs a query with windows")
		if plain {
			return err.WithHint("group by a window such as TUMBLE(ts, INTERVAL '1' MINUTE)")
		}
		return err
	}
	return nil
}

// changes reports whether groups without windows correct their results.
func (q *query) changes(bounded bool) bool {
	return !bounded || q.Emit != nil && q.Emit.Mode == ast.EmitChanges
}

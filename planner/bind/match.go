package bind

import (
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// matchRecognize binds MATCH_RECOGNIZE in FROM.
func (q *query) matchRecognize(m *ast.Match) (*scope, error) {
	return nil, q.errorAt(diag.Unsupported, m.At, "MATCH_RECOGNIZE is not supported yet")
}

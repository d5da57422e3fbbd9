package planner

import (
	"kinesql/planner/catalog"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// explainWindow checks that there is a pump of the name, which runs.
func (p *Planner) explainWindow(st *ast.ExplainWindow) (*Plan, error) {
	object, err := p.catalog.Lookup(st.Pump.Name)
	if object == nil || err != nil {
		return nil, p.catalog.Missing("pump", st.Source(), st.Pump.At, st.Pump.Name, err)
	}
	pump, ok := object.(*catalog.Pump)
	if !ok {
		return nil, diag.Errorf(diag.Invalid, st.Source(), st.Pump.At, "%q is not a pump: only a query that runs has open windows",
			object.ObjectName()).WithHint("EXPLAIN SELECT ... shows the plan of a query")
	}
	if pump.Stopped {
		return nil, diag.Errorf(diag.Invalid, st.Source(), st.Pump.At, "pump %q is stopped, so it has no windows", pump.Name)
	}
	return &Plan{Kind: Live, Name: pump.Name}, nil
}

package planner

import (
	"strings"

	"kinesql/planner/bind"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// explain plans a statement without running it or changing the catalog.
func (p *Planner) explain(st *ast.Explain) (*Plan, error) {
	plan, err := p.explained(st)
	if err != nil {
		return nil, err
	}
	out := &Plan{Kind: Rows, Columns: []string{"plan"}, Logical: plan.Logical, Physical: plan.Physical, Warnings: plan.Warnings}
	for _, line := range strings.Split(strings.TrimSuffix(plan.Explain(), "\n"), "\n") {
		out.Table = append(out.Table, []string{line})
	}
	return out, nil
}

func (p *Planner) explained(st *ast.Explain) (*Plan, error) {
	switch target := st.Target.(type) {
	case *ast.Select:
		return p.selectQuery(target.Query)
	case *ast.Insert:
		plan, _, err := p.planInsert(target, "")
		return plan, err
	case *ast.CreatePump:
		plan, _, err := p.planInsert(target.Insert, target.Name.Name)
		return plan, err
	case *ast.CreateView:
		node, err := bind.New(p.catalog).View(target.Query, target.Columns)
		if err != nil {
			return nil, err
		}
		return p.query(&logical.Sink{Input: node})
	}
	return nil, diag.Errorf(diag.Unsupported, st.Source(), st.Target.Span(), "only queries can be explained")
}

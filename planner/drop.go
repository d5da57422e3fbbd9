package planner

import (
	"strings"

	"kinesql/planner/catalog"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// drop takes an object out of the catalog, unless something uses it.
func (p *Planner) drop(st *ast.Drop) (*Plan, error) {
	word := strings.ToLower(string(st.Kind))
	o, err := p.catalog.Lookup(st.Name.Name)
	if o == nil && err == nil && st.IfExists {
		return &Plan{Kind: Change, Message: "there is no " + word + " " + st.Name.Name}, nil
	}
	if o == nil || err != nil || o.Kind() != st.Kind {
		return nil, p.missing(st.Base, st.Kind, st.Name, o, err)
	}
	if s, ok := o.(*catalog.Stream); ok && s.Pump != "" {
		return nil, diag.Errorf(diag.Invalid, st.Source(), st.Name.At, "stream %q belongs to pump %q and goes with it", s.Name, s.Pump)
	}
	if err := p.refuseUsed(st.Base, st.Name, o, "dropped"); err != nil {
		return nil, err
	}
	p.catalog.Remove(o.ObjectName())
	if o.Kind() == ast.PumpObject {
		p.catalog.Remove(catalog.ErrorsName(o.ObjectName()))
		p.catalog.Remove(catalog.LateName(o.ObjectName()))
	}
	return &Plan{Kind: Change, Dropped: o, Message: word + " " + o.ObjectName() + " dropped"}, nil
}

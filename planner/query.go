package planner

import (
	"strings"

	"kinesql/planner/bind"
	"kinesql/planner/catalog"
	"kinesql/planner/logical"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

func (p *Planner) selectQuery(q *ast.Query) (*Plan, error) {
	node, err := bind.New(p.catalog).Query(q)
	if err != nil {
		return nil, err
	}
	return p.query(&logical.Sink{Input: node})
}

func (p *Planner) insert(ins *ast.Insert) (*Plan, error) {
	plan, reads, err := p.planInsert(ins, "")
	if err != nil {
		return nil, err
	}
	p.catalog.AddWriter(plan.Target.Name, "", plan.Bounded, reads)
	return plan, nil
}

// planInsert plans an INSERT, that of a pump or, without a name, one of its own,
// and returns what it reads.
func (p *Planner) planInsert(ins *ast.Insert, pump string) (*Plan, []string, error) {
	b := bind.New(p.catalog)
	bound, err := b.Insert(ins)
	if err != nil {
		return nil, nil, err
	}
	if bound.Traits().Retracts && appendOnly(bound.Stream) {
		return nil, nil, diag.Errorf(diag.Invalid, ins.Source(), ins.Stream.At,
			"stream %q only takes rows that stay, and the results of this query change", bound.Stream.Name).
			WithHint("group by a window such as TUMBLE(ts, INTERVAL '1' MINUTE): its results are final; " +
				"or create the stream WITH (changelog='op'): its records then say what kind of change they are")
	}
	if err := p.refuseLoop(ins, bound.Stream, b.Reads(), pump); err != nil {
		return nil, nil, err
	}
	plan, err := p.query(bound)
	return plan, b.Reads(), err
}

// refuseLoop refuses a query that feeds on what it writes: it would never end.
func (p *Planner) refuseLoop(ins *ast.Insert, to *catalog.Stream, reads []string, pump string) error {
	if !to.Description.Kept {
		return nil
	}
	way := p.catalog.Feeds(to.Name, reads, pump)
	if way == nil {
		return nil
	}
	return diag.Errorf(diag.Invalid, ins.Source(), ins.Stream.At,
		"this query would read what it writes: %s -> %s", strings.Join(way, " -> "), to.Name).
		WithHint("write to another stream")
}

func appendOnly(s *catalog.Stream) bool {
	return s.Changelog == "" && (s.Description.AppendOnly || s.Description.Kept)
}

func (p *Planner) createPump(st *ast.CreatePump) (*Plan, error) {
	old, plan, err := p.mayCreate(st.Base, st.Name, ast.PumpObject, st.OrReplace, st.IfNotExists)
	if plan != nil || err != nil {
		return plan, err
	}
	system := catalog.System(st.Name.Name, p.memory())
	for _, s := range system {
		if err := p.freeSystemName(st, s.ObjectName()); err != nil {
			return nil, err
		}
	}
	plan, reads, err := p.planInsert(st.Insert, st.Name.Name)
	if err != nil {
		return nil, err
	}
	pump := &catalog.Pump{
		Name: st.Name.Name, Insert: st.Insert, Target: plan.Target.Name, Stopped: st.Stopped, Comment: st.Description,
		Reads: reads, Statement: st.Text(),
	}
	if old != nil {
		p.catalog.Remove(old.ObjectName())
	}
	p.catalog.Put(append(system, pump)...)
	p.catalog.AddWriter(plan.Target.Name, pump.Name, plan.Bounded, reads)
	for _, s := range system {
		p.catalog.AddWriter(s.ObjectName(), pump.Name, plan.Bounded, reads)
	}
	plan.Name, plan.Stopped, plan.Created, plan.Dropped = pump.Name, st.Stopped, pump, old
	plan.Message = created(ast.PumpObject, pump.Name)
	return plan, nil
}

// freeSystemName refuses a pump whose error or late stream would take the name of
// something else.
func (p *Planner) freeSystemName(st *ast.CreatePump, name string) error {
	old := p.catalog.Exact(name)
	if s, ok := old.(*catalog.Stream); old == nil || ok && s.Pump == st.Name.Name {
		return nil
	}
	return diag.Errorf(diag.Exists, st.Source(), st.Name.At, "pump %q needs the name %q for a stream of its own, and there is a %s of that name",
		st.Name.Name, name, strings.ToLower(string(old.Kind())))
}

func (p *Planner) createView(st *ast.CreateView) (*Plan, error) {
	old, plan, err := p.mayCreate(st.Base, st.Name, ast.ViewObject, st.OrReplace, st.IfNotExists)
	if plan != nil || err != nil {
		return plan, err
	}
	b := bind.New(p.catalog)
	node, err := b.View(st.Query, st.Columns)
	if err != nil {
		return nil, err
	}
	if err := distinctNames(st.Base, st.Name, node); err != nil {
		return nil, err
	}
	v := &catalog.View{
		Name: st.Name.Name, Columns: st.Columns, Query: st.Query, Schema: node.Schema(),
		Reads: b.Reads(), Statement: st.Text(),
	}
	p.catalog.Put(v)
	return &Plan{Kind: Change, Created: v, Dropped: old, Message: created(ast.ViewObject, v.Name)}, nil
}

func distinctNames(in ast.Base, name ast.Ident, n logical.Node) error {
	seen := map[string]bool{}
	for _, f := range n.Schema().Fields() {
		if seen[f.Name] {
			return diag.Errorf(diag.Exists, in.Src, name.At, "view %q would have two columns called %q", name.Name, f.Name).
				WithHint("give one of them another name by AS")
		}
		seen[f.Name] = true
	}
	return nil
}

func created(kind ast.ObjectKind, name string) string {
	return strings.ToLower(string(kind)) + " " + name + " created"
}

// mayCreate checks that a name is free. It returns what is to be replaced, or a
// finished plan where IF NOT EXISTS finds that there is nothing to do.
func (p *Planner) mayCreate(in ast.Base, name ast.Ident, kind ast.ObjectKind, replace, ifNot bool) (catalog.Object, *Plan, error) {
	old := p.catalog.Exact(name.Name)
	if old == nil {
		return nil, nil, nil
	}
	have := strings.ToLower(string(old.Kind()))
	if old.Kind() == kind && ifNot {
		return nil, &Plan{Kind: Change, Message: have + " " + name.Name + " exists already"}, nil
	}
	if s, ok := old.(*catalog.Stream); ok && s.Pump != "" {
		return nil, nil, diag.Errorf(diag.Exists, in.Src, name.At, "stream %q belongs to pump %q", name.Name, s.Pump)
	}
	if old.Kind() != kind || !replace {
		err := diag.Errorf(diag.Exists, in.Src, name.At, "there is a %s called %q already", have, name.Name)
		if old.Kind() == kind {
			return nil, nil, err.WithHint("write CREATE OR REPLACE %s, or drop it first", kind)
		}
		return nil, nil, err
	}
	return old, nil, p.refuseUsed(in, name, old, "replaced")
}

// refuseUsed names what depends on an object that is to go.
func (p *Planner) refuseUsed(in ast.Base, name ast.Ident, o catalog.Object, verb string) error {
	users := p.users(o)
	if len(users) == 0 {
		return nil
	}
	return diag.Errorf(diag.Invalid, in.Src, name.At, "%s %q cannot be %s: %s still %s",
		strings.ToLower(string(o.Kind())), o.ObjectName(), verb, strings.Join(users, ", "),
		map[bool]string{true: "uses it", false: "use it"}[len(users) == 1]).
		WithHint("drop %s first", strings.Join(users, ", "))
}

// users are the dependents of an object; for a pump, those of its error and late
// streams.
func (p *Planner) users(o catalog.Object) []string {
	out := p.catalog.Dependents(o.ObjectName())
	if o.Kind() == ast.PumpObject {
		out = append(out, p.catalog.Dependents(catalog.ErrorsName(o.ObjectName()))...)
		out = append(out, p.catalog.Dependents(catalog.LateName(o.ObjectName()))...)
	}
	for i, name := range out {
		out[i] = strings.ToLower(string(p.catalog.Exact(name).Kind())) + " " + name
	}
	return out
}

package bind

import (
	"kinesql/operators/aggregate"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// columns gathers the columns that a step reads, each once.
type columns struct {
	exprs []expr.Node
	names []string
	index map[string]int
}

// newColumns begins with all columns of n as they are; nil: with none.
func newColumns(n logical.Node) *columns {
	c := &columns{index: map[string]int{}}
	if n != nil {
		c.exprs, c.names = logical.Pass(n)
		for i, e := range c.exprs {
			c.index[logical.Key(e)] = i
		}
	}
	return c
}

// add returns the index of the column that holds e.
func (c *columns) add(e expr.Node) int {
	key := logical.Key(e)
	if i, ok := c.index[key]; ok {
		return i
	}
	c.index[key] = len(c.exprs)
	c.exprs, c.names = append(c.exprs, e), append(c.names, e.String())
	return len(c.exprs) - 1
}

// call makes an aggregate over the columns.
func (c *columns) call(in call, lower func(expr.Node) (expr.Node, error)) (aggregate.Call, error) {
	out := aggregate.Call{Name: in.name, Params: in.params, Distinct: in.distinct, Filter: -1, Type: in.typ}
	var filter expr.Node
	if in.filter != nil {
		var err error
		if filter, err = lower(in.filter); err != nil {
			return out, err
		}
	}
	for _, a := range in.args {
		low, err := lower(a)
		if err != nil {
			return out, err
		}
		out.Args = append(out.Args, c.add(guarded(low, filter)))
	}
	if filter != nil {
		out.Filter = c.add(filter)
	}
	for _, o := range in.order {
		low, err := lower(o.node)
		if err != nil {
			return out, err
		}
		out.Order = append(out.Order, sortKey(c.add(low), o.desc))
	}
	return out, nil
}

// guarded computes e only where filter holds: a row that an aggregate does not
// count must not fail by it.
func guarded(e, filter expr.Node) expr.Node {
	if _, ok := e.(*expr.Call); !ok || filter == nil {
		return e
	}
	if out, err := expr.New("IF", []expr.Node{filter, e, expr.Null(-1)}, e.Pos()); err == nil && out.Type().Equal(e.Type()) {
		return out
	}
	return e
}

// sortKey sorts NULL before all values, as MySQL does.
func sortKey(col int, desc bool) aggregate.SortKey {
	return aggregate.SortKey{Column: col, Desc: desc, NullsFirst: !desc}
}

// project computes the columns over n, unless they are n's own.
func (c *columns) project(n logical.Node) logical.Node {
	if len(c.exprs) == n.Schema().Len() {
		same := true
		for i, e := range c.exprs {
			col, ok := e.(*expr.Column)
			same = same && ok && col.Index == i
		}
		if same {
			return n
		}
	}
	return &logical.Project{Input: n, Exprs: c.exprs, Names: c.names}
}

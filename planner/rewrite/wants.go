package rewrite

import (
	"slices"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// wants is what is read of a step: whole columns, and members nested in ROW
// columns.
type wants struct {
	cols  map[int]bool
	paths map[string]path
	timed bool // watermarks are needed
}

// path is a member nested in a column.
type path struct {
	col   int
	names []string
	node  expr.Node
}

func newWants() *wants { return &wants{cols: map[int]bool{}, paths: map[string]path{}} }

func (w *wants) column(cols ...int) {
	for _, c := range cols {
		w.cols[c] = true
	}
}

// read wants what an expression reads.
func (w *wants) read(e expr.Node) {
	expr.Walk(e, func(n expr.Node) bool {
		if p, ok := asPath(n); ok {
			w.paths[logical.Key(n)] = p
			return false
		}
		if c, ok := n.(*expr.Column); ok {
			w.cols[c.Index] = true
		}
		return true
	})
}

// whole returns the columns of which something is wanted, sorted; one at least.
func (w *wants) whole(n int) []int {
	var out []int
	for c := range w.cols {
		out = append(out, c)
	}
	for _, p := range w.paths {
		out = append(out, p.col)
	}
	slices.Sort(out)
	if len(out) == 0 && n > 0 {
		out = []int{0}
	}
	return slices.Compact(out)
}

// leaves returns the paths that lie in no wanted column and in no other path,
// sorted.
func (w *wants) leaves() []path {
	var out []path
	for _, p := range w.paths {
		if w.cols[p.col] {
			continue
		}
		within := false
		for _, o := range w.paths {
			within = within || o.col == p.col && len(o.names) < len(p.names) &&
				slices.Equal(o.names, p.names[:len(o.names)])
		}
		if !within {
			out = append(out, p)
		}
	}
	slices.SortFunc(out, func(a, b path) int { return slices.Compare(a.names, b.names) })
	return out
}

// asPath recognises a.b.c over a ROW column.
func asPath(e expr.Node) (path, bool) {
	c, ok := e.(*expr.Call)
	if !ok || c.Func.Name != "FIELD" || c.Args[0].Type().ID != batch.Row {
		return path{}, false
	}
	v, _ := expr.ConstValue(c.Args[1])
	name, ok := v.(string)
	if !ok {
		return path{}, false
	}
	if col, ok := c.Args[0].(*expr.Column); ok {
		return path{col: col.Index, names: []string{name}, node: e}, true
	}
	p, ok := asPath(c.Args[0])
	p.names, p.node = append(slices.Clone(p.names), name), e
	return p, ok
}

// places says where columns and members of a step are after it was pruned.
type places struct {
	cols   map[int]int
	paths  map[string]int
	schema *batch.Schema // of the scan, for the names of paths
}

// rewrite makes an expression over the old columns one over the new ones.
func (p places) rewrite(e expr.Node) expr.Node {
	if to, ok := p.paths[logical.Key(e)]; ok {
		if _, isPath := asPath(e); isPath {
			return &expr.Column{Index: to, Name: p.schema.Field(to).Name, Typ: e.Type(), At: e.Pos()}
		}
	}
	switch e := e.(type) {
	case *expr.Column:
		c := *e
		c.Index = p.cols[e.Index]
		return &c
	case *expr.Call:
		c := *e
		c.Args = make([]expr.Node, len(e.Args))
		for i, a := range e.Args {
			c.Args[i] = p.rewrite(a)
		}
		return &c
	}
	return e
}

func (p places) all(cols []int) []int {
	out := make([]int, len(cols))
	for i, c := range cols {
		out[i] = p.cols[c]
	}
	return out
}

func (p places) order(keys []aggregate.SortKey) []aggregate.SortKey {
	out := slices.Clone(keys)
	for i := range out {
		out[i].Column = p.cols[out[i].Column]
	}
	return out
}

func (p places) calls(calls []aggregate.Call) []aggregate.Call {
	out := slices.Clone(calls)
	for i, c := range out {
		out[i].Args, out[i].Order = p.all(c.Args), p.order(c.Order)
		if c.Filter >= 0 {
			out[i].Filter = p.cols[c.Filter]
		}
	}
	return out
}

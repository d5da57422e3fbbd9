// Package physical says how many instances run each step of a logical plan, and
// how rows reach them. With a parallelism of 1 every edge is a plain call.
package physical

import (
	"fmt"
	"strings"

	"kinesql/operators"
	"kinesql/planner/logical"
)

// Plan is a placed plan. Nodes come after their inputs.
type Plan struct {
	Root  *Node
	Nodes []*Node
}

// Node is a step and the instances that run it.
type Node struct {
	ID          int
	Step        logical.Node
	Parallelism int
	Inputs      []Edge
}

// Edge is how rows reach a node.
type Edge struct {
	From     *Node
	Exchange operators.Exchange
	Keys     []int
}

// Place places the steps of a plan on at most parallelism instances each. A step
// that several others read is one node.
func Place(root logical.Node, parallelism int) *Plan {
	p := &placer{parallelism: max(1, parallelism), placed: map[logical.Node]*Node{}}
	p.plan.Root = p.place(root)
	return &p.plan
}

type placer struct {
	parallelism int
	placed      map[logical.Node]*Node
	plan        Plan
}

func (p *placer) add(step logical.Node, parallelism int, inputs ...Edge) *Node {
	n := &Node{ID: len(p.plan.Nodes), Step: step, Parallelism: parallelism, Inputs: inputs}
	p.plan.Nodes = append(p.plan.Nodes, n)
	return n
}

func (p *placer) place(step logical.Node) *Node {
	if p.placed[step] == nil {
		p.placed[step] = p.node(step)
	}
	return p.placed[step]
}

func (p *placer) node(step logical.Node) *Node {
	switch s := step.(type) {
	case *logical.Scan:
		return p.add(s, min(p.parallelism, s.Stream.MaxSources()))
	case logical.Values:
		return p.add(s, 1)
	case *logical.Union:
		return p.union(s)
	case *logical.Join:
		return p.join(s)
	case *logical.Aggregate:
		return p.byKeys(s, s.Input, s.Keys)
	case *logical.WindowAggregate:
		if s.Emission.Empty { // which windows are empty is for all keys to say
			return p.single(s, p.place(s.Input))
		}
		return p.byKeys(s, s.Input, s.Keys)
	case *logical.Assign:
		if s.Spec.Kind.Keyed() {
			return p.byKeys(s, s.Input, s.Keys)
		}
	case *logical.Over:
		return p.byKeys(s, s.Input, s.Partition)
	case *logical.Match:
		return p.byKeys(s, s.Input, s.Config.Partition)
	case *logical.Rank:
		return p.byKeys(s, s.Input, s.Partition)
	case *logical.Series:
		return p.byKeys(s, s.Input, s.Partition)
	case *logical.Sort, *logical.Limit, *logical.Sink:
		return p.single(s, p.place(s.Inputs()[0]))
	}
	in := p.place(step.Inputs()[0])
	return p.add(step, in.Parallelism, Edge{From: in, Exchange: operators.Forward})
}

// byKeys brings the rows of equal keys together.
func (p *placer) byKeys(step, input logical.Node, keys []int) *Node {
	in := p.place(input)
	if len(keys) == 0 || p.parallelism == 1 {
		return p.single(step, in)
	}
	return p.add(step, p.parallelism, Edge{From: in, Exchange: operators.Hash, Keys: keys})
}

// single brings all rows to one instance.
func (p *placer) single(step logical.Node, in *Node) *Node {
	return p.add(step, 1, Edge{From: in, Exchange: toOne(in)})
}

func toOne(in *Node) operators.Exchange {
	if in.Parallelism == 1 {
		return operators.Forward
	}
	return operators.Gather
}

// union keeps its parts' instances where they are as many, else gathers.
func (p *placer) union(u *logical.Union) *Node {
	edges := make([]Edge, len(u.Parts))
	equal := true
	for i, part := range u.Parts {
		edges[i] = Edge{From: p.place(part), Exchange: operators.Forward}
		equal = equal && edges[i].From.Parallelism == edges[0].From.Parallelism
	}
	if equal {
		return p.add(u, edges[0].From.Parallelism, edges...)
	}
	for i := range edges {
		edges[i].Exchange = toOne(edges[i].From)
	}
	return p.add(u, 1, edges...)
}

// join brings the rows of equal keys of both inputs together, those of equal windows
// where there are no keys; without either, all rows.
func (p *placer) join(j *logical.Join) *Node {
	left, right := Edge{From: p.place(j.Left), Keys: j.LeftKeys}, Edge{From: p.place(j.Right), Keys: j.RightKeys}
	if len(j.LeftKeys) == 0 && j.Windows != nil {
		left.Keys, right.Keys = []int{j.Windows.Left.End}, []int{j.Windows.Right.End}
	}
	if len(left.Keys) == 0 || p.parallelism == 1 {
		left.Exchange, left.Keys = toOne(left.From), nil
		right.Exchange, right.Keys = toOne(right.From), nil
		return p.add(j, 1, left, right)
	}
	left.Exchange, right.Exchange = operators.Hash, operators.Hash
	return p.add(j, p.parallelism, left, right)
}

// String prints the plan as EXPLAIN does. Each line tells how the rows leave the
// step: by a plain call (forward), by hash of keys, or gathered; and whether they
// may be taken back. A step with several readers is printed once, with a number, and
// then by its number alone.
func (p *Plan) String() string {
	w := writer{shared: logical.NewShared(p.Root, (*Node).from)}
	w.write(p.Root, Edge{}, 0)
	return w.text.String()
}

func (n *Node) from() []*Node {
	out := make([]*Node, len(n.Inputs))
	for i, e := range n.Inputs {
		out[i] = e.From
	}
	return out
}

type writer struct {
	text   strings.Builder
	shared *logical.Shared[*Node]
}

func (w *writer) write(n *Node, out Edge, depth int) {
	number, again := w.shared.Seen(n)
	w.text.WriteString(strings.Repeat("  ", depth))
	if again {
		w.text.WriteString("shared" + number + leaves(n, out, depth) + "\n")
		return
	}
	fmt.Fprintf(&w.text, "%s x%d%s %s%s\n", n.Step.Label(), n.Parallelism, leaves(n, out, depth), n.Step.Traits().Mark(), number)
	for _, in := range n.Inputs {
		w.write(in.From, in, depth+1)
	}
}

// leaves is how rows leave a step; they do not leave the root.
func leaves(n *Node, out Edge, depth int) string {
	switch {
	case depth == 0:
		return ""
	case out.Exchange != operators.Hash:
		return " -> " + out.Exchange.String()
	}
	names := make([]string, len(out.Keys))
	for i, k := range out.Keys {
		names[i] = n.Step.Schema().Field(k).Name
	}
	return " -> hash(" + strings.Join(names, ", ") + ")"
}

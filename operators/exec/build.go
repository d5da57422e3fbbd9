package exec

import (
	"fmt"

	"kinesql/operators"
)

// builder makes the tasks of a graph.
type builder struct {
	query   *Query
	cfg     Config
	outlets map[*operators.Node][]*outlet // of each instance
	tasks   map[*operators.Node][]*task
}

func (q *Query) build(g *operators.Graph, cfg Config) error {
	b := &builder{
		query: q, cfg: cfg,
		outlets: map[*operators.Node][]*outlet{}, tasks: map[*operators.Node][]*task{},
	}
	for _, n := range g.Nodes {
		if err := b.check(n); err != nil {
			return fmt.Errorf("node %d, %s: %w", n.ID, n.Name, err)
		}
		b.query.nodes = append(b.query.nodes, nodeMembers{node: n})
		if err := b.node(n); err != nil {
			return fmt.Errorf("%s: %w", n.Name, err)
		}
	}
	for _, n := range g.Nodes {
		for _, o := range b.outlets[n] {
			if o != nil && o.next == nil {
				return fmt.Errorf("node %d, %s: nobody takes its output", n.ID, n.Name)
			}
		}
	}
	return nil
}

// check finds what a planner must not make.
func (b *builder) check(n *operators.Node) error {
	made := 0
	for _, set := range []bool{n.NewSource != nil, n.NewOperator != nil, n.NewSink != nil} {
		if set {
			made++
		}
	}
	switch {
	case made != 1:
		return fmt.Errorf("want one of source, operator and sink, got %d", made)
	case n.Parallelism < 1:
		return fmt.Errorf("parallelism %d is less than 1", n.Parallelism)
	case (n.NewSource != nil) != (len(n.Inputs) == 0):
		return fmt.Errorf("a source has no input and all others have, got %d", len(n.Inputs))
	}
	for _, e := range n.Inputs {
		if b.tasks[e.From] == nil {
			return fmt.Errorf("its input %s does not come before it", e.From.Name)
		}
		if e.Exchange == operators.Gather && n.Parallelism != 1 {
			return fmt.Errorf("a gather into %d instances", n.Parallelism)
		}
	}
	return nil
}

// node makes all instances of a node, each in its producer's task or in one of
// its own.
func (b *builder) node(n *operators.Node) error {
	b.outlets[n] = make([]*outlet, n.Parallelism)
	b.tasks[n] = make([]*task, n.Parallelism)
	boxes := make([]*mailbox, n.Parallelism)
	for i := range n.Parallelism {
		if err := b.instance(n, i, boxes); err != nil {
			return err
		}
	}
	if n.NewSource == nil && !fused(n) {
		b.connect(n, boxes)
	}
	return nil
}

// fused reports whether a node's instances run in the tasks of its producer's.
func fused(n *operators.Node) bool {
	return len(n.Inputs) == 1 && n.Inputs[0].Exchange == operators.Forward &&
		n.Inputs[0].From.Parallelism == n.Parallelism
}

func (b *builder) instance(n *operators.Node, i int, boxes []*mailbox) error {
	if n.NewSource != nil {
		return b.source(n, i)
	}
	s, m, err := b.stage(n, i)
	if err != nil {
		return err
	}
	if fused(n) {
		from := n.Inputs[0].From
		b.outlets[from][i].to(s)
		b.enter(n, i, b.tasks[from][i], m)
	} else {
		t := b.task()
		var edges []int
		for port, e := range n.Inputs {
			for range e.From.Parallelism {
				edges = append(edges, port)
			}
		}
		boxes[i] = newMailbox(len(edges), b.cfg.MailboxRows)
		t.inbox = newInbox(boxes[i], edges, s)
		b.enter(n, i, t, m)
	}
	b.tasks[n][i].clocked(s)
	return nil
}

func (b *builder) source(n *operators.Node, i int) error {
	src, err := n.NewSource(i)
	if err != nil {
		return err
	}
	t := b.task()
	t.feed = newFeed(src, n.Time, &b.query.total)
	b.outlets[n][i] = &t.feed.out
	b.enter(n, i, t, &t.feed.member)
	return nil
}

// runner is what stands behind a mailbox or in a chain: a link or a drain.
type runner interface {
	head
	ticker
}

func (b *builder) stage(n *operators.Node, i int) (runner, *member, error) {
	if n.NewSink != nil {
		sink, err := n.NewSink(i)
		if err != nil {
			return nil, nil, err
		}
		d := newDrain(sink)
		return d, &d.member, nil
	}
	op, err := n.NewOperator(i)
	if err != nil {
		return nil, nil, err
	}
	l := newLink(op)
	b.outlets[n][i] = &l.out
	return l, &l.member, nil
}

func (b *builder) task() *task {
	t := &task{query: b.query, env: b.cfg.Env, asked: questions{gone: make(chan struct{})}}
	b.query.tasks = append(b.query.tasks, t)
	return t
}

func (b *builder) enter(n *operators.Node, i int, t *task, m *member) {
	m.name, m.instance = n.Name, i
	t.join(m)
	b.tasks[n][i] = t
	at := &b.query.nodes[len(b.query.nodes)-1]
	at.members = append(at.members, m)
}

// connect gives each instance of a node's producers a sender to the mailboxes,
// and lets a mailbox that closes wake the producers' tasks.
func (b *builder) connect(n *operators.Node, boxes []*mailbox) {
	port := 0
	var upstream []*mailbox
	for _, e := range n.Inputs {
		for i, out := range b.outlets[e.From] {
			out.to(newSender(e, i, boxes, port))
			port++
			if t := b.tasks[e.From][i]; t.inbox != nil {
				upstream = append(upstream, t.inbox.box)
			}
		}
	}
	for _, box := range boxes {
		box.ring = func() {
			for _, up := range upstream {
				up.wake()
			}
		}
	}
}

func newSender(e operators.Edge, instance int, boxes []*mailbox, port int) *sender {
	s := &sender{next: instance % len(boxes), kept: e.Exchange == operators.Forward && e.From.Parallelism == len(boxes)}
	for _, box := range boxes {
		s.to = append(s.to, slot{box: box, port: port})
	}
	if e.Exchange == operators.Hash && len(boxes) > 1 {
		s.part = newPartitioner(e.Keys, len(boxes))
	}
	return s
}

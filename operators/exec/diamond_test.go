package exec

import (
	"context"
	"flag"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/operators/relational"
	"kinesql/window"
)

// TestMain makes random tests the same each time, unless a seed is asked for, and
// looks for goroutines that were left.
func TestMain(m *testing.M) {
	flag.Parse()
	for name, value := range map[string]string{"rapid.seed": "20151", "rapid.checks": "60"} {
		if f := flag.Lookup(name); f.Value.String() == f.DefValue {
			if err := flag.Set(name, value); err != nil {
				panic(err)
			}
		}
	}
	goleak.VerifyTestMain(m)
}

// slow is an operator that takes its time over each batch.
type slow struct {
	operators.Stateless
	each time.Duration
}

func (s slow) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	if err := wait(ctx, s.each); err != nil {
		return err
	}
	return out.Emit(ctx, in)
}

// hoard keeps all it gets until its input ends.
type hoard struct {
	operators.Stateless
	kept []batch.Batch
}

func (h *hoard) Process(_ context.Context, _ int, in batch.Batch, _ operators.Emitter) error {
	h.kept = append(h.kept, in.Own())
	return nil
}

func (h *hoard) Finish(ctx context.Context, out operators.Emitter) error {
	for _, b := range h.kept {
		if err := out.Emit(ctx, b); err != nil {
			return err
		}
	}
	return nil
}

func (h *hoard) Close() error {
	for _, b := range h.kept {
		b.Release()
	}
	h.kept = nil
	return nil
}

// bounded runs a graph whose edges hold less than a batch and fails if it does not
// come to its end.
func (p *plan) bounded(t interface {
	Fatal(...any)
	Errorf(string, ...any)
	Helper()
}) {
	t.Helper()
	ctx, cancel := context.WithTimeoutCause(context.Background(), 20*time.Second, fmt.Errorf("deadlock"))
	defer cancel()
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	if err := Run(ctx, &p.Graph, Config{Env: operators.Env{Alloc: alloc}, MailboxRows: 4}); err != nil {
		t.Fatal(err)
	}
	alloc.AssertSize(t, 0)
}

func sources(n, polls int) []*scripted {
	out := make([]*scripted, n)
	for i := range out {
		out[i] = &scripted{polls: manyPolls(polls)}
	}
	return out
}

func each(op operators.Operator) func(int) operators.Operator {
	return func(int) operators.Operator { return op }
}

// TestDiamond lets one source feed two branches that meet again, where one of them is
// slow, keeps everything to the end, or wants no more after some rows.
func TestDiamond(t *testing.T) {
	branches := map[string]func(int) operators.Operator{
		"slow":    each(slow{each: time.Millisecond}),
		"hoard":   func(int) operators.Operator { return &hoard{} },
		"limit 0": func(int) operators.Operator { return relational.NewLimit(0, 0) },
		"limit 3": func(int) operators.Operator { return relational.NewLimit(3, 0) },
	}
	rows := map[string]int{"slow": 1, "hoard": 1, "limit 0": 0, "limit 3": 3}
	for name, branch := range branches {
		for _, instances := range []int{1, 3} {
			t.Run(fmt.Sprintf("%s, %d instances", name, instances), func(t *testing.T) {
				p := newPlan()
				src := p.source(nil, sources(instances, 20)...)
				odd := p.op(name, 1, branch, gather(src))
				fast := p.op("fast", instances, func(int) operators.Operator { return relational.NewUnion() }, hash(src, 0))
				both := p.op("both", instances, func(int) operators.Operator { return relational.NewUnion() }, hash(odd, 0), hash(fast, 0))
				p.sink(gather(both))
				p.bounded(t)
				all := 140 * instances
				want := all + rows[name]
				if rows[name] == 1 {
					want = 2 * all
				}
				if got := count(p.fold); got != want {
					t.Errorf("%d rows, want %d", got, want)
				}
			})
		}
	}
}

// TestBothBranchesWantNoMore ends a source that never ends once both its readers
// have had enough.
func TestBothBranchesWantNoMore(t *testing.T) {
	for _, instances := range []int{1, 3} {
		p := newPlan()
		all := sources(instances, 20)
		for _, s := range all {
			s.follow = true
		}
		src := p.source(nil, all...)
		a := p.op("a", 1, func(int) operators.Operator { return relational.NewLimit(3, 0) }, gather(src))
		b := p.op("b", 1, func(int) operators.Operator { return relational.NewLimit(30, 0) }, gather(src))
		p.sink(gather(a), gather(b))
		p.bounded(t)
		if got := count(p.fold); got != 33 {
			t.Errorf("%d rows, want 33", got)
		}
	}
}

func count(f *optest.Fold) int { return strings.Count(f.String(), "\n") }

// TestRandomGraphsEnd runs graphs of any shape past mailboxes that hold less than a
// batch. All end, and a row comes out as often as there are ways from its source.
func TestRandomGraphsEnd(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &randomGraph{plan: newPlan(), ways: map[*operators.Node]int{}, limited: map[*operators.Node]bool{}}
		g.grow(t)
		want, limited := g.finish()
		g.bounded(t)
		if got := count(g.fold); got > want || got < want && !limited {
			t.Fatalf("%d rows, want %d (limited: %t)", got, want, limited)
		}
	})
}

type randomGraph struct {
	*plan
	ways    map[*operators.Node]int // rows that leave a node, if no limit is before it
	limited map[*operators.Node]bool
}

func (g *randomGraph) grow(t *rapid.T) {
	spec := &operators.TimeSpec{Column: 1, Delay: window.Minute}
	for range rapid.IntRange(1, 2).Draw(t, "sources") {
		n := rapid.SampledFrom([]int{1, 3}).Draw(t, "instances")
		g.ways[g.source(spec, sources(n, 5)...)] = 35 * n
	}
	for range rapid.IntRange(1, 8).Draw(t, "steps") {
		g.step(t)
	}
}

func (g *randomGraph) step(t *rapid.T) {
	instances := rapid.SampledFrom([]int{1, 3}).Draw(t, "instances")
	kind := rapid.SampledFrom([]string{"union", "union", "slow", "hoard", "limit"}).Draw(t, "kind")
	var edges []operators.Edge
	rows, limited := 0, kind == "limit"
	for range rapid.IntRange(1, 3).Draw(t, "inputs") {
		in := rapid.SampledFrom(g.Nodes).Draw(t, "input")
		e := rapid.SampledFrom([]operators.Edge{from(in), hash(in, 0), gather(in)}).Draw(t, "edge")
		if e.Exchange == operators.Gather && instances > 1 {
			e.Exchange = operators.Forward
		}
		edges = append(edges, e)
		rows, limited = rows+g.ways[in], limited || g.limited[in]
	}
	n := g.op(kind, instances, func(int) operators.Operator { return randomOperator(kind) }, edges...)
	g.ways[n], g.limited[n] = rows, limited
}

func randomOperator(kind string) operators.Operator {
	switch kind {
	case "slow":
		return slow{each: 50 * time.Microsecond}
	case "hoard":
		return &hoard{}
	case "limit":
		return relational.NewLimit(5, 0)
	}
	return relational.NewUnion()
}

// finish lets one sink take what nobody else does.
func (g *randomGraph) finish() (rows int, limited bool) {
	taken := map[*operators.Node]bool{}
	for _, n := range g.Nodes {
		for _, e := range n.Inputs {
			taken[e.From] = true
		}
	}
	var last []operators.Edge
	for _, n := range g.Nodes {
		if !taken[n] {
			last = append(last, gather(n))
			rows, limited = rows+g.ways[n], limited || g.limited[n]
		}
	}
	g.sink(last...)
	return rows, limited
}

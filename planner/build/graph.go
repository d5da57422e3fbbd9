// Package build makes runnable graphs of physical plans. It is the one place that
// knows which operator runs which step.
package build

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/match"
	"kinesql/operators/relational"
	"kinesql/operators/windowed"
	"kinesql/planner/logical"
	"kinesql/planner/physical"
)

// SinkFactory makes the sink of a query that is run for its result. changes says
// that rows may be taken back.
type SinkFactory func(schema *batch.Schema, changes bool) (operators.Sink, error)

// Graph makes the graph of a plan. sink may be nil for plans that end in a stream.
func Graph(p *physical.Plan, sink SinkFactory) (*operators.Graph, error) {
	g := &operators.Graph{}
	made := map[*physical.Node]*operators.Node{}
	for _, n := range p.Nodes {
		out := &operators.Node{
			ID: n.ID, Name: n.Step.Label(), Parallelism: n.Parallelism, Schema: n.Step.Schema(),
		}
		for _, e := range n.Inputs {
			out.Inputs = append(out.Inputs, operators.Edge{From: made[e.From], Exchange: e.Exchange, Keys: e.Keys})
		}
		if err := step(out, n, sink); err != nil {
			return nil, err
		}
		made[n] = out
		g.Nodes = append(g.Nodes, out)
	}
	return g, nil
}

// step sets how instances of a node are made.
func step(out *operators.Node, n *physical.Node, sink SinkFactory) error {
	switch s := n.Step.(type) {
	case *logical.Scan:
		return scan(out, s)
	case logical.Values:
		out.NewSource = func(int) (operators.Source, error) { return relational.NewValues(oneRow(s)), nil }
		return nil
	case *logical.Lookup:
		lookup(out, s)
		return nil
	case *logical.Sink:
		return sinkStep(out, s, sink)
	}
	out.NewOperator = func(int) (operators.Operator, error) { return operator(n.Step) }
	return nil
}

func oneRow(v logical.Values) func(memory.Allocator) batch.Batch {
	return func(memory.Allocator) batch.Batch {
		col := batch.Vector{Type: batch.Of(batch.BigInt), Len: 1, I64: []int64{0}}
		return batch.New(v.Schema(), 1, []batch.Vector{col}, batch.Beside{})
	}
}

// operator makes an instance of the operator that runs a step.
func operator(step logical.Node) (operators.Operator, error) {
	switch s := step.(type) {
	case *logical.Filter:
		return relational.NewFilter(s.Input.Schema(), s.Cond)
	case *logical.Project:
		return relational.NewProject(s.Input.Schema(), s.Schema(), s.Exprs)
	case *logical.Union:
		return relational.NewUnion(), nil
	case *logical.ToLog:
		return relational.NewToLog(s.Schema()), nil
	case *logical.FromLog:
		return relational.NewFromLog(s.Schema()), nil
	case *logical.Limit:
		return relational.NewLimit(s.Count, s.Offset), nil
	case *logical.Sort:
		return relational.NewSort(relational.Sort{
			Schema: s.Schema(), Keys: s.Keys, Limit: s.Limit, Offset: s.Offset, WindowEnd: s.WindowEnd,
			Retracts: s.Input.Traits().Retracts,
		})
	case *logical.Join:
		return joinOperator(s)
	case *logical.Aggregate:
		return aggregate.NewHash(aggregate.HashConfig{
			In: s.Input.Schema(), Out: s.Schema(), Keys: s.Keys, Calls: s.Calls, Time: s.Time,
			Changes: s.Changes, Retracts: s.Input.Traits().Retracts, Emission: s.Emission,
		})
	case *logical.WindowAggregate:
		return windowAggregate(s)
	case *logical.Assign:
		if s.Spec.Kind.Keyed() {
			return windowed.NewKeyedAssign(windowed.Config{
				In: s.Input.Schema(), Out: s.Schema(), Window: s.Spec, Time: s.Time, Keys: s.Keys,
				Emission: operators.Emission{TTL: s.TTL},
			})
		}
		return windowed.NewAssign(s.Input.Schema(), s.Schema(), s.Spec, s.Time)
	case *logical.Match:
		return match.New(s.Operator())
	case *logical.Over:
		return windowed.NewOver(windowed.OverConfig{
			In: s.Input.Schema(), Out: s.Schema(), Partition: s.Partition, Time: s.Time,
			Rows: s.Rows, Preceding: s.Preceding, Ending: s.Ending, Calls: s.Calls, Ties: s.Ties,
		})
	case *logical.Rank:
		return rankStep(s)
	case *logical.Series:
		return seriesStep(s)
	}
	return nil, fmt.Errorf("build: no operator runs %s", step.Label())
}

func windowAggregate(s *logical.WindowAggregate) (operators.Operator, error) {
	cfg := windowed.Config{
		In: s.Input.Schema(), Out: s.Schema(), Keys: s.Keys, Window: s.Spec,
		Time: s.Time, Start: s.Start, End: s.End, Calls: s.Calls,
		Emission: s.Emission, Retracts: s.Input.Traits().Retracts,
	}
	if s.Top != nil {
		cfg.Top = &windowed.Top{Order: s.Top.Order, N: s.Top.N}
	}
	return windowed.NewAggregate(cfg)
}

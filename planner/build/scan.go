package build

import (
	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// scan sets how a node reads a stream.
func scan(out *operators.Node, s *logical.Scan) error {
	spec := sourceSpec(s, out.Parallelism)
	if spec.Time >= 0 {
		out.Time = &operators.TimeSpec{Column: spec.Time, Delay: s.Stream.Delay, IdleTimeout: s.Stream.IdleTimeout}
	}
	out.NewSource = func(instance int) (operators.Source, error) {
		mine := spec
		mine.Instance = instance
		return s.Stream.Connector.Source(mine)
	}
	return nil
}

// sourceSpec is what a scan wants of its connector.
func sourceSpec(s *logical.Scan, instances int) connectors.SourceSpec {
	spec := connectors.SourceSpec{
		Spec: s.Stream.Spec(), Out: s.Schema(), Time: s.TimeColumn(), Instances: instances,
		Shared: &connectors.Shared{},
	}
	for _, c := range s.Columns {
		spec.Want = append(spec.Want, connectors.Want{Path: c.Path, Type: c.Type})
	}
	for _, p := range s.Predicates {
		if col, test, ok := expr.RowTest(p); ok {
			spec.Predicates = append(spec.Predicates, connectors.Predicate{Column: col, Int: test.Int, Bytes: test.Bytes})
		}
	}
	return spec
}

// sinkStep sets how a node writes: to its stream, or to whoever asked.
func sinkStep(out *operators.Node, s *logical.Sink, factory SinkFactory) error {
	changes := s.Traits().Retracts
	if s.Stream == nil {
		out.NewSink = func(int) (operators.Sink, error) { return factory(s.Schema(), changes) }
		return nil
	}
	spec := connectors.SinkSpec{Spec: s.Stream.Spec(), Changes: changes, Key: -1}
	if s.Stream.Key != nil {
		spec.Key = s.Stream.Record().Len()
	}
	out.NewSink = func(int) (operators.Sink, error) { return s.Stream.Connector.Sink(spec) }
	return nil
}

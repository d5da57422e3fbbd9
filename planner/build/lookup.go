package build

import (
	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/join"
	"kinesql/planner/logical"
)

// lookupKinds are the kinds of joins that a lookup runs.
var lookupKinds = map[logical.JoinKind]join.Kind{
	logical.InnerJoin: join.Inner, logical.LeftJoin: join.Left, logical.SemiJoin: join.Semi, logical.AntiJoin: join.Anti,
}

// lookup makes the instances of a join with a table, which share the table.
func lookup(out *operators.Node, l *logical.Lookup) {
	table := join.NewReference(reference(l))
	cfg := join.LookupConfig{
		In: l.Input.Schema(), Out: l.Schema(), Keys: l.Keys, Kind: lookupKinds[l.Kind], Residual: l.Residual, Table: table,
	}
	out.NewOperator = func(int) (operators.Operator, error) { return join.NewLookup(cfg) }
}

func reference(l *logical.Lookup) join.ReferenceConfig {
	s := l.Table.Stream
	spec := sourceSpec(l.Table, 1)
	cfg := join.ReferenceConfig{
		Name: s.Name, Schema: l.Table.Schema(), Keys: l.TableKeys, NullSafe: l.NullSafe, MaxRows: s.Table.MaxRows,
		Where: l.Where, Refresh: s.Table.Refresh, Primary: s.Table.Key,
		Source: func() (operators.Source, error) { return s.Connector.Source(spec) },
	}
	if v, ok := s.Connector.(connectors.Versioner); ok {
		cfg.Version = func() (string, error) { return v.Version(s.Spec()) }
	}
	return cfg
}

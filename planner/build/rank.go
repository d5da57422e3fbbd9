package build

import (
	"kinesql/operators"
	"kinesql/operators/rank"
	"kinesql/planner/logical"
)

func rankStep(s *logical.Rank) (operators.Operator, error) {
	cfg := rank.Config{
		In: s.Input.Schema(), Out: s.Schema(), Partition: s.Partition, Order: s.Order, Ties: s.Ties,
		Bound: rank.Bound(s.Bound), Retracts: s.Input.Traits().Retracts, WindowEnd: s.WindowEnd,
		TTL: s.Emission.TTL, Time: s.Time(),
	}
	for _, f := range s.Funcs {
		cfg.Funcs = append(cfg.Funcs, rank.Func(f))
	}
	if s.Changes {
		return rank.NewChanges(cfg)
	}
	return rank.NewFinal(cfg)
}

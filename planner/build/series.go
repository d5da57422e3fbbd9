package build

import (
	"kinesql/operators"
	"kinesql/operators/series"
	"kinesql/planner/logical"
)

func seriesStep(s *logical.Series) (operators.Operator, error) {
	cfg := series.Config{
		In: s.Input.Schema(), Out: s.Schema(), Partition: s.Partition, Time: s.Time, Ties: s.Ties,
		Rows: s.Rows, Preceding: s.Preceding, TTL: s.TTL,
	}
	for _, f := range s.Funcs {
		cfg.Funcs = append(cfg.Funcs, series.Func(f))
	}
	return series.New(cfg)
}

package build

import (
	"kinesql/operators"
	"kinesql/operators/join"
	"kinesql/planner/logical"
)

// joinOperator makes the operator of a join.
func joinOperator(j *logical.Join) (operators.Operator, error) {
	cfg := join.Config{
		Left: joinInput(j.Left, j.LeftKeys), Right: joinInput(j.Right, j.RightKeys),
		Out: j.Schema(), Kind: joinKinds[j.Kind], NullSafe: j.NullSafe, Residual: j.Residual,
	}
	switch {
	case j.Range != nil:
		cfg.Left.Time, cfg.Right.Time = j.Range.LeftTime, j.Range.RightTime
		return join.NewInterval(cfg, j.Range.Low, j.Range.High)
	case j.Windows != nil:
		l, r := j.Windows.Left, j.Windows.Right
		cfg.Left.Start, cfg.Left.End, cfg.Right.Start, cfg.Right.End = l.Start, l.End, r.Start, r.End
		return join.NewWindow(cfg)
	case j.AsOf != nil:
		cfg.Left.Time, cfg.Right.Time = j.AsOf.LeftTime, j.AsOf.RightTime
		return join.NewAsOf(cfg)
	}
	return join.NewHash(cfg, j.Emission.TTL)
}

func joinInput(n logical.Node, keys []int) join.Input {
	t := n.Traits()
	return join.Input{Schema: n.Schema(), Keys: keys, Retracts: t.Retracts, Time: t.Time(), Start: -1, End: -1}
}

var joinKinds = map[logical.JoinKind]join.Kind{
	logical.InnerJoin: join.Inner, logical.LeftJoin: join.Left, logical.RightJoin: join.Right,
	logical.FullJoin: join.Full, logical.SemiJoin: join.Semi, logical.AntiJoin: join.Anti,
}

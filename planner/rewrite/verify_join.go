package rewrite

import (
	"fmt"

	"kinesql/planner/logical"
)

// verifyJoin checks the columns that a join reads of its two inputs.
func verifyJoin(j *logical.Join) error {
	l, r := j.Left.Schema(), j.Right.Schema()
	if len(j.LeftKeys) != len(j.RightKeys) || j.NullSafe != nil && len(j.NullSafe) != len(j.LeftKeys) {
		return fmt.Errorf("%d keys, %d keys and %d marks", len(j.LeftKeys), len(j.RightKeys), len(j.NullSafe))
	}
	if err := verifyColumns(l, j.LeftKeys...); err != nil {
		return err
	}
	if err := verifyColumns(r, j.RightKeys...); err != nil {
		return err
	}
	for i, k := range j.LeftKeys {
		if a, b := l.Field(k).Type, r.Field(j.RightKeys[i]).Type; a.Lane() != b.Lane() {
			return fmt.Errorf("key %s is %s, and %s is %s", l.Field(k).Name, a, r.Field(j.RightKeys[i]).Name, b)
		}
	}
	if err := verifyJoinTimes(j); err != nil {
		return err
	}
	if j.Residual == nil {
		return nil
	}
	whole := *j
	whole.Kind = logical.InnerJoin
	return verifyExprs(whole.Schema(), j.Residual)
}

func verifyJoinTimes(j *logical.Join) error {
	var left, right []int
	switch {
	case j.Range != nil:
		left, right = []int{j.Range.LeftTime}, []int{j.Range.RightTime}
	case j.AsOf != nil:
		left, right = []int{j.AsOf.LeftTime}, []int{j.AsOf.RightTime}
	case j.Windows != nil:
		left, right = []int{j.Windows.Left.End}, []int{j.Windows.Right.End}
		if j.Windows.Left.Start >= 0 || j.Windows.Right.Start >= 0 {
			left, right = append(left, j.Windows.Left.Start), append(right, j.Windows.Right.Start)
		}
	}
	if err := verifyTimes(j.Left.Schema(), left...); err != nil {
		return err
	}
	return verifyTimes(j.Right.Schema(), right...)
}

package join_test

import (
	"fmt"
	"strings"
	"testing"

	"kinesql/operators"
	"kinesql/operators/join"
	"kinesql/operators/optest"
	"kinesql/window"
)

func config(t *testing.T, kind join.Kind, condition bool) join.Config {
	cfg := join.Config{
		Left: join.Input{Schema: leftSchema, Keys: []int{0}, Time: -1}, Right: join.Input{Schema: rightSchema, Keys: []int{0}, Time: -1},
		Out: outSchema(kind), Kind: kind,
	}
	if condition {
		cfg.Residual = residual(t)
	}
	return cfg
}

func TestLawOfHash(t *testing.T) {
	for kind, name := range kinds {
		for _, mask := range []int{0, 1, 2, 3, 5, 11} {
			retracts, condition, nullSafe, cross := mask&1 != 0, mask&2 != 0, mask&4 != 0, mask&8 != 0
			t.Run(fmt.Sprintf("%s retracts %t residual %t null safe %t cross %t", name, retracts, condition, nullSafe, cross), func(t *testing.T) {
				cfg := config(t, kind, condition)
				cfg.NullSafe = []bool{nullSafe}
				cfg.Left.Retracts, cfg.Right.Retracts = retracts, retracts
				partners := equalKeys(condition, nullSafe)
				if cross {
					cfg.Left.Keys, cfg.Right.Keys, cfg.NullSafe = nil, nil, nil
					partners = func(l, r []string) bool { return equalKeys(condition, true)([]string{"", l[1]}, []string{"", r[1]}) }
				}
				stays := !retracts && (kind == join.Inner || kind == join.Semi)
				optest.Law{
					New:   func() (operators.Operator, error) { return join.NewHash(cfg, 0) },
					In:    []optest.Port{port(leftSchema, retracts, false), port(rightSchema, retracts, false)},
					Out:   optest.Edge{Schema: cfg.Out, Time: -1, AppendOnly: stays},
					Query: oracle(kind, partners), Always: true,
				}.Hold(t)
			})
		}
	}
}

func TestLawOfInterval(t *testing.T) {
	ranges := [][2]window.Micros{{-10, 10}, {0, 0}, {-30, -5}, {5, 30}}
	for kind, name := range kinds {
		for i, r := range ranges {
			t.Run(fmt.Sprintf("%s %d to %d minutes", name, r[0], r[1]), func(t *testing.T) {
				cfg := config(t, kind, i%2 == 0)
				cfg.Left.Time, cfg.Right.Time = 2, 2
				keys := equalKeys(i%2 == 0, false)
				partners := func(l, r2 []string) bool {
					a, _ := optest.Time(l[2])
					b, _ := optest.Time(r2[2])
					return keys(l, r2) && r[0]*window.Minute <= b-a && b-a <= r[1]*window.Minute
				}
				optest.Law{
					New: func() (operators.Operator, error) {
						return join.NewInterval(cfg, r[0]*window.Minute, r[1]*window.Minute)
					},
					In:    []optest.Port{port(leftSchema, false, true), port(rightSchema, false, true)},
					Out:   optest.Edge{Schema: cfg.Out, Time: -1, AppendOnly: true},
					Query: oracle(kind, partners), Steps: 80,
				}.Hold(t)
			})
		}
	}
}

func TestLawOfWindow(t *testing.T) {
	for kind, name := range kinds {
		for _, retracts := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s retracts %t", name, retracts), func(t *testing.T) {
				cfg := config(t, kind, retracts)
				cfg.Left.Start, cfg.Left.End, cfg.Right.Start, cfg.Right.End = -1, 2, -1, 2
				cfg.Left.Retracts, cfg.Right.Retracts = retracts, retracts
				keys := equalKeys(retracts, false)
				l, r := port(leftSchema, retracts, true), port(rightSchema, retracts, true)
				l.Row, r.Row = drawEnd, drawEnd
				optest.Law{
					New:   func() (operators.Operator, error) { return join.NewWindow(cfg) },
					In:    []optest.Port{l, r},
					Out:   optest.Edge{Schema: cfg.Out, Time: -1, AppendOnly: true},
					Query: oracle(kind, func(l, r []string) bool { return l[2] == r[2] && keys(l, r) }), Steps: 60,
				}.Hold(t)
			})
		}
	}
}

func TestLawOfAsOf(t *testing.T) {
	for _, kind := range []join.Kind{join.Inner, join.Left} {
		for _, condition := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s residual %t", kinds[kind], condition), func(t *testing.T) {
				cfg := config(t, kind, condition)
				cfg.Left.Time, cfg.Right.Time = 2, 2
				optest.Law{
					New:   func() (operators.Operator, error) { return join.NewAsOf(cfg) },
					In:    []optest.Port{port(leftSchema, false, true), port(rightSchema, false, true)},
					Out:   optest.Edge{Schema: cfg.Out, Time: 2, AppendOnly: true},
					Query: latest(kind, equalKeys(condition, false)), Steps: 80,
				}.Hold(t)
			})
		}
	}
}

// latest pairs each left row with the last version of its key that is not later.
func latest(kind join.Kind, partners matcher) func([][]string) []string {
	return func(in [][]string) []string {
		var out []string
		for _, l := range in[0] {
			best := ""
			for _, r := range in[1] {
				a, b := strings.Split(l, "|"), strings.Split(r, "|")
				if a[0] == b[0] && a[0] != "NULL" && b[2] <= a[2] && (best == "" || strings.Split(best, "|")[2] <= b[2]) {
					best = r
				}
			}
			switch {
			case best != "" && partners(strings.Split(l, "|"), strings.Split(best, "|")):
				out = append(out, l+"|"+best)
			case kind == join.Left:
				out = append(out, l+"|NULL|NULL|NULL")
			}
		}
		return out
	}
}

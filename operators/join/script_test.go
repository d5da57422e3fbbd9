package join_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/join"
	"kinesql/operators/optest"
	"kinesql/window"
)

func TestHashScript(t *testing.T) {
	cfg := config(t, join.Full, false)
	cfg.Left.Retracts, cfg.Right.Retracts = true, true
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return join.NewHash(cfg, 0) },
		In:  []*batch.Schema{leftSchema, rightSchema}, Out: optest.Edge{Schema: bothSchema, Time: -1},
		Retracts: true,
		Script: `
			1|a|00:01
			NULL|n|00:01
			port 1
			1|x|00:02
			1|x|00:02
			2|y|00:03
			port 0
			2|b|00:04
			-U 1|a|00:01
			+U 3|a|00:05`,
		Want: `
			NULL|n|1970-01-01T00:01:00|NULL|NULL|NULL
			NULL|NULL|NULL|1|x|1970-01-01T00:02:00
			NULL|NULL|NULL|1|x|1970-01-01T00:02:00
			2|b|1970-01-01T00:04:00|2|y|1970-01-01T00:03:00
			3|a|1970-01-01T00:05:00|NULL|NULL|NULL`,
	})
}

func TestChangesComeInOrder(t *testing.T) {
	cfg := config(t, join.Left, false)
	cfg.Right.Retracts = true
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return join.NewHash(cfg, 0) },
		In:  []*batch.Schema{leftSchema, rightSchema}, Out: optest.Edge{Schema: bothSchema, Time: -1},
		Script: "1|a|00:01\nport 1\n1|x|00:02\n-D 1|x|00:02\n-D 1|x|00:02",
		Want: `
			1|a|1970-01-01T00:01:00|NULL|NULL|NULL
			-D 1|a|1970-01-01T00:01:00|NULL|NULL|NULL
			+I 1|a|1970-01-01T00:01:00|1|x|1970-01-01T00:02:00
			-D 1|a|1970-01-01T00:01:00|1|x|1970-01-01T00:02:00
			+I 1|a|1970-01-01T00:01:00|NULL|NULL|NULL`,
		Ordered: true,
		Errors:  `KSQL-4201 {"k":1,"w":"x","ts":"1970-01-01 00:02:00Z"}`,
	})
}

func TestIntervalScript(t *testing.T) {
	cfg := config(t, join.Left, false)
	cfg.Left.Time, cfg.Right.Time = 2, 2
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return join.NewInterval(cfg, 0, 10*window.Minute) },
		In:  []*batch.Schema{leftSchema, rightSchema},
		Out: optest.Edge{Schema: bothSchema, Time: 2, AppendOnly: true},
		Script: `
			1|a|00:01
			2|b|00:05
			4|d|NULL
			port 1
			1|x|00:11
			2|y|00:16
			@ 00:12
			1|late|00:11
			1|x|00:13
			port 0
			1|late|00:11
			3|c|00:12
			@ 00:30`,
		Want: `
			1|a|1970-01-01T00:01:00|1|x|1970-01-01T00:11:00
			2|b|1970-01-01T00:05:00|NULL|NULL|NULL
			3|c|1970-01-01T00:12:00|NULL|NULL|NULL`,
		Errors: `KSQL-4004 {"k":4,"v":"d","ts":null}`,
		Late: `
			{"k":1,"w":"late","ts":"1970-01-01 00:11:00Z"}
			{"k":1,"v":"late","ts":"1970-01-01 00:11:00Z"}`,
	})
}

func TestAsOfScript(t *testing.T) {
	cfg := config(t, join.Left, false)
	cfg.Left.Time, cfg.Right.Time = 2, 2
	cfg.Right.Retracts = true
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return join.NewAsOf(cfg) },
		In:  []*batch.Schema{leftSchema, rightSchema},
		Out: optest.Edge{Schema: bothSchema, Time: 2, AppendOnly: true},
		Script: `
			port 1
			1|one|00:01
			2|gone|00:01
			-U 1|one|00:01
			+U 1|two|00:05
			-D 2|gone|00:01
			port 0
			1|b|00:05
			1|a|00:04
			2|c|00:04
			1|early|00:00
			@ 00:20
			1|late|00:19
			1|d|00:21`,
		Want: `
			1|early|1970-01-01T00:00:00|NULL|NULL|NULL
			1|a|1970-01-01T00:04:00|1|one|1970-01-01T00:01:00
			2|c|1970-01-01T00:04:00|NULL|NULL|NULL
			1|b|1970-01-01T00:05:00|1|two|1970-01-01T00:05:00
			1|d|1970-01-01T00:21:00|1|two|1970-01-01T00:05:00`,
		Ordered: true,
		Late:    `{"k":1,"v":"late","ts":"1970-01-01 00:19:00Z"}`,
	})
}

func TestWindowScript(t *testing.T) {
	cfg := config(t, join.Full, false)
	cfg.Left.Start, cfg.Left.End, cfg.Right.Start, cfg.Right.End = -1, 2, -1, 2
	cfg.Left.Retracts, cfg.Right.Retracts = true, true
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return join.NewWindow(cfg) },
		In:  []*batch.Schema{leftSchema, rightSchema},
		Out: optest.Edge{Schema: bothSchema, Time: -1, AppendOnly: true},
		Script: `
			1|a|00:10
			1|a|00:20
			NULL|n|00:10
			port 1
			1|x|00:10
			1|old|00:20
			-U 1|old|00:20
			+U 1|y|00:20
			@ 00:10
			1|late|00:10
			@ 00:20`,
		Want: `
			1|a|1970-01-01T00:10:00|1|x|1970-01-01T00:10:00
			NULL|n|1970-01-01T00:10:00|NULL|NULL|NULL
			1|a|1970-01-01T00:20:00|1|y|1970-01-01T00:20:00`,
		Ordered: true,
		Late:    `{"k":1,"w":"late","ts":"1970-01-01 00:10:00Z"}`,
	})
}

// life feeds an operator by hand.
type life struct {
	t   *testing.T
	op  operators.Operator
	now time.Time
	out strings.Builder
}

func (l *life) Emit(_ context.Context, b batch.Batch) error {
	l.out.WriteString(optest.Text(b))
	return nil
}

func live(t *testing.T, cfg join.Config, ttl time.Duration, budget *operators.Budget) *life {
	t.Helper()
	op, err := join.NewHash(cfg, ttl)
	if err != nil {
		t.Fatal(err)
	}
	l := &life{t: t, op: op, now: time.Unix(1000, 0)}
	env := operators.Env{
		Alloc: memory.DefaultAllocator, Now: func() time.Time { return l.now }, BatchRows: 100,
		State: budget.Account("join"),
	}
	if err := op.Open(t.Context(), env); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *life) rows(port int, text string) error {
	schema := leftSchema
	if port == 1 {
		schema = rightSchema
	}
	b := optest.Rows(memory.DefaultAllocator, schema, text)
	defer b.Release()
	return l.op.Process(l.t.Context(), port, b, l)
}

func (l *life) want(want string) {
	l.t.Helper()
	if got := l.out.String(); got != want {
		l.t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	l.out.Reset()
}

func (l *life) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func TestRowsAreForgottenByEventTime(t *testing.T) {
	cfg := config(t, join.Inner, false)
	cfg.Left.Time, cfg.Right.Time = 2, 2
	l := live(t, cfg, time.Hour, operators.NewBudget(0))
	l.must(l.rows(0, "1|a|00:01\n1|b|01:30\n2|c|00:01"))
	l.must(l.op.Advance(t.Context(), 62*window.Minute, l))
	l.must(l.rows(1, "1|x|01:30\n2|x|01:30"))
	l.want("1|b|1970-01-01T01:30:00|1|x|1970-01-01T01:30:00\n")
}

// What a row came out with is taken back with it, and no row of NULLs that never came.
func TestForgottenPartnersAreNoReasonToPad(t *testing.T) {
	cfg := config(t, join.Left, false)
	cfg.Left.Retracts, cfg.Right.Time = true, 2
	l := live(t, cfg, time.Hour, operators.NewBudget(0))
	l.must(l.rows(1, "1|x|00:01\n2|y|01:30"))
	l.must(l.rows(0, "1|a|00:01\n2|b|00:01\n3|c|00:01"))
	l.must(l.op.Advance(t.Context(), 63*window.Minute, l))
	l.out.Reset()
	l.must(l.rows(0, "-D 1|a|00:01\n-D 2|b|00:01\n-D 3|c|00:01"))
	l.want("-D 2|b|1970-01-01T00:01:00|2|y|1970-01-01T01:30:00\n-D 3|c|1970-01-01T00:01:00|NULL|NULL|NULL\n")
}

func TestRowsAreForgottenByTheClock(t *testing.T) {
	l := live(t, config(t, join.Inner, false), time.Hour, operators.NewBudget(0))
	l.must(l.rows(0, "1|a|00:01"))
	tick := l.op.(operators.Ticker)
	if next := tick.NextTick(); next.Before(l.now.Add(time.Hour)) || next.After(l.now.Add(62*time.Minute)) {
		t.Errorf("the next tick is at %s", next)
	}
	l.now = l.now.Add(30 * time.Minute)
	l.must(l.rows(0, "1|b|00:01"))
	l.now = l.now.Add(32 * time.Minute)
	l.must(tick.Tick(t.Context(), l))
	l.must(l.rows(1, "1|x|00:01"))
	l.want("1|b|1970-01-01T00:01:00|1|x|1970-01-01T00:01:00\n")
}

func TestStateIsAccountedFor(t *testing.T) {
	budget := operators.NewBudget(1 << 20)
	l := live(t, config(t, join.Inner, false), 0, budget)
	row := "1|" + strings.Repeat("v", 1000) + "|00:01\n"
	var err error
	for range 100 {
		if err = l.rows(0, strings.Repeat(row, 100)); err != nil {
			break
		}
	}
	var over *operators.BudgetError
	if !errors.As(err, &over) || over.Operator != "join" {
		t.Errorf("got %v, and %d bytes are held", err, budget.Used())
	}
}

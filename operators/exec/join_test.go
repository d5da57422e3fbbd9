package exec

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kinesql/operators"
	"kinesql/operators/batch"
	joins "kinesql/operators/join"
	"kinesql/window"
)

var pair = batch.NewSchema(append(append([]batch.Field{}, kv.Fields()...), kv.Fields()...)...)

func joinConfig(kind joins.Kind) joins.Config {
	side := joins.Input{Schema: kv, Keys: []int{0}, Time: 1}
	return joins.Config{Left: side, Right: side, Out: pair, Kind: kind}
}

func (p *plan) join(t *testing.T, instances int, make func() (operators.Operator, error), in ...operators.Edge) *operators.Node {
	return p.op("join", instances, func(int) operators.Operator {
		op, err := make()
		if err != nil {
			t.Fatal(err)
		}
		return op
	}, in...)
}

// manyPolls is n batches of some rows of ten keys.
func manyPolls(n int) []poll {
	var out []poll
	for i := range n {
		var rows []string
		for k := range 7 {
			rows = append(rows, fmt.Sprintf("k%d|00:%02d", (i+k)%10, i%60))
		}
		out = append(out, poll{rows: strings.Join(rows, " ")})
	}
	return out
}

// TestSelfJoin lets both ports of a join be fed by one source, past mailboxes that hold
// less than a batch, by ways of the same and of different lengths.
func TestSelfJoin(t *testing.T) {
	for _, instances := range []int{1, 3} {
		for _, detour := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d instances, detour %t", instances, detour), func(t *testing.T) {
				p := newPlan()
				sources := make([]*scripted, instances)
				for i := range sources {
					sources[i] = &scripted{polls: manyPolls(20)}
				}
				src := p.source(nil, sources...)
				left := src
				if detour {
					left = p.op("detour", 1, func(int) operators.Operator { return &recorder{log: p.log, name: "d"} }, gather(src))
				}
				j := p.join(t, instances, func() (operators.Operator, error) { return joins.NewHash(joinConfig(joins.Inner), 0) },
					hash(left, 0), hash(src, 0))
				p.sink(gather(j))
				if _, err := p.run(t); err != nil {
					t.Fatal(err)
				}
				got, n := strings.Count(p.fold.String(), "\n"), 14*instances // rows of each key
				if want := 10 * n * n; got != want {
					t.Errorf("%d pairs, want %d", got, want)
				}
			})
		}
	}
}

func leftInterval() (operators.Operator, error) {
	return joins.NewInterval(joinConfig(joins.Left), -window.Minute, window.Minute)
}

// TestJoinAfterOneSideHasEnded lets the left side end at once; the right one goes on.
func TestJoinAfterOneSideHasEnded(t *testing.T) {
	for _, instances := range []int{1, 3} {
		p := newPlan()
		spec := &operators.TimeSpec{Column: 1}
		left := p.source(spec, &scripted{polls: []poll{{rows: "a|00:01 b|00:02"}}})
		right := p.source(spec, &scripted{polls: []poll{
			{rows: "c|00:01"}, {rows: "a|00:02", after: 20 * time.Millisecond}, {rows: "c|00:09"},
		}})
		j := p.join(t, instances, leftInterval, hash(left, 0), hash(right, 0))
		p.sink(gather(j))
		if _, err := p.run(t); err != nil {
			t.Fatal(err)
		}
		const want = "a|1970-01-01T00:01:00|a|1970-01-01T00:02:00\nb|1970-01-01T00:02:00|NULL|NULL\n"
		if p.fold.String() != want {
			t.Errorf("got\n%s\nwant\n%s", p.fold, want)
		}
	}
}

// seen is a sink that tells of its first batch.
type seen struct {
	collector
	first chan struct{}
}

func (s *seen) Write(ctx context.Context, b batch.Batch) error {
	err := s.collector.Write(ctx, b)
	select {
	case <-s.first:
	default:
		close(s.first)
	}
	return err
}

// TestJoinDoesNotWaitForAnIdleSide lets the right side be quiet for ever: after its
// timeout the left one alone says how late it is.
func TestJoinDoesNotWaitForAnIdleSide(t *testing.T) {
	p := newPlan()
	spec := &operators.TimeSpec{Column: 1, IdleTimeout: 30 * time.Millisecond}
	left := p.source(spec, &scripted{polls: []poll{
		{rows: "a|00:01"}, {rows: "b|00:09", after: 100 * time.Millisecond},
	}, follow: true, splits: 1})
	right := p.source(spec, &scripted{follow: true, splits: 1})
	j := p.join(t, 1, leftInterval, from(left), from(right))
	out := &seen{collector: collector{log: p.log, fold: p.fold}, first: make(chan struct{})}
	p.add(&operators.Node{
		Name: "sink", Inputs: []operators.Edge{from(j)},
		NewSink: func(int) (operators.Sink, error) { return out, nil },
	})
	q := Start(t.Context(), &p.Graph, Config{MailboxRows: 4})
	<-out.first
	q.Stop()
	if err := q.Wait(); err != nil {
		t.Fatal(err)
	}
	if want := "a|1970-01-01T00:01:00|NULL|NULL\n"; p.fold.String() != want {
		t.Errorf("got\n%s\nwant\n%s", p.fold, want)
	}
}

package optest_test

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/exec"
	"kinesql/operators/optest"
	"kinesql/operators/windowed"
	"kinesql/window"
)

// delay and timeout are of the sources; a row is no more than delay behind the clock.
const (
	delay   = 3 * time.Second
	timeout = 2 * time.Second
)

var (
	markIn = batch.NewSchema(
		batch.Field{Name: "k", Type: batch.Of(batch.BigInt)},
		batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
	)
	counted = batch.NewSchema(
		batch.Field{Name: "k", Type: batch.Of(batch.BigInt)},
		batch.Field{Name: "window_start", Type: batch.Of(batch.Timestamp)},
		batch.Field{Name: "window_end", Type: batch.Of(batch.Timestamp)},
		batch.Field{Name: "n", Type: batch.Of(batch.BigInt)},
	)
)

// arrived is a row of a split and when it comes.
type arrived struct {
	at    time.Duration
	split int
	key   int
	time  time.Duration
}

// shards is a source whose rows come at their times, and which then ends, unless it
// goes on and is quiet.
type shards struct {
	rows   []arrived
	splits int
	ends   bool
	env    operators.Env
	began  time.Time
}

func (s *shards) Splits() int                                            { return s.splits }
func (s *shards) InTurn() bool                                           { return false }
func (s *shards) Snapshot(context.Context) ([]operators.Position, error) { return nil, nil }
func (s *shards) Close() error                                           { return nil }

func (s *shards) Open(_ context.Context, env operators.Env) error {
	s.env, s.began = env, time.Now()
	return nil
}

func (s *shards) Poll(context.Context) (operators.Polled, error) {
	none := operators.Polled{MaxTime: window.Min}
	if len(s.rows) == 0 {
		if s.ends {
			return none, io.EOF
		}
		time.Sleep(operators.MaxPoll)
		return none, nil
	}
	r := s.rows[0]
	if wait := r.at - time.Since(s.began); wait > operators.MaxPoll {
		time.Sleep(operators.MaxPoll)
		return none, nil
	} else {
		time.Sleep(wait)
	}
	s.rows = s.rows[1:]
	text := fmt.Sprintf("%d|%s", r.key, strings.TrimSuffix(window.Micros(r.time.Microseconds()).String(), "Z"))
	return operators.Polled{
		Split: r.split, Records: 1, MaxTime: window.Min, Batch: optest.Rows(s.env.Alloc, markIn, text),
	}, nil
}

// sums is a sink that adds up n for each key and start of a window.
type sums struct {
	mu  sync.Mutex
	got map[string]int64
}

func (s *sums) Open(context.Context, operators.Env) error               { return nil }
func (s *sums) Prepare(context.Context, uint64) ([]byte, error)         { return nil, nil }
func (s *sums) Commit(_ context.Context, _ uint64, handle []byte) error { return nil }
func (s *sums) Close() error                                            { return nil }

func (s *sums) Write(_ context.Context, b batch.Batch) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	keys, starts, n := b.Vector(0), b.Vector(1), b.Vector(3)
	for i := range b.Rows() {
		s.got[fmt.Sprintf("%d at %s", keys.I64[i], window.Micros(starts.I64[i]))] += n.I64[i]
	}
	return nil
}

// lateRows notes the rows that are late.
type lateRows struct {
	mu   sync.Mutex
	rows []string
}

func (l *lateRows) RowError(e operators.RowError) { l.note(e.Message) }

func (l *lateRows) LateRow(r operators.LateRow) {
	l.note(fmt.Sprintf("%s at %s, watermark %s", r.Raw, r.EventTime, r.Watermark))
}

func (l *lateRows) note(text string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rows = append(l.rows, text)
}

// history draws sources whose splits fall silent, come back and end.
func history(rnd *rand.Rand, sources int) []*shards {
	out := make([]*shards, sources)
	for i := range out {
		s := &shards{splits: 1 + rnd.IntN(3), ends: rnd.IntN(2) == 0}
		lag := time.Duration(rnd.Int64N(int64(delay))) // all that a source reads is at least so far behind
		for split := range s.splits {
			at := time.Duration(rnd.IntN(4000)) * time.Millisecond
			for range rnd.IntN(25) {
				behind := min(at, lag+time.Duration(rnd.Int64N(int64(delay-lag))))
				s.rows = append(s.rows, arrived{at: at, split: split, key: rnd.IntN(4), time: at - behind})
				at += time.Duration(rnd.IntN(900)) * time.Millisecond
				if rnd.IntN(8) == 0 {
					at += time.Duration(rnd.IntN(9000)) * time.Millisecond
				}
			}
		}
		s.ends = s.ends || len(s.rows) == 0 // one that never reads anything has no time to go on from
		slices.SortStableFunc(s.rows, func(a, b arrived) int { return int(a.at - b.at) })
		out[i] = s
	}
	return out
}

// tumbles returns a windowed aggregate.
func tumbles(in *batch.Schema, time int, size window.Micros, call aggregate.Call) func(int) (operators.Operator, error) {
	return func(int) (operators.Operator, error) {
		return windowed.NewAggregate(windowed.Config{
			In: in, Out: counted, Keys: []int{0}, Time: time, Calls: []aggregate.Call{call},
			Window: window.Spec{Kind: window.Tumble, Size: size, Slide: size},
		})
	}
}

const (
	inner = 2 * window.Second
	outer = 6 * window.Second
)

// graph counts rows in windows of windows, each stage in as many instances as given.
// In as many as there are sources, the first is part of their tasks.
func graph(src []*shards, first, second int, to *sums) *operators.Graph {
	source := &operators.Node{ID: 0, Name: "source", Parallelism: len(src), Schema: markIn,
		Time:      &operators.TimeSpec{Column: 1, Delay: window.Micros(delay.Microseconds()), IdleTimeout: timeout},
		NewSource: func(i int) (operators.Source, error) { return src[i], nil }}
	hash := func(n *operators.Node) []operators.Edge {
		return []operators.Edge{{From: n, Exchange: operators.Hash, Keys: []int{0}}}
	}
	one := &operators.Node{ID: 1, Name: "one", Parallelism: first, Schema: counted, Inputs: hash(source),
		NewOperator: tumbles(markIn, 1, inner, aggregate.Call{Name: "COUNT", Filter: -1, Type: batch.Of(batch.BigInt)})}
	if first == len(src) {
		one.Inputs[0].Exchange = operators.Forward
	}
	two := &operators.Node{ID: 2, Name: "two", Parallelism: second, Schema: counted, Inputs: hash(one),
		NewOperator: tumbles(counted, 2, outer, aggregate.Call{Name: "SUM", Args: []int{3}, Filter: -1, Type: batch.Of(batch.BigInt)})}
	sink := &operators.Node{ID: 3, Name: "sink", Parallelism: 1, Schema: counted,
		Inputs:  []operators.Edge{{From: two, Exchange: operators.Gather}},
		NewSink: func(int) (operators.Sink, error) { return to, nil }}
	return &operators.Graph{Nodes: []*operators.Node{source, one, two, sink}}
}

// wanted is the batch result.
func wanted(src []*shards) map[string]int64 {
	out := map[string]int64{}
	for _, s := range src {
		for _, r := range s.rows {
			end := window.FloorTo(window.Micros(r.time.Microseconds()), inner, 0) + inner
			out[fmt.Sprintf("%d at %s", r.key, window.FloorTo(end, outer, 0))]++
		}
	}
	return out
}

// TestNoRowIsLate: no row is further behind than the delay allows, so none is late,
// whichever splits are idle, come back or end, and however many tasks there are; and
// all windows close though nothing comes any more.
func TestNoRowIsLate(t *testing.T) {
	for seed := range uint64(60) {
		rnd := rand.New(rand.NewPCG(seed, 2015))
		src := history(rnd, 1+rnd.IntN(4))
		first, second := 1+rnd.IntN(4), 1+rnd.IntN(4)
		if rnd.IntN(2) == 0 {
			first = len(src)
		}
		want, to, late := wanted(src), &sums{got: map[string]int64{}}, &lateRows{}
		synctest.Test(t, func(t *testing.T) {
			env := operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, Faults: late, BatchRows: 8}
			q := exec.Start(t.Context(), graph(src, first, second, to), exec.Config{Env: env})
			time.Sleep(10 * time.Minute)
			q.Stop()
			if err := q.Wait(); err != nil {
				t.Error(err)
			}
		})
		if len(late.rows) > 0 || !maps.Equal(to.got, want) {
			t.Fatalf("seed %d, %d sources, %d and %d instances: late %q\ngot  %v\nwant %v", seed, len(src), first, second, late.rows, to.got, want)
		}
	}
}

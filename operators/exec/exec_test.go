package exec

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/window"
)

func TestLinearGraph(t *testing.T) {
	p := newPlan()
	spec := &operators.TimeSpec{Column: 1, Delay: window.Second}
	src := p.source(spec, &scripted{log: p.log, polls: []poll{{rows: "a|00:00:05 b|00:00:09"}, {rows: "c|00:00:08"}}})
	p.sink(from(p.record("op", from(src))))
	stats, err := p.run(t)
	if err != nil {
		t.Fatal(err)
	}
	p.log.want(t, `
		op p0 a b
		op w 00:00:08
		op p0 c
		op w infinity
		op finish
		prepare
		commit h
		source closed
		op close
		sink closed`)
	if got := p.fold.String(); strings.Count(got, "\n") != 3 {
		t.Errorf("the sink got\n%s", got)
	}
	want := "{3 30 0 3 0 0 infinity [{0 source 3 3 infinity} {1 op 3 3 infinity} {2 sink 3 3 infinity}]}"
	if got := fmt.Sprint(stats); got != want {
		t.Errorf("stats %s, want %s", got, want)
	}
}

func TestMarks(t *testing.T) {
	minute := []window.Micros{window.Min, at("00:01")}
	for _, c := range []struct {
		name string
		src  scripted
		want string
	}{
		{
			"computed from the column, across batches",
			scripted{polls: []poll{{rows: "a|00:00:05 b|00:00:03 c|00:00:09"}, {rows: "d|00:00:07"}}},
			"p0 a@-infinity b@00:00:04 c@00:00:04|w 00:00:08|p0 d@00:00:08",
		}, {
			"given by the source, dropped records included",
			scripted{polls: []poll{{rows: "a|00:00:05 b|00:00:03", marks: minute}, {maxTime: "00:02", records: 1}, {rows: "c|00:00:07"}}},
			"p0 a@-infinity b@00:00:59|w 00:00:59|w 00:01:59|p0 c@00:01:59",
		}, {
			"the least of the splits",
			scripted{splits: 2, polls: []poll{
				{rows: "a|00:00:09"}, {rows: "b|00:00:04 c|00:00:20", split: 1}, {rows: "d|00:00:12"}, {rows: "e|00:00:05", split: 1},
			}},
			"p0 a|p0 b@-infinity c@00:00:03|w 00:00:08|p0 d@00:00:08|w 00:00:11|p0 e@00:00:11",
		}, {
			"a split that ended is left out",
			scripted{splits: 2, polls: []poll{{rows: "a|00:00:09", ended: true}, {rows: "b|00:00:20 c|00:00:21", split: 1, ended: true}}},
			"p0 a|p0 b@-infinity c@00:00:19",
		}, {
			"splits that were not told of hold nothing",
			scripted{polls: []poll{{rows: "a|00:00:09"}, {rows: "b|00:00:20 c|00:00:21", split: 1}}},
			"p0 a@-infinity|w 00:00:08|p0 b@00:00:08 c@00:00:08",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlan()
			src := p.source(&operators.TimeSpec{Column: 1, Delay: window.Second}, &c.src)
			p.sink(from(p.op("op", 1, func(int) operators.Operator { return &recorder{log: p.log, marks: true} }, from(src))))
			if _, err := p.run(t); err != nil {
				t.Fatal(err)
			}
			got, _, _ := strings.Cut(p.log.String(), "\n w infinity")
			got = strings.ReplaceAll(strings.ReplaceAll("\n"+got, "\n ", "|"), "a@-infinity|p0", "a|p0")[1:]
			if got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

type faultLog struct{ *journal }

func (f faultLog) RowError(e operators.RowError) {
	f.note("%s %s: %s: %s", e.Code, e.Operator, e.Message, e.Raw)
}

func (f faultLog) LateRow(l operators.LateRow) { f.note("late %s", l.Raw) }

func TestNullEventTime(t *testing.T) {
	p := newPlan()
	src := p.source(&operators.TimeSpec{Column: 1}, &scripted{polls: []poll{{rows: "a|00:00:05 b|NULL c|00:00:06"}, {rows: "d|NULL"}}})
	p.sink(from(p.record("op", from(src))))
	q := Start(t.Context(), &p.Graph, Config{Env: operators.Env{Faults: faultLog{p.log}}})
	if err := q.Wait(); err != nil {
		t.Fatal(err)
	}
	if s := q.Stats(); s.Errors != 0 || s.RowsOut != 4 || s.Records != 4 {
		t.Errorf("stats %+v", s)
	}
	p.log.want(t, `
		op p0 a b c
		op w 00:00:06
		op p0 d
		op w infinity
		op finish
		prepare
		commit h
		op close
		sink closed`)
}

// TestDone lets an operator in the middle want no more: what comes after it ends
// well, what comes before it stops.
func TestDone(t *testing.T) {
	full := func(n int) error {
		if n > 1 {
			return operators.ErrDone
		}
		return nil
	}
	for _, edge := range []func(*operators.Node) operators.Edge{from, gather} {
		p := newPlan()
		src := p.source(nil, &scripted{log: p.log, follow: true, polls: []poll{{rows: "a|00:01"}, {rows: "b|00:02"}, {rows: "c|00:03"}}})
		first := p.op("limit", 1, func(int) operators.Operator { return &recorder{log: p.log, name: "limit", fail: full} }, edge(src))
		p.sink(from(p.record("last", from(first))))
		if _, err := p.run(t); err != nil {
			t.Fatal(err)
		}
		got, tail, _ := strings.Cut(p.log.String(), "commit h\n")
		if want := "limit p0 a\nlast p0 a\nlimit w infinity\nlimit finish\nlast w infinity\nlast finish\nprepare\n"; got != want {
			t.Errorf("got\n%s", got)
		}
		if strings.Count(tail, "close") != 4 {
			t.Errorf("closed:\n%s", tail)
		}
	}
}

// TestDoneReachesQuietTasks has a task wait in the middle that never gets a row.
func TestDoneReachesQuietTasks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPlan()
		quiet := p.source(nil, &scripted{follow: true}, &scripted{follow: true})
		busy := p.source(nil, &scripted{polls: []poll{{rows: "a|00:01"}}, follow: true})
		middle := p.op("middle", 2, func(int) operators.Operator { return &recorder{log: p.log} }, hash(quiet, 0))
		done := func(int) error { return operators.ErrDone }
		p.sink(from(p.op("limit", 1, func(int) operators.Operator { return &recorder{log: p.log, fail: done} }, gather(middle), gather(busy))))
		began := time.Now()
		if _, err := p.run(t); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took > 2*operators.MaxPoll {
			t.Errorf("the query took %s to end", took)
		}
	})
}

// TestTeeIsDoneWhenAllAre lets one of two consumers stop.
func TestTeeIsDoneWhenAllAre(t *testing.T) {
	p := newPlan()
	src := p.source(nil, &scripted{polls: []poll{{rows: "a|00:01"}, {rows: "b|00:02"}}})
	done := func(int) error { return operators.ErrDone }
	p.sink(from(p.op("x", 1, func(int) operators.Operator { return &recorder{log: p.log, name: "x", fail: done} }, from(src))))
	p.sink(from(p.record("y", from(src))))
	if _, err := p.run(t); err != nil {
		t.Fatal(err)
	}
	if got := p.log.String(); !strings.Contains(got, "y p0 a\ny p0 b\ny w infinity\ny finish\nprepare\ncommit h") {
		t.Errorf("got\n%s", got)
	}
}

func TestErrors(t *testing.T) {
	boom := errors.New("boom")
	for _, c := range []struct {
		name   string
		break_ func(p *plan, src *scripted, op *recorder, sink *collector)
		want   string
	}{
		{"operator", func(_ *plan, _ *scripted, op *recorder, _ *collector) { op.fail = func(int) error { return boom } }, "op: boom"},
		{"panic", func(_ *plan, _ *scripted, op *recorder, _ *collector) { op.fail = func(int) error { panic("oh") } }, "op: engine error: panic: oh"},
		{"sink", func(_ *plan, _ *scripted, _ *recorder, s *collector) { s.fail = boom }, "sink: boom"},
		{"source", func(_ *plan, s *scripted, _ *recorder, _ *collector) { s.polls = []poll{{err: boom}} }, "source: boom"},
		{"open", func(_ *plan, s *scripted, _ *recorder, _ *collector) { s.opened = boom }, "source: boom"},
	} {
		for _, edge := range []func(*operators.Node) operators.Edge{from, gather} {
			t.Run(c.name, func(t *testing.T) {
				p := newPlan()
				src, op, sink := &scripted{polls: []poll{{rows: "a|00:01"}}, follow: true}, &recorder{log: p.log}, &collector{log: p.log, fold: p.fold}
				c.break_(p, src, op, sink)
				n := p.op("op", 1, func(int) operators.Operator { return op }, edge(p.source(nil, src)))
				p.add(&operators.Node{Name: "sink", Inputs: []operators.Edge{edge(n)}, NewSink: func(int) (operators.Sink, error) { return sink, nil }})
				_, err := p.run(t)
				if err == nil || err.Error() != c.want {
					t.Errorf("got %v, want %s", err, c.want)
				}
				if log := p.log.String(); strings.Contains(log, "prepare") || strings.Count(log, "sink closed") != 1 {
					t.Errorf("log:\n%s", log)
				}
				if c.name != "panic" && !errors.Is(err, boom) {
					t.Errorf("%v does not lead to its cause", err)
				}
				var bug *PanicError
				if c.name == "panic" && (!errors.As(err, &bug) || len(bug.Stack) == 0) {
					t.Errorf("%v has no stack", err)
				}
			})
		}
	}
}

func TestContextEndsWithItsCause(t *testing.T) {
	cause := errors.New("enough")
	p := newPlan()
	p.sink(gather(p.record("op", gather(p.source(nil, &scripted{follow: true}, &scripted{follow: true})))))
	ctx, cancel := context.WithCancelCause(t.Context())
	q := Start(ctx, &p.Graph, Config{})
	cancel(cause)
	if err := q.Wait(); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}

func TestStopAndFlush(t *testing.T) {
	for _, c := range []struct {
		name string
		stop func(*Query)
		want string
	}{
		{"stop", (*Query).Stop, "op p0 a\nprepare\ncommit h"},
		{"flush", (*Query).Flush, "op p0 a\nop w infinity\nop finish\nprepare\ncommit h"},
	} {
		for _, edge := range []func(*operators.Node) operators.Edge{from, gather} {
			t.Run(c.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					p := newPlan()
					p.sink(edge(p.record("op", edge(p.source(nil, &scripted{polls: []poll{{rows: "a|00:01"}}, follow: true})))))
					q := Start(t.Context(), &p.Graph, Config{})
					time.Sleep(time.Second)
					c.stop(q)
					if err := q.Wait(); err != nil {
						t.Fatal(err)
					}
					got := strings.ReplaceAll(strings.ReplaceAll(p.log.String(), "op close\n", ""), "\nsink closed", "")
					if got = strings.TrimPrefix(strings.TrimSuffix(got, "\nop close"), "\n"); got != c.want {
						t.Errorf("got\n%s", got)
					}
				})
			})
		}
	}
}

// TestHashMeets sends rows of two sources over a hash edge to three instances:
// equal keys meet, and all rows arrive.
func TestHashMeets(t *testing.T) {
	p := newPlan()
	var a, b []poll
	var want []string
	for i := range 60 {
		k := fmt.Sprintf("k%d|00:%02d", i%7, i)
		if i%7 == 6 {
			k = fmt.Sprintf("NULL|00:%02d", i)
		}
		want = append(want, strings.Replace(k, "|", "|1970-01-01T", 1)+":00")
		if i%2 == 0 {
			a = append(a, poll{rows: k})
		} else {
			b = append(b, poll{rows: k})
		}
	}
	seen := make([]map[string]bool, 3)
	src := p.source(nil, &scripted{polls: a}, &scripted{polls: b})
	op := p.op("op", 3, func(i int) operators.Operator {
		seen[i] = map[string]bool{}
		return &keys{seen: seen[i]}
	}, hash(src, 0))
	p.sink(gather(op))
	if _, err := p.run(t); err != nil {
		t.Fatal(err)
	}
	if f := optest.NewFold(); f.Add(optest.Rows(memory.DefaultAllocator, kv, strings.Join(want, "\n"))) != nil || f.String() != p.fold.String() {
		t.Errorf("got\n%s", p.fold)
	}
	met := map[string]int{}
	for i := range seen {
		for k := range seen[i] {
			met[k]++
		}
	}
	for k, n := range met {
		if n != 1 {
			t.Errorf("key %s is in %d instances", k, n)
		}
	}
	if len(met) != 7 {
		t.Errorf("%d keys", len(met))
	}
}

// TestForwardKeepsInstances unites two inputs of two instances each: the rows of an
// instance stay with it, so changes of a row stay in order.
func TestForwardKeepsInstances(t *testing.T) {
	p := newPlan()
	sources := func(name string) *operators.Node {
		return p.source(nil, &scripted{polls: []poll{{rows: name + "0|00:00"}, {rows: name + "0|00:01"}, {rows: name + "0|00:02"}}},
			&scripted{polls: []poll{{rows: name + "1|00:00"}, {rows: name + "1|00:01"}}})
	}
	a, b, seen := sources("a"), sources("b"), make([]map[string]bool, 2)
	p.sink(gather(p.op("union", 2, func(i int) operators.Operator {
		seen[i] = map[string]bool{}
		return &keys{seen: seen[i]}
	}, from(a), from(b))))
	if _, err := p.run(t); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(seen); got != "[map[a0:true b0:true] map[a1:true b1:true]]" {
		t.Errorf("the instances got %s", got)
	}
}

type keys struct {
	operators.Stateless
	seen map[string]bool
}

func (k *keys) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	for _, line := range optest.Lines(in) {
		key, _, _ := strings.Cut(line, "|")
		k.seen[key] = true
	}
	return out.Emit(ctx, in)
}

func TestGraphsThatMakeNoSense(t *testing.T) {
	op := func(int) operators.Operator { return &recorder{log: &journal{}} }
	for _, c := range []struct {
		name, want string
		make       func(p *plan)
	}{
		{"no sink", "nobody takes its output", func(p *plan) { p.source(nil, &scripted{log: p.log}) }},
		{"no input", "got 0", func(p *plan) { p.op("op", 1, op) }},
		{"wide gather", "gather into 2", func(p *plan) { p.op("op", 2, op, gather(p.source(nil, &scripted{log: p.log}))) }},
		{"nothing", "got 0", func(p *plan) { p.add(&operators.Node{Name: "none"}) }},
		{"order", "does not come before", func(p *plan) { p.op("op", 1, op, from(&operators.Node{Name: "later"})) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPlan()
			c.make(p)
			if err := Run(t.Context(), &p.Graph, Config{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
			made := 0
			for _, n := range p.Nodes {
				if n.NewSource != nil {
					made += n.Parallelism
				}
			}
			if closed := strings.Count(p.log.String(), "source closed"); closed != made {
				t.Errorf("%d of %d sources were closed", closed, made)
			}
		})
	}
}

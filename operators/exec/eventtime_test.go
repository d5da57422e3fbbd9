package exec

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// stamped is an operator that notes watermarks with the time that has passed
// since it was opened.
type stamped struct {
	operators.Stateless
	log   *journal
	began time.Time
	slow  time.Duration // how long each batch takes
}

func (s *stamped) Open(context.Context, operators.Env) error {
	s.began = time.Now()
	return nil
}

func (s *stamped) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	time.Sleep(s.slow)
	return out.Emit(ctx, in)
}

func (s *stamped) Advance(_ context.Context, w window.Micros, _ operators.Emitter) error {
	s.log.note("%s: %s", time.Since(s.began), clock(w))
	return nil
}

// follow runs a graph of one timed source per list of instances for a while.
func follow(t *testing.T, spec operators.TimeSpec, instances ...*scripted) *journal {
	t.Helper()
	p, log := newPlan(), &journal{}
	synctest.Test(t, func(t *testing.T) {
		for _, s := range instances {
			s.follow = true
		}
		src := p.source(&spec, instances...)
		p.sink(from(p.op("op", 1, func(int) operators.Operator { return &stamped{log: log} }, gather(src))))
		q := Start(t.Context(), &p.Graph, Config{})
		time.Sleep(5200*time.Millisecond + time.Microsecond)
		q.Stop()
		if err := q.Wait(); err != nil {
			t.Error(err)
		}
	})
	return log
}

// first keeps the first n lines, and the last.
func (j *journal) first(n int) *journal {
	if len(j.lines) > n {
		j.lines = append(j.lines[:n:n], "...", j.lines[len(j.lines)-1])
	}
	return j
}

func TestIdleSplitIsLeftOut(t *testing.T) {
	spec := operators.TimeSpec{Column: 1, Delay: window.Second, IdleTimeout: time.Second}
	polls := []poll{{rows: "a|00:00:10"}, {rows: "b|00:00:20", split: 1}}
	for i := range 40 {
		polls = append(polls, poll{rows: "c|00:00:20." + string(rune('0'+i/4%10)), split: 1, after: 40 * time.Millisecond})
	}
	log := follow(t, spec, &scripted{splits: 2, polls: polls})
	log.lines = log.lines[:3]
	log.want(t, `
		0s: 00:00:09
		1.04s: 00:00:19.6
		1.16s: 00:00:19.7`)
}

// TestTimeGoesOn: nothing comes any more, so event time runs on from the last
// record, exactly as long as it has been quiet.
func TestTimeGoesOn(t *testing.T) {
	spec := operators.TimeSpec{Column: 1, Delay: window.Second, IdleTimeout: time.Second}
	log := follow(t, spec, &scripted{polls: []poll{{rows: "a|00:00:10", after: 20 * time.Millisecond}}})
	log.first(3).want(t, `
		20ms: 00:00:09
		1.07s: 00:00:10.05
		1.12s: 00:00:10.1
		...
		5.22s: 00:00:14.2`)
}

func TestAnIdleTaskIsLeftOutAndComesBack(t *testing.T) {
	spec := operators.TimeSpec{Column: 1, IdleTimeout: time.Second}
	busy := &scripted{}
	for _, at := range []string{"20", "21", "22", "23", "24", "25", "26", "27"} {
		busy.polls = append(busy.polls, poll{rows: "b|00:00:" + at, after: 300 * time.Millisecond})
	}
	quiet := &scripted{polls: []poll{{rows: "a|00:00:10"}, {rows: "c|00:00:12", after: 2 * time.Second}, {rows: "d|00:00:23", after: 10 * time.Millisecond}}}
	follow(t, spec, busy, quiet).first(4).want(t, `
		300ms: 00:00:10
		1.05s: 00:00:22
		1.2s: 00:00:23
		1.5s: 00:00:24
		...
		5.25s: 00:00:29.85`)
}

// TestTaskThatNeverReadAnything: once it is idle it holds nobody back, and when
// all are idle the one whose event time is greatest leads.
func TestTaskThatNeverReadAnything(t *testing.T) {
	spec := operators.TimeSpec{Column: 1, IdleTimeout: time.Second}
	log := follow(t, spec, &scripted{}, &scripted{polls: []poll{{rows: "a|00:00:10", after: 10 * time.Millisecond}}})
	log.first(3).want(t, `
		1.05s: 00:00:10
		1.06s: 00:00:11.05
		1.11s: 00:00:11.1
		...
		5.21s: 00:00:15.2`)
}

func TestWithoutTimeoutTimeStandsStill(t *testing.T) {
	spec := operators.TimeSpec{Column: 1}
	follow(t, spec, &scripted{}, &scripted{polls: []poll{{rows: "a|00:00:10"}}}).want(t, "")
	follow(t, spec, &scripted{polls: []poll{{rows: "a|00:00:10"}}}).want(t, "0s: 00:00:10")
}

// TestSplitsInTurnWait: the splits of a source that reads one after the other are
// not idle while they wait.
func TestSplitsInTurnWait(t *testing.T) {
	spec := operators.TimeSpec{Column: 1, IdleTimeout: time.Second}
	polls := []poll{{rows: "a|00:00:10"}, {rows: "b|00:00:50", after: 3 * time.Second, ended: true}, {rows: "c|00:00:05", split: 1}}
	follow(t, spec, &scripted{splits: 2, inTurn: true, polls: polls}).first(1).want(t, `
		3s: 00:00:05
		...
		5.25s: 00:00:52.25`)
}

// TestHeldIsNotQuiet: a split whose rows the source has read ahead is not idle
// while others are read.
func TestHeldIsNotQuiet(t *testing.T) {
	spec := operators.TimeSpec{Column: 1, IdleTimeout: time.Second}
	polls := []poll{{rows: "a|00:00:10"}, {rows: "b|00:00:50", after: 3 * time.Second}, {rows: "c|00:00:05", split: 1}}
	follow(t, spec, &scripted{splits: 2, held: 1, polls: polls}).first(1).want(t, `
		3s: 00:00:05
		...
		5.25s: 00:00:52.25`)
}

// TestBlockedIsNotQuiet: while what comes next takes its time, splits that could
// not be polled do not become idle.
func TestBlockedIsNotQuiet(t *testing.T) {
	spec := operators.TimeSpec{Column: 1, IdleTimeout: time.Second}
	p := newPlan()
	synctest.Test(t, func(t *testing.T) {
		src := p.source(&spec, &scripted{splits: 2, polls: []poll{
			{rows: "a|00:00:10"}, {rows: "b|00:00:20"}, {rows: "c|00:00:11", split: 1}, {rows: "d|00:00:21"},
		}})
		p.sink(from(p.op("op", 1, func(int) operators.Operator { return &stamped{log: p.log, slow: 3 * time.Second} }, from(src))))
		if err := Run(t.Context(), &p.Graph, Config{}); err != nil {
			t.Error(err)
		}
	})
	got, _, _ := strings.Cut(p.log.String(), "\nprepare")
	if want := "9s: 00:00:11\n12s: infinity"; got != want {
		t.Errorf("got\n%s", got)
	}
}

// TestWatermarksNeverFall: a split that comes back with old rows does not take
// event time back, and its rows are behind the mark that they carry.
func TestWatermarksNeverFall(t *testing.T) {
	spec := &operators.TimeSpec{Column: 1, IdleTimeout: time.Second}
	p := newPlan()
	synctest.Test(t, func(t *testing.T) {
		src := p.source(spec, &scripted{polls: []poll{{rows: "a|00:00:10"}, {rows: "b|00:00:05 c|00:00:12", after: 1250 * time.Millisecond}, {rows: "d|00:00:13"}}})
		p.sink(from(p.op("op", 1, func(int) operators.Operator { return &recorder{log: p.log, name: "op", marks: true} }, from(src))))
		if err := Run(t.Context(), &p.Graph, Config{}); err != nil {
			t.Error(err)
		}
	})
	got, _, _ := strings.Cut(p.log.String(), "\nop w infinity")
	want := `op p0 a@-infinity
op w 00:00:10
op w 00:00:11.05
op w 00:00:11.1
op w 00:00:11.15
op w 00:00:11.2
op p0 b@00:00:11.2 c@00:00:11.2
op w 00:00:12
op p0 d@00:00:12
op w 00:00:13`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

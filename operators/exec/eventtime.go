package exec

import (
	"time"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// eventTime makes the watermarks of one source task. Each split has a clock of
// its own, the greatest event time read from it less the delay. The watermark is
// the least of them. Splits that have ended or are idle are left out; a split
// that has not begun holds the watermark back until it begins or is idle.
//
// When all splits are idle, event time goes on at the pace of the wall clock from
// the greatest event time that was read and the moment it came, so that windows
// close though nothing comes any more.
//
// The clock by which splits become idle stands still while the task is blocked
// downstream: a source that nobody polls is not a quiet one.
type eventTime struct {
	spec   operators.TimeSpec
	splits []split
	inTurn bool // splits that wait for their turn are never idle
	low    window.Watermark

	last   window.Micros // greatest event time of all splits
	lastAt time.Time     // on the task's clock, when a record last came
	lost   time.Duration // how far the task's clock is behind the wall clock
}

type split struct {
	high  window.Micros // greatest event time read
	begun bool
	ended bool
	quiet bool      // said to be, until its next record
	since time.Time // on the task's clock, when a record last came
}

func newEventTime(spec operators.TimeSpec, src operators.Source, now time.Time) *eventTime {
	e := &eventTime{spec: spec, low: window.Watermark{At: window.Min}, last: window.Min, lastAt: now}
	e.know(src, now)
	e.reach(0, now)
	return e
}

// know asks a source that knows its splits beforehand.
func (e *eventTime) know(src operators.Source, now time.Time) {
	if s, ok := src.(operators.Splitter); ok {
		e.inTurn = s.InTurn()
		e.reach(s.Splits()-1, now)
	}
	if h, ok := src.(operators.Holder); ok {
		h.Holding(func(i int) { e.splits[i].since = now })
	}
	if q, ok := src.(operators.Quieter); ok {
		q.Quiet(func(i int) { e.splits[i].quiet = true })
	}
}

// reach makes split i known.
func (e *eventTime) reach(i int, now time.Time) {
	for len(e.splits) <= i {
		e.splits = append(e.splits, split{high: window.Min, since: now})
	}
}

// blocked says that the task did not poll for a while. What exceeds the patience
// of a Poll does not count as quiet.
func (e *eventTime) blocked(d time.Duration) {
	if d > operators.MaxPoll {
		e.lost += d - operators.MaxPoll
	}
}

// mark turns the raw marks of a batch of split i, or its time column where it
// has none, into the watermark that stood before each row; nil where there was
// none yet. It returns the greatest event time of the rows as well. An event time
// that is NULL moves nothing; what becomes of its row is for operators to say.
func (e *eventTime) mark(b batch.Batch, i int, now time.Time) (marks []window.Micros, high window.Micros) {
	others, high := e.others(i, now), e.splits[i].high
	times := b.Vector(e.spec.Column)
	marks = make([]window.Micros, times.Len)
	for r, t := range times.I64 {
		if b.Marks != nil {
			high = max(high, b.Marks[r])
		}
		marks[r] = max(e.low.At, min(e.less(high), others))
		if times.Valid == nil || times.Valid[r] {
			high = max(high, window.Micros(t))
		}
	}
	if n := len(marks); n == 0 || marks[n-1] == window.Min {
		return nil, high
	}
	return marks, high
}

// others is the least watermark of all live splits but i.
func (e *eventTime) others(i int, now time.Time) window.Micros {
	low := window.Max
	for k := range e.splits {
		if s := &e.splits[k]; k != i && !s.ended && !e.idle(s, now) {
			low = min(low, e.less(s.high))
		}
	}
	return low
}

// less takes the delay off, but leaves the ends of time alone.
func (e *eventTime) less(t window.Micros) window.Micros {
	if t < window.Min+e.spec.Delay {
		return window.Min
	}
	return t - e.spec.Delay
}

// idle reports whether a split has been quiet for longer than the timeout.
func (e *eventTime) idle(s *split, now time.Time) bool {
	if s.quiet {
		return true
	}
	if e.spec.IdleTimeout <= 0 || (e.inTurn && !s.begun) {
		return false
	}
	return now.Sub(s.since) > e.spec.IdleTimeout
}

// came notes what a Poll brought of a split.
func (e *eventTime) came(p operators.Polled, seen window.Micros, now time.Time) {
	s := &e.splits[p.Split]
	s.ended = s.ended || p.Ended
	if p.Records > 0 || p.Batch.Record != nil {
		s.begun, s.quiet, s.since = true, false, now
		s.high = max(s.high, seen, p.MaxTime)
		e.last, e.lastAt = max(e.last, s.high), now
	}
}

// watermark returns the watermark as of now, which never falls.
func (e *eventTime) watermark(now time.Time) window.Watermark {
	low, live, ending := window.Max, false, false
	for i := range e.splits {
		switch s := &e.splits[i]; {
		case e.idle(s, now):
		case s.ended:
			ending = true
		default:
			low, live = min(low, e.less(s.high)), true
		}
	}
	if !live {
		low = e.onward(now)
	}
	// A source whose last split has just ended is about to end, not idle: were it
	// left out, others could pass what its end is yet to bring.
	e.low = window.Watermark{At: max(low, e.low.At), Idle: !live && !ending}
	return e.low
}

// onward is event time at wall-clock pace since the last record.
func (e *eventTime) onward(now time.Time) window.Micros {
	if e.last == window.Min || e.spec.IdleTimeout <= 0 {
		return window.Min
	}
	quiet := now.Sub(e.lastAt)
	if quiet <= e.spec.IdleTimeout {
		return window.Min
	}
	return e.less(e.last) + window.Micros(quiet.Microseconds())
}

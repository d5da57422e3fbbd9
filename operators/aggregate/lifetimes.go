package aggregate

import (
	"time"

	"kinesql/window"
)

// Lifetimes is when rows last touched numbered keys that have a time to live: by
// event time where there is one, else by the processing clock. A key is over once
// the clock, the watermark before a row, is a time to live past that, whatever
// batches the rows came in; the sweeps only give memory back.
type Lifetimes struct {
	ttl   window.Micros
	event bool
	last  []window.Micros // by key; Min: no row
	swept window.Micros
}

// sweeps is how often keys are looked for that are over, within a time to live.
const sweeps = 8

// NewLifetimes returns the lifetimes of keys that live so long untouched, by event
// time or by the processing clock.
func NewLifetimes(ttl time.Duration, event bool) *Lifetimes {
	return &Lifetimes{ttl: window.Micros(ttl.Microseconds()), event: event, swept: window.Min}
}

// ByEvent reports whether event time counts.
func (l *Lifetimes) ByEvent() bool { return l.event }

// Begin sets the processing clock at which the first key may come.
func (l *Lifetimes) Begin(now time.Time) {
	if !l.event {
		l.swept = window.At(now)
	}
}

// Grow makes room for keys below n.
func (l *Lifetimes) Grow(n int) {
	for len(l.last) < n {
		l.last = append(l.last, window.Min)
	}
}

// Over reports whether a key has lived too long.
func (l *Lifetimes) Over(key uint32, now window.Micros) bool {
	last := l.last[key]
	return last != window.Min && now != window.Max && now >= last && now-last >= l.ttl
}

// Touch notes a row of a key.
func (l *Lifetimes) Touch(key uint32, at window.Micros) { l.last[key] = max(l.last[key], at) }

// Forget makes a key as if no row of it had come.
func (l *Lifetimes) Forget(key uint32) { l.last[key] = window.Min }

// Lapsed returns the keys that are over, now and then.
func (l *Lifetimes) Lapsed(now window.Micros) []uint32 {
	if now == window.Max || l.swept != window.Min && now-l.swept < l.ttl/sweeps {
		return nil
	}
	l.swept = now
	var gone []uint32
	for key := range l.last {
		if l.Over(uint32(key), now) {
			gone = append(gone, uint32(key))
		}
	}
	return gone
}

// Next is when keys are to be looked for on the processing clock, of which so many
// live; zero: never.
func (l *Lifetimes) Next(live int) time.Time {
	if l.event || live == 0 || l.swept == window.Min {
		return time.Time{}
	}
	return (l.swept + l.ttl/sweeps + 1).Time()
}

// Bytes is the memory held.
func (l *Lifetimes) Bytes() int64 { return sizeOf(l.last) }

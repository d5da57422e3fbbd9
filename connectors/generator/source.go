package generator

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// source implements operators.Source with one split.
type source struct {
	plan
	spec  connectors.SourceSpec
	paths [][]int // by wanted column
	env   operators.Env
	out   *batch.Builder
	draw  draw

	pcg     *rand.PCG
	r       *rand.Rand
	row     []cell
	opened  time.Time
	event   int64 // the next
	made    int64 // rows so far, those dropped included
	maxTime window.Micros
}

func newSource(p plan, spec connectors.SourceSpec) (*source, error) {
	s := &source{plan: p, spec: spec, maxTime: window.Min}
	fields := p.kind.schema.Fields()
	for _, w := range spec.Want {
		path, err := pathOf(fields, w.Path)
		if err != nil {
			return nil, err
		}
		s.paths = append(s.paths, path)
	}
	if spec.Instance > 0 {
		s.rows = 0 // there is one split only
	}
	s.pcg = rand.NewPCG(p.seed, 0)
	s.r = rand.New(s.pcg)
	s.draw, s.row = p.kind.newDraw(p.seed, p.rate), make([]cell, len(fields))
	return s, nil
}

// Open implements operators.Source.
func (s *source) Open(_ context.Context, env operators.Env) error {
	s.env, s.opened = env, env.Now()
	if s.start == window.Min {
		s.start = window.At(s.opened)
	}
	s.out = batch.NewBuilder(env.Alloc, s.spec.Out)
	return nil
}

// Poll implements operators.Source.
func (s *source) Poll(ctx context.Context) (operators.Polled, error) {
	if s.made == s.rows {
		return operators.Polled{MaxTime: window.Min, Ended: true}, io.EOF
	}
	due, err := s.waitDue(ctx)
	if err != nil || due == s.event {
		return operators.Polled{MaxTime: window.Min}, err
	}
	before := s.made
	s.out.Reset(s.env.BatchRows)
	for s.out.Rows < s.env.BatchRows && s.event < due && s.made != s.rows && s.made-before < int64(4*s.env.BatchRows) {
		s.next()
	}
	polled := operators.Polled{MaxTime: window.Min, Records: int(s.made - before)}
	if polled.Records > 0 {
		polled.MaxTime = s.maxTime
	}
	if s.out.Rows > 0 {
		polled.Batch = s.out.Finish(nil)
	}
	return polled, nil
}

// waitDue returns the first event whose time has not come yet. It waits for the
// next one, but not for long.
func (s *source) waitDue(ctx context.Context) (int64, error) {
	const forever = 1 << 62
	if !s.paced {
		return forever, ctx.Err()
	}
	due := s.dueAt(s.env.Now())
	if due > s.event {
		return due, ctx.Err()
	}
	next := s.opened.Add(time.Duration(s.offset(s.event)) * time.Microsecond)
	wait := min(max(next.Sub(s.env.Now()), time.Millisecond), operators.MaxPoll)
	select {
	case <-ctx.Done():
		return s.event, context.Cause(ctx)
	case <-time.After(wait):
		return max(s.event, s.dueAt(s.env.Now())), nil
	}
}

// dueAt counts the events whose time has come at now.
func (s *source) dueAt(now time.Time) int64 {
	elapsed := now.Sub(s.opened)
	if elapsed < 0 {
		return 0
	}
	seconds := int64(elapsed / time.Second)
	return seconds*s.rate + int64(elapsed%time.Second)*s.rate/int64(time.Second) + 1
}

// offset is the time of an event from the start in microseconds.
func (s *source) offset(event int64) int64 {
	return event/s.rate*1_000_000 + event%s.rate*1_000_000/s.rate
}

// next makes an event, if it is one that the kind has rows of.
func (s *source) next() {
	event := s.event
	if s.event++; s.kind.wants != nil && !s.kind.wants(event) {
		return
	}
	at := int64(s.start) + s.offset(event)
	if s.disorder > 0 {
		s.pcg.Seed(s.seed, ^uint64(event))
		at -= s.r.Int64N(int64(s.disorder) + 1)
	}
	s.pcg.Seed(s.seed, uint64(event))
	s.draw(s.r, event, at, s.row)
	s.made++
	s.add()
}

// add appends the row unless a predicate drops it.
func (s *source) add() {
	passed := s.passes()
	if passed && s.spec.Time >= 0 {
		s.out.Marks = append(s.out.Marks, s.maxTime)
	}
	if s.spec.Time >= 0 {
		if c := at(s.row, s.paths[s.spec.Time]); !c.null {
			s.maxTime = max(s.maxTime, window.Micros(c.num))
		}
	}
	if !passed {
		return
	}
	s.out.Starts = append(s.out.Starts, 0)
	for i, path := range s.paths {
		at(s.row, path).appendTo(s.out, i)
	}
	s.out.EndRow()
}

func (s *source) passes() bool {
	for _, p := range s.spec.Predicates {
		c := at(s.row, s.paths[p.Column])
		if c.null || p.Int != nil && !p.Int(c.num) || p.Bytes != nil && !p.Bytes(c.text) {
			return false
		}
	}
	return true
}

// Snapshot implements operators.Source: the place is the number of the next
// event, eight bytes, big end first.
func (s *source) Snapshot(context.Context) ([]operators.Position, error) {
	place := binary.BigEndian.AppendUint64(nil, uint64(s.event))
	return []operators.Position{{Split: fmt.Sprintf("generator:%s:%d", s.kind.name, s.seed), Place: place}}, nil
}

// Close implements operators.Source.
func (s *source) Close() error {
	if s.out != nil {
		s.out.Close()
		s.out = nil
	}
	return nil
}

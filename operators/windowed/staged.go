package windowed

import (
	"cmp"
	"slices"

	"kinesql/operators"
	"kinesql/window"
)

// staged makes the windows of runs where each is shown once, when it closes: rows
// wait until the watermark has passed them and are then placed in the order of
// their times, so that a key has one window that grows and nothing is looked for.
//
// A row that comes behind the watermark, and is not late, waits as well: for the
// rows before that watermark, since they decide in which window it is. Of the rows
// that wait for the same time, any order makes the same windows.
type staged struct {
	*spans
	size, gap window.Micros // the gap of staggered windows is their size
	holds     content
	faults    faults
	rows      wheel         // the spans of the rows that wait
	waits     []uint32      // by key: how many rows wait
	done      window.Micros // what waits for no later a time is placed
	ready     []waiting     // scratch
	src, dst  []uint32      // spans to be merged
}

// waiting is the span of a row that waits: its first is the row's time, its last
// what the row waits for.
type waiting struct {
	until window.Micros
	id    uint32
}

func (s *staged) reach(n int) {
	s.spans.reach(n)
	for len(s.waits) < n {
		s.waits = append(s.waits, 0)
	}
}

func (s *staged) empty(key uint32) bool { return s.heads[key] == 0 && s.waits[key] == 0 }

func (s *staged) place(a *arrival) {
	for i, r := range a.rows {
		key, t, limit := a.keys[i], window.Micros(a.times[r]), max(a.limit(r), s.done)
		if t+s.gap <= limit && s.late(a, key, t, limit) {
			a.late(s.faults, i, operators.LateRow{WindowStart: t, WindowEnd: t + s.gap})
			continue
		}
		until, link := max(t, limit), uint32(0)
		id := s.add(key, t, &link)
		s.list[id].last = until
		s.rows.put(id, until)
		s.waits[key]++
		a.put(r, id)
	}
}

// late reports whether the window that a row would be in, whose own time is over,
// has ended.
func (s *staged) late(a *arrival, key uint32, t, limit window.Micros) bool {
	if s.gap == s.size || s.empty(key) {
		return true // a window that is still open began behind t
	}
	if limit > s.done {
		s.pass(a, limit)
	}
	at := s.heads[key]
	if at == 0 || s.is(at-1, sealed) || s.end(at-1) <= limit {
		return true
	}
	first := s.list[at-1].first
	return t < first && (t <= first-s.gap || t+s.size <= limit)
}

// end is the end of a window.
func (s *staged) end(id uint32) window.Micros {
	x := &s.list[id]
	return min(x.last+s.gap, x.first+s.size)
}

// pass places the rows that wait for a time up to limit.
func (s *staged) pass(a *arrival, limit window.Micros) {
	s.done = limit
	s.ready = s.ready[:0]
	for _, id := range s.rows.due(limit) {
		if until := s.list[id].last; until <= limit {
			s.ready = append(s.ready, waiting{until, id})
		} else {
			s.rows.put(id, until)
		}
	}
	if len(s.ready) == 0 {
		return
	}
	slices.SortFunc(s.ready, func(a, b waiting) int {
		if a.until != b.until {
			return cmp.Compare(a.until, b.until)
		}
		return cmp.Compare(a.id, b.id)
	})
	a.flush(s.holds)
	for _, w := range s.ready {
		s.settle(a, w)
	}
	s.join()
}

// settle puts a row that need not wait any more into the window of its key.
func (s *staged) settle(a *arrival, w waiting) {
	x := &s.list[w.id]
	key, t := x.key, x.first
	s.waits[key]--
	at := s.heads[key]
	if at != 0 && !s.is(at-1, sealed) {
		if s.end(at-1) > w.until {
			s.extend(a, at-1, t)
			into := s.heads[key] - 1
			s.spans.rows[into] += s.spans.rows[w.id]
			s.src, s.dst = append(s.src, w.id), append(s.dst, into)
			return
		}
		s.flags[at-1] |= sealed
	}
	x.last, x.next = t, at
	s.heads[key] = w.id + 1
	s.arm(w.id, t+s.gap)
}

// extend makes t part of a window, which may end earlier now than the wheel
// knows.
func (s *staged) extend(a *arrival, id uint32, t window.Micros) {
	x := &s.list[id]
	x.first, x.last = min(x.first, t), max(x.last, t)
	if end := s.end(id); end < s.when[id] {
		s.join()
		s.arm(s.renew(a, s.holds, id), end)
	}
}

// join adds the rows that were settled to their windows.
func (s *staged) join() {
	if len(s.src) > 0 {
		s.holds.merge(s.src, s.dst)
		s.release(s.src)
		s.src, s.dst = s.src[:0], s.dst[:0]
	}
}

func (s *staged) next(id uint32, p pace) window.Micros { return p.next(s.end(id)) }

func (s *staged) windows(key uint32, out *windowList) {
	from := len(out.list)
	for id := range s.older(key) {
		out.add(key, s.list[id].first, s.end(id), id)
	}
	out.sort(from)
}

func (s *staged) close(key uint32, limit window.Micros, out *windowList) {
	link := &s.heads[key]
	for *link != 0 && s.end(*link-1) > limit {
		link = &s.list[*link-1].next
	}
	for at := *link; at != 0; at = s.list[at-1].next {
		out.add(key, s.list[at-1].first, s.end(at-1), at-1)
		out.gone = append(out.gone, at-1)
		s.flags[at-1] |= closed
	}
	*link = 0
}

func (s *staged) bytes() int64 {
	return s.spans.bytes() + s.rows.bytes() + int64(4*cap(s.waits)+16*cap(s.ready)+4*cap(s.src)+4*cap(s.dst))
}

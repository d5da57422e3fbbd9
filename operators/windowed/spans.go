package windowed

import "kinesql/window"

// span is a run of the event time of one key. Its id is also the number under
// which the contents of its rows are kept.
type span struct {
	first, last window.Micros // of its rows
	key         uint32
	next        uint32 // the next older span of the key, +1
}

// What is known of a span.
const (
	armed  uint8 = 1 << iota // the wheel holds it
	dead                     // to be given back when the wheel lets it go
	closed                   // taken out of its key's list
	sealed                   // its window is over and cannot change any more
)

// spans is the spans of all keys, in slices without pointers, the newest span of a
// key first. How they are ordered beyond that is for who makes windows of them.
type spans struct {
	list  []span
	flags []uint8
	rows  []uint32 // by span: how many came
	free  []uint32
	heads []uint32 // by key: its newest span, +1
	wheel wheel
	timed bool            // when is kept
	when  []window.Micros // by span: until when the wheel holds it
}

func newSpans(width window.Micros) *spans { return &spans{wheel: newWheel(width)} }

// reach makes room for keys below n.
func (s *spans) reach(n int) {
	for len(s.heads) < n {
		s.heads = append(s.heads, 0)
	}
}

// add makes a span of one row behind the link of a newer one.
func (s *spans) add(key uint32, t window.Micros, link *uint32) uint32 {
	made := span{first: t, last: t, key: key, next: *link}
	id := uint32(len(s.list))
	if n := len(s.free); n > 0 {
		id = s.free[n-1]
		s.free = s.free[:n-1]
		*link = id + 1
		s.list[id], s.flags[id], s.rows[id] = made, 0, 0
		return id
	}
	*link = id + 1 // before the slice moves, since the link may lie in it
	s.list, s.flags, s.rows = append(s.list, made), append(s.flags, 0), append(s.rows, 0)
	return id
}

// arm has the wheel hold a span until at, unless it does already.
func (s *spans) arm(id uint32, at window.Micros) {
	if s.flags[id]&armed == 0 {
		s.flags[id] |= armed
		s.wheel.put(id, at)
		s.note(id, at)
	}
}

// note keeps when a span is due.
func (s *spans) note(id uint32, at window.Micros) {
	if !s.timed {
		return
	}
	for len(s.when) <= int(id) {
		s.when = append(s.when, 0)
	}
	s.when[id] = at
}

// renew puts a new span in the place of one that the wheel holds for too long.
func (s *spans) renew(a *arrival, holds content, id uint32) uint32 {
	a.flush(holds)
	old := s.list[id]
	link := &s.heads[old.key]
	for *link != id+1 {
		link = &s.list[*link-1].next
	}
	*link = old.next
	made := s.add(old.key, old.first, link)
	s.list[made].last = old.last
	ids := []uint32{made}
	holds.add(nil, nil, len(s.list))
	s.join(holds, []uint32{id}, ids)
	ids[0] = id
	s.release(ids)
	return made
}

// due takes the spans that may be due at limit out of the wheel.
func (s *spans) due(limit window.Micros) []uint32 {
	ids, n := s.wheel.due(limit), 0
	for _, id := range ids {
		s.flags[id] &^= armed
		if s.flags[id]&dead != 0 {
			s.free = append(s.free, id)
			continue
		}
		ids[n] = id
		n++
	}
	return ids[:n]
}

// join adds what spans src hold to spans dst.
func (s *spans) join(holds content, src, dst []uint32) {
	holds.merge(src, dst)
	for i, id := range src {
		s.rows[dst[i]] += s.rows[id]
		s.rows[id] = 0
	}
}

// release gives up spans that are in no list any more.
func (s *spans) release(ids []uint32) {
	for _, id := range ids {
		if s.flags[id]&armed != 0 {
			s.flags[id] |= dead
			continue
		}
		s.free = append(s.free, id)
	}
}

// is reports whether all of the flags are set.
func (s *spans) is(id uint32, flags uint8) bool { return s.flags[id]&flags == flags }

// older returns the spans of a key from the newest to the oldest.
func (s *spans) older(key uint32) func(yield func(uint32) bool) {
	return func(yield func(uint32) bool) {
		for at := s.heads[key]; at != 0; at = s.list[at-1].next {
			if !yield(at - 1) {
				return
			}
		}
	}
}

// ended returns the keys with a window that needs no watermark to end: none.
func (s *spans) ended() []uint32 { return nil }

// pass is of arrangers with rows that wait for the watermark.
func (s *spans) pass(*arrival, window.Micros) {}

// empty reports whether nothing is known of a key.
func (s *spans) empty(key uint32) bool { return s.heads[key] == 0 }

// bytes is the memory of the spans.
func (s *spans) bytes() int64 {
	return int64(24*cap(s.list)+cap(s.flags)+4*cap(s.rows)+4*cap(s.free)+4*cap(s.heads)+8*cap(s.when)) + s.wheel.bytes()
}

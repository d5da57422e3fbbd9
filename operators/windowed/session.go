package windowed

import (
	"kinesql/operators"
	"kinesql/window"
)

// sessions makes sessions without a greatest length. Each span is one. The spans
// of a key are in the order of their last rows.
//
// A row joins all sessions of its key that are open and less than the gap away from
// it, and makes one of them; so the sessions do not depend on the order in
// which rows come, as long as none is late. A session is open until the watermark
// that stands before a row has reached its end.
type sessions struct {
	*spans
	gap    window.Micros
	holds  content
	faults faults
}

func (s *sessions) place(a *arrival) {
	for i, r := range a.rows {
		t, limit := window.Micros(a.times[r]), a.limit(r)
		if at := s.heads[a.keys[i]]; at != 0 {
			h := &s.list[at-1]
			if end := h.last + s.gap; t >= h.first && t < end && end > limit && end > a.pace.watermark {
				h.last = max(h.last, t)
				a.put(r, at-1)
				continue
			}
		}
		s.search(a, i, limit)
	}
}

// search places a row that the newest session of its key does not surround.
func (s *sessions) search(a *arrival, i int, limit window.Micros) {
	r, key, joined := a.rows[i], a.keys[i], none
	t := window.Micros(a.times[r])
	link, behind := &s.heads[key], &s.heads[key]
	for *link != 0 && s.list[*link-1].last+s.gap > t {
		id := *link - 1
		x := &s.list[id]
		switch {
		case x.first >= t+s.gap:
			behind = &x.next
		case x.last+s.gap <= limit: // over
		case joined == none:
			joined = id
		default:
			*link = x.next
			s.merge(a, joined, id)
			continue
		}
		link = &x.next
	}
	switch {
	case joined != none:
		joined = s.extend(a, joined, t)
	case t+s.gap <= limit:
		a.late(s.faults, i, operators.LateRow{WindowStart: t, WindowEnd: t + s.gap})
		return
	default:
		joined = s.add(key, t, behind)
		s.arm(joined, t+s.gap)
	}
	a.put(r, joined)
}

// extend makes t part of a session, and returns the span that it is now: one that
// was over, and is no more, has to close once more.
func (s *sessions) extend(a *arrival, id uint32, t window.Micros) uint32 {
	x := &s.list[id]
	over := x.last+s.gap <= a.pace.watermark
	x.first, x.last = min(x.first, t), max(x.last, t)
	if end := x.last + s.gap; over && end > a.pace.watermark {
		id = s.renew(a, s.holds, id)
		s.arm(id, end)
	}
	return id
}

// merge makes an older session, taken out of its list, part of another.
func (s *sessions) merge(a *arrival, into, from uint32) {
	a.flush(s.holds)
	x := &s.list[into]
	x.first = min(x.first, s.list[from].first)
	one := []uint32{from}
	s.join(s.holds, one, []uint32{into})
	s.release(one)
}

func (s *sessions) next(id uint32, p pace) window.Micros { return p.next(s.list[id].last + s.gap) }

func (s *sessions) windows(key uint32, out *windowList) {
	from := len(out.list)
	for id := range s.older(key) {
		out.add(key, s.list[id].first, s.list[id].last+s.gap, id)
	}
	out.sort(from)
}

func (s *sessions) close(key uint32, limit window.Micros, out *windowList) {
	link := &s.heads[key]
	for *link != 0 && s.list[*link-1].last+s.gap > limit {
		link = &s.list[*link-1].next
	}
	for at := *link; at != 0; at = s.list[at-1].next {
		out.add(key, s.list[at-1].first, s.list[at-1].last+s.gap, at-1)
		out.gone = append(out.gone, at-1)
		s.flags[at-1] |= closed
	}
	*link = 0
}

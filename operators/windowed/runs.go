package windowed

import (
	"kinesql/operators"
	"kinesql/window"
)

// runs makes windows that begin at a row and end at most a size later: staggered
// windows, and sessions that have a greatest length.
//
// The windows of a key follow from its rows in the order of their times: the first
// row begins one, which takes the rows less than size away from it and, of a
// session, less than the gap away from the row before them; the next row begins
// the next. Since an earlier row moves all windows behind it, the rows of each time
// are a span of their own until the watermark has passed them. Then they are put
// together: no row may come that parts them.
//
// A window cannot change any more once the watermark before a row has reached its
// end; it is sealed then, and the row is in another one. A row is late if the
// window that it would be in has ended.
//
// The spans of a key are in the order of time, the sealed ones last.
type runs struct {
	*spans
	size, gap window.Micros // the gap of staggered windows is their size
	holds     content
	faults    faults
	keys      []runKey
	oldest    []uint32 // scratch: the spans of a key, the oldest first
}

// runKey is what is known of a key.
type runKey struct {
	base  uint32 // the oldest span that is not sealed, +1
	count uint32 // spans that are not sealed
	fold  uint32 // the count at which it is worth to look for some to put together
}

// leastFold is the least number of spans that are put together.
const leastFold = 8

func (s *runs) reach(n int) {
	s.spans.reach(n)
	for len(s.keys) < n {
		s.keys = append(s.keys, runKey{fold: leastFold})
	}
}

func (s *runs) place(a *arrival) {
	for i, r := range a.rows {
		key, t, limit := a.keys[i], window.Micros(a.times[r]), a.limit(r)
		k := &s.keys[key]
		for k.base != 0 && s.end(k.base-1) <= limit && s.seal(a, key, limit) {
			continue
		}
		if s.late(k, t, limit) {
			a.late(s.faults, i, operators.LateRow{WindowStart: t, WindowEnd: t + s.gap})
			continue
		}
		a.put(r, s.find(a, key, t))
		if k.count >= k.fold {
			s.foldKey(a, key)
		}
		if a.pace.lateness > 0 {
			s.hasten(a, key)
		}
	}
}

// end is the end of a window of one span.
func (s *runs) end(id uint32) window.Micros {
	x := &s.list[id]
	return min(x.last+s.gap, x.first+s.size)
}

// late reports whether the window that a row of time t would be in has ended.
func (s *runs) late(k *runKey, t, limit window.Micros) bool {
	if t+s.gap > limit {
		return false
	}
	if k.base == 0 {
		return true
	}
	first := s.list[k.base-1].first
	return t < first && (t <= first-s.gap || t+s.size <= limit)
}

// find returns the span of a row, made if need be.
func (s *runs) find(a *arrival, key uint32, t window.Micros) uint32 {
	k, link := &s.keys[key], &s.heads[key]
	for *link != 0 && *link != k.base && s.list[*link-1].first > t && !s.is(*link-1, sealed) {
		link = &s.list[*link-1].next
	}
	at := *link
	if at != 0 && at != k.base && s.list[at-1].first == t && !s.is(at-1, sealed) {
		return at - 1
	}
	if at != 0 && at == k.base {
		if x := &s.list[at-1]; t <= x.last && (t >= x.first || x.last < a.pace.limit()) {
			return s.begin(a, key, t)
		} else if t < x.first {
			link = &x.next
		}
	}
	made := s.add(key, t, link)
	k.count++
	if k.base == 0 || *s.behind(made) == 0 || s.is(*s.behind(made)-1, sealed) {
		k.base = made + 1
		s.arm(made, t+s.gap)
	}
	return made
}

// behind is the link of a span to the next older one.
func (s *runs) behind(id uint32) *uint32 { return &s.list[id].next }

// begin makes t part of the oldest span of a key, which may begin earlier now.
func (s *runs) begin(a *arrival, key uint32, t window.Micros) uint32 {
	id := s.keys[key].base - 1
	if t < s.list[id].first {
		s.list[id].first = t
		if s.when[id] > t+s.gap {
			id = s.again(a, key, t+s.gap)
		}
	}
	return id
}

// again puts a new span in the place of a key's oldest, to be looked at sooner.
func (s *runs) again(a *arrival, key uint32, at window.Micros) uint32 {
	id := s.renew(a, s.holds, s.keys[key].base-1)
	s.keys[key].base = id + 1
	s.arm(id, at)
	return id
}

// hasten sees to it that a key is looked at in time, where windows that have closed
// may still change.
func (s *runs) hasten(a *arrival, key uint32) {
	if base := s.keys[key].base; base != 0 {
		if at := s.next(base-1, a.pace); at < s.when[base-1] {
			s.again(a, key, at)
		}
	}
}

// order returns the spans of a key, the oldest first. They are borrowed.
func (s *runs) order(key uint32) []uint32 {
	s.oldest = s.oldest[:0]
	for id := range s.older(key) {
		s.oldest = append(s.oldest, id)
	}
	for i, j := 0, len(s.oldest)-1; i < j; i, j = i+1, j-1 {
		s.oldest[i], s.oldest[j] = s.oldest[j], s.oldest[i]
	}
	return s.oldest
}

// window returns how many of the spans, of which there are some, are the first
// window, and its end.
func (s *runs) window(ids []uint32) (n int, end window.Micros) {
	first := &s.list[ids[0]]
	last := first.last
	for n = 1; n < len(ids) && !s.is(ids[0], sealed); n++ {
		x := &s.list[ids[n]]
		if x.first >= first.first+s.size || x.first >= last+s.gap {
			break
		}
		last = x.last
	}
	return n, min(last+s.gap, first.first+s.size)
}

func (s *runs) next(id uint32, p pace) window.Micros {
	ids, least := s.order(s.list[id].key), window.Max
	for len(ids) > 0 {
		n, end := s.window(ids)
		if least = min(least, p.next(end)); p.lateness == 0 {
			break
		}
		ids = ids[n:]
	}
	return least
}

func (s *runs) windows(key uint32, out *windowList) {
	from := len(out.list)
	for ids := s.order(key); len(ids) > 0; {
		n, end := s.window(ids)
		out.addAll(key, s.list[ids[0]].first, end, ids[:n])
		ids = ids[n:]
	}
	out.sort(from)
}

func (s *runs) close(key uint32, limit window.Micros, out *windowList) {
	k := &s.keys[key]
	ids := s.order(key)
	for len(ids) > 0 {
		n, end := s.window(ids)
		if end > limit {
			break
		}
		out.addAll(key, s.list[ids[0]].first, end, ids[:n])
		out.gone = append(out.gone, ids[:n]...)
		for _, id := range ids[:n] {
			s.flags[id] |= closed
			if !s.is(id, sealed) {
				k.count--
			}
		}
		ids = ids[n:]
	}
	s.cut(key, ids)
}

// cut leaves a key the given spans, the oldest first.
func (s *runs) cut(key uint32, ids []uint32) {
	k := &s.keys[key]
	k.base = 0
	if len(ids) == 0 {
		s.heads[key] = 0
		k.fold = leastFold
		return
	}
	s.list[ids[0]].next = 0
	s.arm(ids[0], s.list[ids[0]].first+s.gap)
	for _, id := range ids {
		if !s.is(id, sealed) {
			k.base = id + 1
			s.arm(id, s.list[id].first+s.gap)
			return
		}
	}
}

// seal makes the first window of a key that is not sealed one span, if it ends at
// limit or before.
func (s *runs) seal(a *arrival, key uint32, limit window.Micros) bool {
	k, ids := &s.keys[key], s.order(key)
	for ids[0]+1 != k.base {
		ids = ids[1:]
	}
	n, end := s.window(ids)
	if end > limit {
		return false
	}
	s.unite(a, key, ids[:n])
	s.flags[ids[0]] |= sealed
	k.count--
	if k.base = 0; n < len(ids) {
		k.base = ids[n] + 1
		s.arm(ids[n], s.list[ids[n]].first+s.gap)
	}
	return true
}

// unite makes the first of the spans, which follow one another, of all of them.
func (s *runs) unite(a *arrival, key uint32, ids []uint32) {
	rest := ids[1:]
	if len(rest) == 0 {
		return
	}
	a.flush(s.holds)
	s.list[ids[0]].last = s.list[rest[len(rest)-1]].last
	link := &s.heads[key]
	for *link != rest[len(rest)-1]+1 {
		link = &s.list[*link-1].next
	}
	*link = ids[0] + 1
	into := make([]uint32, len(rest))
	for i := range into {
		into[i] = ids[0]
	}
	s.join(s.holds, rest, into)
	s.release(rest)
	s.keys[key].count -= uint32(len(rest))
}

// foldKey puts the spans together that the watermark has passed.
func (s *runs) foldKey(a *arrival, key uint32) {
	k, ids, limit := &s.keys[key], s.order(key), a.pace.limit()
	for ids[0]+1 != k.base {
		ids = ids[1:]
	}
	n := 1
	for n < len(ids) && s.list[ids[n]].last < limit {
		n++
	}
	if s.list[ids[0]].last < limit {
		s.unite(a, key, ids[:n])
	}
	k.fold = max(leastFold, 2*k.count)
}

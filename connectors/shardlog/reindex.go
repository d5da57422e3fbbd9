package shardlog

import (
	"cmp"
	"fmt"
	"slices"
)

// reindexer makes all indexes of a log again from its frames, and puts holes where records are lost.
type reindexer struct {
	*repairer
	log    *Log
	states map[*shardState]*reindexed
}

// reindexed is a shard as its frames tell.
type reindexed struct {
	next  uint64 // how far it has come
	parts []part
	holes []span // that were given up before
}

func (r *repairer) reindex(l *Log) error {
	x := &reindexer{repairer: r, log: l, states: map[*shardState]*reindexed{}}
	for _, v := range l.views() {
		for _, s := range v.states {
			if err := x.begin(s); err != nil {
				return err
			}
		}
	}
	segs := l.segments()
	for _, seg := range segs {
		err := r.scan(seg, func(fr *found) (bool, error) {
			if s, _, err := l.shard(fr.ref); err == nil && fr.bad == "" && fr.offset < seg.end.Load() {
				x.frame(s, seg, fr)
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	x.ends(segs)
	return x.write(segs)
}

// begin notes what the log knows of a shard.
func (x *reindexer) begin(s *shardState) error {
	re := &reindexed{next: s.first}
	for i := range s.parts {
		spans, err := x.log.entries(s.ref, &s.parts[i])
		if err != nil {
			return err
		}
		for _, sp := range spans {
			if sp.length == 0 {
				re.holes = append(re.holes, sp)
			}
		}
	}
	x.states[s] = re
	return nil
}

// frame adds a frame that is whole.
func (x *reindexer) frame(s *shardState, seg *segment, fr *found) {
	re := x.states[s]
	if fr.next() <= re.next {
		return // trimmed, or known already
	}
	p := re.partIn(seg, fr.first, fr.arrival)
	if fr.first > re.next {
		x.hole(s, p, re.next, fr.first, fr.arrival)
	}
	*p.spans = extend(*p.spans, &fr.header, fr.offset)
	p.next, p.last = fr.next(), fr.arrival
	p.bytes += int64(fr.size)
	re.next = fr.next()
}

// partIn returns the part of a segment, which is the last.
func (re *reindexed) partIn(seg *segment, first uint64, arrival int64) *part {
	if n := len(re.parts); n == 0 || re.parts[n-1].seg != seg {
		re.parts = append(re.parts, part{seg: seg, first: first, next: first, arrival: arrival, last: arrival, spans: new([]span)})
	}
	return &re.parts[len(re.parts)-1]
}

// hole gives up the records from one counter to another, if it is asked for or was done before.
func (x *reindexer) hole(s *shardState, p *part, from, to uint64, arrival int64) {
	known := x.states[s].given(from, to)
	if !known && !x.shows(s.ref) {
		return
	}
	if !known {
		x.note("records %d to %d of %s are lost; reading goes on after them", from, to-1, x.name(s.ref))
	}
	p.first = min(p.first, from)
	*p.spans = append(*p.spans, span{first: from, next: to, arrival: arrival})
}

func (re *reindexed) given(from, to uint64) bool {
	for _, h := range re.holes {
		if h.first <= from && from < h.next {
			from = h.next
		}
	}
	return from >= to
}

// ends gives up records after the last one that is there. Whether they are given up or not, no
// later record gets their counters.
func (x *reindexer) ends(segs []*segment) {
	for _, s := range x.sorted() {
		re := x.states[s]
		if re.next >= s.next {
			continue
		}
		if len(segs) == 0 {
			x.note("records %d to %d of %s are lost with all segments", re.next, s.next-1, x.name(s.ref))
			s.trimTo(s.next)
			continue
		}
		p := re.partIn(segs[len(segs)-1], re.next, s.last)
		x.hole(s, p, re.next, s.next, s.last)
		p.next, p.last = s.next, s.last
	}
}

func (x *reindexer) sorted() []*shardState {
	var out []*shardState
	for s := range x.states {
		out = append(out, s)
	}
	slices.SortFunc(out, func(a, b *shardState) int {
		return cmp.Or(cmp.Compare(a.ref.Stream, b.ref.Stream), cmp.Compare(a.ref.Shard, b.ref.Shard))
	})
	return out
}

// write takes the parts over and writes the indexes.
func (x *reindexer) write(segs []*segment) error {
	if err := x.log.keepTips(); err != nil {
		return err
	}
	for _, seg := range segs {
		seg.touched = nil
	}
	for _, s := range x.sorted() {
		s.setParts(x.states[s].parts)
	}
	for _, seg := range segs {
		if err := x.log.writeIndex(seg); err != nil {
			return fmt.Errorf("write %s: %w", seg.indexPath(), err)
		}
	}
	x.note("%d indexes were made from their segments", len(segs))
	return nil
}

// setParts takes parts over that were made anew.
func (s *shardState) setParts(parts []part) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.parts, s.bytes = parts, 0
	for i := range parts {
		s.bytes += parts[i].bytes
		parts[i].seg.touched = append(parts[i].seg.touched, s)
	}
}

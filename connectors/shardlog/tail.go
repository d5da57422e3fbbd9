package shardlog

import "sort"

// tailFrame is a frame in memory, as it was before it was sealed.
type tailFrame struct {
	first   uint64
	arrival int64
	count   uint32
	payload []byte
}

func (f *tailFrame) next() uint64 { return f.first + uint64(f.count) }

// tailOverhead is what a frame in memory takes besides its payload, about.
const tailOverhead = headerBytes + 64

// pushTail adds the latest frame. The caller holds mu.
func (s *shardState) pushTail(f tailFrame) { s.tail = append(s.tail, f) }

// popTail forgets the oldest frame, unless it has been forgotten already because
// its records were trimmed.
func (s *shardState) popTail(next uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropTail(next)
}

// compactTail gives back the memory of forgotten frames. The caller holds mu.
func (s *shardState) compactTail() {
	switch {
	case s.tailAt == len(s.tail):
		s.tail, s.tailAt = nil, 0
	case s.tailAt > 64 && s.tailAt > len(s.tail)/2:
		s.tail = append(make([]tailFrame, 0, 2*(len(s.tail)-s.tailAt)), s.tail[s.tailAt:]...)
		s.tailAt = 0
	}
}

// inTail returns the frames in memory from that of a counter on; none if it is
// older than the tail. The caller holds mu.
func (s *shardState) inTail(counter uint64) []tailFrame {
	live := s.tail[s.tailAt:]
	if len(live) == 0 || counter < live[0].first {
		return nil
	}
	return live[sort.Search(len(live), func(i int) bool { return live[i].next() > counter }):]
}

// ring keeps the rounds whose frames are in memory, and forgets the oldest ones
// beyond a number of bytes. It belongs to the committer.
type ring struct {
	limit, bytes int64
	rounds       []ringRound
	at           int
}

type ringRound struct {
	bytes  int64
	frames []ringFrame
}

type ringFrame struct {
	shard *shardState
	next  uint64
}

func (r *ring) push(round ringRound) {
	r.rounds = append(r.rounds, round)
	r.bytes += round.bytes
	for r.bytes > r.limit && r.at < len(r.rounds) {
		old := r.rounds[r.at]
		r.rounds[r.at] = ringRound{}
		r.at++
		r.bytes -= old.bytes
		for _, f := range old.frames {
			f.shard.popTail(f.next)
		}
	}
	if r.at > 64 && r.at > len(r.rounds)/2 {
		r.rounds = append(make([]ringRound, 0, 2*(len(r.rounds)-r.at)), r.rounds[r.at:]...)
		r.at = 0
	}
}

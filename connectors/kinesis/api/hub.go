package api

import (
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"kinesql/connectors/shard"
)

// Limits of an event's records, which one may break that is larger.
const (
	maxEventBytes   = 1 << 20
	maxEventRecords = 10_000
)

// hub is where the subscriptions of a shard meet. Those that are at one place, as
// all are that keep up, share an event: it is read and encoded once.
type hub struct {
	ref  shard.Ref
	subs atomic.Int32 // changed only under the hubs' mutex

	mu     sync.Mutex
	recent [2]*event
}

// maxShared bounds the memory of the events that all hubs keep.
const maxShared = 128 << 20

// event is an encoded event of a subscription. Nobody changes it.
type event struct {
	from, next uint64
	made       time.Time
	frame      []byte
	end        bool // the last of the shard
	tip        bool // there was nothing after it
	records    int
	bytes      int // of data and keys
	behind     int64
}

// eventLife is how long an event may be shared: what it says of time grows old.
const eventLife = time.Second

// hubs is the hubs of all shards with subscriptions.
type hubs struct {
	mu    sync.Mutex
	byRef map[shard.Ref]*hub
	kept  atomic.Int64 // bytes of recent events
}

// join returns the hub of a shard. leave must be called in the end.
func (hs *hubs) join(ref shard.Ref) *hub {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h := hs.byRef[ref]
	if h == nil {
		if hs.byRef == nil {
			hs.byRef = map[shard.Ref]*hub{}
		}
		h = &hub{ref: ref}
		hs.byRef[ref] = h
	}
	h.subs.Add(1)
	return h
}

func (hs *hubs) leave(h *hub) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	if h.subs.Add(-1) == 0 {
		delete(hs.byRef, h.ref)
	}
	if h.subs.Load() <= 1 {
		hs.drop(h)
	}
}

// drop forgets the recent events of a hub.
func (hs *hubs) drop(h *hub) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i, e := range h.recent {
		hs.kept.Add(-int64(e.size()))
		h.recent[i] = nil
	}
}

// keep makes an event the most recent one, if there is memory for it. The hub is locked.
func (hs *hubs) keep(h *hub, e *event) {
	more := int64(e.size() - h.recent[1].size())
	if hs.kept.Add(more) > maxShared {
		hs.kept.Add(-more)
		return
	}
	h.recent = [2]*event{e, h.recent[0]}
}

func (e *event) size() int {
	if e == nil {
		return 0
	}
	return len(e.frame)
}

// event returns the event of the records from a counter on, or nil if there is
// none yet.
func (s *Server) event(h *hub, v *view, sh *shard.Shard, from uint64) (*event, error) {
	if h.subs.Load() == 1 {
		return s.newEvent(v, sh, from)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.recent {
		if e != nil && e.from == from && time.Since(e.made) < eventLife {
			return e, nil
		}
	}
	e, err := s.newEvent(v, sh, from)
	if e != nil {
		s.hubs.keep(h, e)
	}
	return e, err
}

// newEvent reads and encodes an event.
func (s *Server) newEvent(v *view, sh *shard.Shard, from uint64) (*event, error) {
	r, err := s.read(v, sh, from, maxEventRecords, s.answers.allow(maxEventBytes), nil)
	if err != nil || len(r.page.Records) == 0 && !r.page.End && r.page.Next == from {
		return nil, err
	}
	b := beginFrame(make([]byte, 0, r.sizeJSON()), eventHeaders...)
	b = append(b, `{"Records":`...)
	b = r.appendRecords(b)
	if !r.page.End {
		b = appendContinuation(b, s.continuation(r))
	}
	b = append(b, `,"MillisBehindLatest":`...)
	b = strconv.AppendInt(b, r.behind, 10)
	b = r.appendChildren(b)
	b = append(b, '}')
	return &event{
		from: from, next: r.page.Next, made: time.Now(), frame: endFrame(b, 0), end: r.page.End,
		tip:     r.page.Next == r.page.Tip,
		records: len(r.page.Records), bytes: r.bytes(), behind: r.behind,
	}, nil
}

// continuation is the number after which to go on: that of the last record, or of
// none if all that there were have expired.
func (s *Server) continuation(r *reading) shard.Sequence {
	if n := len(r.page.Records); n > 0 {
		return r.shard.Sequence(r.page.Next-1, r.page.Records[n-1].Arrival)
	}
	return s.waitingAt(r.shard, r.page.Next)
}

// waitingAt is the number after which the records from a counter on come.
func (s *Server) waitingAt(sh *shard.Shard, from uint64) shard.Sequence {
	if from == 0 {
		return sh.StartingSequence()
	}
	return sh.Sequence(from-1, s.cfg.Now().UnixMilli())
}

func appendContinuation(b []byte, q shard.Sequence) []byte {
	d := q.Decimal()
	b = append(b, `,"ContinuationSequenceNumber":"`...)
	b = d.Append(b)
	return append(b, '"')
}

// heartbeat encodes the event that says that there is nothing new. Its continuation
// number names the place that is waited at, which may be that of no record.
func (s *Server) heartbeat(sh *shard.Shard, from uint64) []byte {
	b := append(beginFrame(nil, eventHeaders...), `{"Records":[]`...)
	b = appendContinuation(b, s.waitingAt(sh, from))
	return endFrame(append(b, `,"MillisBehindLatest":0}`...), 0)
}

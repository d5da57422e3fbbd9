package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"kinesql/connectors/shard"
)

// Rates of a shard (Kinesis Data Streams Developer Guide, "Quotas and limits").
const (
	writeBytesPerSecond   = 1 << 20
	writeRecordsPerSecond = 1000
	readBytesPerSecond    = 2 << 20
	readCallsPerSecond    = 5
	// After an answer of maxReadBytes a shard rests.
	fullReadRest = 5 * time.Second
)

// limits is the budgets of the shards of one stream, from when it was limited first.
type limits struct {
	mu     sync.Mutex
	shards map[uint32]*budget
}

// budget is what a shard may still take and give. Its limits' mutex guards it.
type budget struct {
	writeBytes, writeRecords *rate.Limiter
	readBytes, readCalls     *rate.Limiter
	rest                     time.Time // no reads before
}

func newBudget(maxRecord int) *budget {
	return &budget{
		// A burst takes the largest record, as it is paid back at the usual rate.
		writeBytes:   rate.NewLimiter(writeBytesPerSecond, max(writeBytesPerSecond, maxRecord)),
		writeRecords: rate.NewLimiter(writeRecordsPerSecond, writeRecordsPerSecond),
		readBytes:    rate.NewLimiter(readBytesPerSecond, readBytesPerSecond),
		readCalls:    rate.NewLimiter(readCallsPerSecond, readCallsPerSecond),
	}
}

// limited returns the budgets of a stream that has rate limits, or nil.
func (s *Server) limited(v *view) *limits {
	if !v.doc.RateLimits {
		return nil
	}
	l, _ := s.limits.LoadOrStore(v.ID, &limits{shards: map[uint32]*budget{}})
	return l.(*limits)
}

// shard returns the budget of a shard. Those of shards that are gone are dropped
// when a new one comes.
func (l *limits) shard(v *view, index uint32) *budget {
	b := l.shards[index]
	if b == nil {
		for i := range l.shards {
			if v.Shard(i) == nil {
				delete(l.shards, i)
			}
		}
		b = newBudget(v.maxRecordBytes())
		l.shards[index] = b
	}
	return b
}

// writeLimit returns what admits records to the shards of a stream; nil: all are.
func (s *Server) writeLimit(v *view) func(h home, bytes int) bool {
	l := s.limited(v)
	if l == nil {
		return nil
	}
	now := s.cfg.Now()
	return func(h home, bytes int) bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		b := l.shard(v, h.Index)
		burst := max(writeBytesPerSecond, v.maxRecordBytes())
		if b.writeBytes.Burst() != burst { // the stream's largest record was changed
			b.writeBytes.SetBurstAt(now, burst)
		}
		if b.writeBytes.TokensAt(now) < float64(bytes) || b.writeRecords.TokensAt(now) < 1 {
			return false
		}
		return b.writeBytes.AllowN(now, bytes) && b.writeRecords.AllowN(now, 1)
	}
}

// admitRead reports whether a shard may be read now.
func (s *Server) admitRead(v *view, index uint32) bool {
	l := s.limited(v)
	if l == nil {
		return true
	}
	now := s.cfg.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.shard(v, index)
	if now.Before(b.rest) || b.readBytes.TokensAt(now) <= 0 {
		return false
	}
	return b.readCalls.AllowN(now, 1)
}

// chargeRead takes what was read off a shard's budget, which may so become a debt.
func (s *Server) chargeRead(v *view, index uint32, bytes int) {
	l := s.limited(v)
	if l == nil {
		return
	}
	now := s.cfg.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	b := l.shard(v, index)
	if bytes >= maxReadBytes*9/10 { // full, but for a record that did not fit
		b.rest = now.Add(fullReadRest)
	}
	for ; bytes > 0; bytes -= readBytesPerSecond {
		b.readBytes.ReserveN(now, min(bytes, readBytesPerSecond))
	}
}

// forget drops what is kept in memory of a stream that is gone.
func (s *Server) forget(id shard.StreamID) {
	s.limits.Delete(id)
	s.views.Delete(id)
}

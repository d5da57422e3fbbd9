package kinesis

import (
	"cmp"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Lag is how far a query is behind the tip of a shard that it reads.
type Lag struct {
	Stream  string
	Shard   string
	Behind  time.Duration // the age of the oldest record that it has not read; 0: it has read all
	Records int64         // read so far
}

// Monitor knows the lags of all sources of its connectors. It may be used from
// any goroutine.
type Monitor struct {
	now    func() time.Time
	mu     sync.Mutex
	gauges map[*gauge]bool
}

// NewMonitor returns a monitor.
func NewMonitor(now func() time.Time) *Monitor {
	return &Monitor{now: now, gauges: map[*gauge]bool{}}
}

// Lags returns the lags of the shards that are being read, by stream and shard.
// Of several queries that read a shard, each has its own.
func (m *Monitor) Lags() []Lag {
	now := m.now()
	m.mu.Lock()
	out := make([]Lag, 0, len(m.gauges))
	for g := range m.gauges {
		l := Lag{Stream: g.stream, Shard: g.shard, Records: g.records.Load()}
		if at := g.unread.Load(); at > 0 {
			l.Behind = max(0, now.Sub(time.UnixMilli(at)))
		}
		out = append(out, l)
	}
	m.mu.Unlock()
	slices.SortFunc(out, func(a, b Lag) int {
		return cmp.Or(cmp.Compare(a.Stream, b.Stream), cmp.Compare(a.Shard, b.Shard), cmp.Compare(a.Records, b.Records))
	})
	return out
}

// Quiet makes a shard count as idle for every query that reads it now, until its
// next record.
func (m *Monitor) Quiet(stream, shard string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for g := range m.gauges {
		if g.stream == stream && g.shard == shard {
			g.quiet.Store(true)
		}
	}
}

// gauge is the lag of one reader.
type gauge struct {
	stream, shard string
	unread        atomic.Int64 // when the oldest record that was not read arrived, ms since 1970; 0: all was read
	records       atomic.Int64
	quiet         atomic.Bool // the source is to be told that the shard is quiet
}

// waiting notes that a page has come and was not read yet.
func (g *gauge) waiting(p Page) {
	if len(p.Records) > 0 {
		g.unread.CompareAndSwap(0, p.Records[0].Arrival)
	}
}

func (m *Monitor) add(stream, shard string) *gauge {
	g := &gauge{stream: stream, shard: shard}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.gauges[g] = true
	return g
}

func (m *Monitor) remove(g *gauge) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.gauges, g)
}

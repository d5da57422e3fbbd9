package kinesis

import (
	"context"
	"sync"

	"kinesql/connectors/format"
)

// split is a shard on its way to rows. A goroutine reads one page ahead of Poll.
type split struct {
	shard  Shard
	reader Reader
	number int // among the splits of the source
	pages  chan fetched
	gauge  *gauge

	decoder format.Decoder
	faults  *places
	page    *Page // at hand; nil: none
	at      int   // the first record of page that is in no chunk yet
	chunk   chunk // records of page that are being decoded
	place   string
}

// fetched is what a reader brought.
type fetched struct {
	page Page
	err  error
}

// fetch reads pages until the shard or the query has ended.
func (s *split) fetch(ctx context.Context, wake func()) {
	for {
		page, err := s.reader.Next(ctx)
		if ctx.Err() != nil {
			return
		}
		s.gauge.waiting(page)
		select {
		case s.pages <- fetched{page, err}:
			wake()
		case <-ctx.Done():
			return
		}
		if page.End || err != nil {
			return
		}
	}
}

// look takes a page that has come, if there is none at hand.
func (s *split) look() error {
	if s.page != nil {
		return nil
	}
	select {
	case f := <-s.pages:
		if f.err != nil {
			return f.err
		}
		s.page, s.at = &f.page, 0
	default:
	}
	return nil
}

// next is when the next record at hand arrived.
func (s *split) next() int64 {
	if s.at < len(s.page.Records) {
		return s.page.Records[s.at].Arrival
	}
	return 0
}

// done reports whether all of the page at hand has been read.
func (s *split) done() bool { return s.chunk.done() && s.at >= len(s.page.Records) }

// fetchers is the goroutines of a source.
type fetchers struct {
	ctx    context.Context
	cancel context.CancelFunc
	group  sync.WaitGroup
	wake   chan struct{} // has an element when a page has come
}

func newFetchers() *fetchers {
	f := &fetchers{wake: make(chan struct{}, 1)}
	f.ctx, f.cancel = context.WithCancel(context.Background())
	return f
}

func (f *fetchers) start(s *split) {
	f.group.Go(func() {
		s.fetch(f.ctx, func() {
			select {
			case f.wake <- struct{}{}:
			default:
			}
		})
	})
}

// stop ends the goroutines and waits for them.
func (f *fetchers) stop() {
	f.cancel()
	f.group.Wait()
}

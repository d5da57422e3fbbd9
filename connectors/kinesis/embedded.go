package kinesis

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"kinesql/connectors/shard"
	"kinesql/operators"
)

// embedded is a stream of a log in the process.
type embedded struct {
	log     shard.Log
	scope   shard.Scope
	name    string
	writers *writers // nil: the stream does not end with its writers
	wrote   func(stream string, records, bytes int)

	page int // bytes of a page, by how many shards were listed last

	mu     sync.Mutex
	routes *routes
}

// wrap names the stream in an error of the log, once.
func (e *embedded) wrap(err error) error {
	if errors.Is(err, shard.ErrNoStream) {
		err = shard.ErrNoStream
	}
	return fmt.Errorf("stream %s: %w", e.name, err)
}

// Shards implements Service.
func (e *embedded) Shards(context.Context) ([]Shard, error) {
	st, err := e.log.Lookup(e.scope, e.name)
	if err != nil {
		return nil, e.wrap(err)
	}
	var out []Shard
	for i := range st.Shards {
		s := e.shard(st, &st.Shards[i])
		b, err := e.log.Bounds(shard.Ref{Stream: st.ID, Shard: s.index})
		if errors.Is(err, shard.ErrNoShard) {
			continue // it expired just now
		}
		if err != nil {
			return nil, fmt.Errorf("stream %s, %s: %w", e.name, s.Name, err)
		}
		s.tip = b.Next
		out = append(out, s)
	}
	e.page = max(leastPage, min(mostPage, allPages/max(1, len(out))))
	return out, nil
}

func (e *embedded) shard(st *shard.Stream, s *shard.Shard) Shard {
	out := Shard{Name: shard.Name(s.Index), Range: s.Range, Open: s.Open(), index: s.Index, made: *s}
	for _, p := range s.Parents {
		if st.Shard(p) != nil {
			out.Parents = append(out.Parents, shard.Name(p))
		}
	}
	return out
}

// Open implements Service.
func (e *embedded) Open(_ context.Context, s Shard, from From) (Reader, error) {
	st, err := e.log.Lookup(e.scope, e.name)
	if err != nil {
		return nil, e.wrap(err)
	}
	r := &logReader{service: e, ref: shard.Ref{Stream: st.ID, Shard: s.index}, shard: s, bounded: from.Bounded, page: e.page}
	switch from.Place {
	case TrimHorizon:
		var b shard.Bounds
		b, err = e.log.Bounds(r.ref)
		r.next = b.First
	case Latest:
		r.next = s.tip
	case AtTimestamp:
		r.since = from.Time.UnixMilli()
		r.next, err = e.log.Seek(r.ref, r.since)
	}
	if err != nil {
		return nil, fmt.Errorf("stream %s, %s: %w", e.name, s.Name, err)
	}
	return r, nil
}

// MaxRecord implements Service: the most that a stream can be made to take.
func (e *embedded) MaxRecord(context.Context) (int, error) { return 10 << 20, nil }

// Close implements Service. The log is not the service's.
func (e *embedded) Close() error { return nil }

// The most that a page of a log holds: records, and bytes, so that all shards of a
// stream together, each with two pages in memory, keep to a bound.
const (
	pageRecords = 8192
	mostPage    = 1 << 20
	leastPage   = 32 << 10
	allPages    = 64 << 20
)

// logReader reads a shard of a log.
type logReader struct {
	service *embedded
	ref     shard.Ref
	shard   Shard
	next    uint64
	bounded bool
	page    int   // bytes
	room    int   // records that a page gets room for, after the last one
	since   int64 // AtTimestamp, which may be yet to come: what arrives before is passed over
}

// Next implements Reader. It returns without a record at most once for each
// change of the shard.
func (r *logReader) Next(ctx context.Context) (Page, error) {
	for {
		ended, changed := false, context.Background()
		if w := r.service.writers; w != nil {
			ended, changed = w.state()
		}
		page, more, err := r.read()
		if err != nil || len(page.Records) > 0 || page.End || page.Lost != nil {
			return page, err
		}
		if ended && !more {
			page.End = true
			return page, nil
		}
		if ctx.Err() != nil {
			return page, context.Cause(ctx)
		}
		waiting, cancel := context.WithCancel(ctx)
		stop := context.AfterFunc(changed, cancel)
		r.service.log.Wait(waiting, r.ref, r.next)
		stop()
		cancel()
	}
}

// read returns what there is now, and whether there is more.
func (r *logReader) read() (page Page, more bool, err error) {
	most := pageRecords
	if r.bounded {
		most = int(min(uint64(most), max(r.shard.tip, r.next)-r.next))
	}
	var got shard.Page
	if most > 0 {
		if got, err = r.service.log.Read(r.ref, r.next, most, r.page, make([]shard.Record, 0, min(most, r.room))); err != nil {
			return r.damaged(err)
		}
		r.room = len(got.Records) + len(got.Records)/8
		page.Lost = r.skipped(got)
		r.next = got.Next
		got.Records = r.within(got.Records)
	}
	page.Records = got.Records
	page.Number = r.number(got.Records)
	page.Place = fmt.Sprint(r.next)
	page.Unread = got.BehindArrival
	if got.End || (r.bounded && r.next >= r.shard.tip) {
		page.End = true
		page.Children, err = r.children()
	}
	return page, r.next < got.Tip, err
}

// within cuts off records that arrived before the time to start at, and those that
// came after a bounded reading began, which a read may bring where records before
// them are gone.
func (r *logReader) within(records []shard.Record) []shard.Record {
	for len(records) > 0 && records[0].Arrival < r.since {
		records = records[1:]
	}
	n := len(records)
	for n > 0 && r.bounded && records[n-1].Counter >= r.shard.tip {
		n--
	}
	return records[:n]
}

// number makes the sequence numbers of a page when they are asked for.
func (r *logReader) number(records []shard.Record) func(int) string {
	return func(i int) string {
		return r.shard.made.Sequence(records[i].Counter, records[i].Arrival).String()
	}
}

// skipped tells of records that expired between two reads.
func (r *logReader) skipped(got shard.Page) *Loss {
	if len(got.Records) == 0 || got.Records[0].Counter <= r.next {
		return nil
	}
	return &Loss{Code: operators.CodeExpired, Reason: fmt.Sprintf(
		"%d records are gone: they expired before they were read, or a repair dropped them; raise the retention of the stream, or read faster",
		got.Records[0].Counter-r.next)}
}

// damaged passes over records that cannot be read, where it is known how many. A
// stream that was deleted has ended: that is not for a query to fail of.
func (r *logReader) damaged(err error) (Page, bool, error) {
	if errors.Is(err, shard.ErrNoStream) {
		return Page{
			Lost: &Loss{Code: operators.CodeExpired, Reason: "the stream was deleted; what came before has been read"},
			End:  true, Number: r.number(nil),
		}, false, nil
	}
	var bad *shard.CorruptError
	if !errors.As(err, &bad) || bad.To <= r.next {
		return Page{}, false, fmt.Errorf("stream %s, %s: %w", r.service.name, r.shard.Name, err)
	}
	r.next = bad.To
	return Page{
		Lost: &Loss{Code: operators.CodeCorrupt, Reason: err.Error()}, Place: fmt.Sprint(r.next),
		Number: r.number(nil),
	}, true, nil
}

// children returns the shards that were made of this one.
func (r *logReader) children() ([]Shard, error) {
	st, err := r.service.log.Stream(r.ref.Stream)
	if err != nil {
		return nil, r.service.wrap(err)
	}
	var out []Shard
	for _, c := range st.Children(r.ref.Shard) {
		out = append(out, r.service.shard(st, c))
	}
	return out, nil
}

// Close implements Reader.
func (r *logReader) Close() error { return nil }

// routes leads records to the open shards of a stream.
type routes struct {
	id   shard.StreamID
	open []shard.Shard // by the start of their range
}

func newRoutes(st *shard.Stream) *routes {
	r := &routes{id: st.ID}
	for _, s := range st.Shards {
		if s.Open() {
			r.open = append(r.open, s)
		}
	}
	slices.SortFunc(r.open, func(a, b shard.Shard) int { return a.Range.Start.Compare(b.Range.Start) })
	return r
}

// group is the place in open of the shard of a key.
func (r *routes) group(key []byte) int {
	if len(r.open) == 1 {
		return 0
	}
	hash := shard.HashKey(key)
	i, found := slices.BinarySearchFunc(r.open, hash, func(s shard.Shard, h shard.Hash) int { return s.Range.Start.Compare(h) })
	if found {
		return i
	}
	return i - 1
}

// Put implements Service.
func (e *embedded) Put(ctx context.Context, entries []Entry) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for len(entries) > 0 {
		n, size := 1, entries[0].size()
		for n < len(entries) && size+entries[n].size() <= appendBytes {
			size += entries[n].size()
			n++
		}
		if err := e.putAll(ctx, entries[:n]); err != nil {
			return err
		}
		entries = entries[n:]
	}
	return nil
}

// appendBytes is about the most that is appended at once; a log has a limit.
const appendBytes = 16 << 20

// putAll appends entries until all are in a shard that was open.
func (e *embedded) putAll(ctx context.Context, entries []Entry) error {
	for tries := 0; len(entries) > 0; tries++ {
		if err := e.route(tries > 0); err != nil {
			return err
		}
		again, err := e.append(ctx, entries)
		if err != nil && !e.remade(err) {
			return e.wrap(err)
		}
		entries = again
	}
	return nil
}

// remade reports whether an append failed because the stream was deleted and another
// was made of its name, which is then the stream.
func (e *embedded) remade(err error) bool {
	old := e.routes.id
	return errors.Is(err, shard.ErrNoStream) && e.route(true) == nil && e.routes.id != old
}

// route looks at the shards, anew after a split or merge.
func (e *embedded) route(anew bool) error {
	if e.routes != nil && !anew {
		return nil
	}
	st, err := e.log.Lookup(e.scope, e.name)
	if err != nil {
		return e.wrap(err)
	}
	if e.routes = newRoutes(st); len(e.routes.open) == 0 {
		return fmt.Errorf("stream %s has no open shard", e.name)
	}
	return nil
}

// append appends entries to their shards, and returns those that are to be appended
// again, in their order, because their shard was closed meanwhile or the stream deleted.
func (e *embedded) append(ctx context.Context, entries []Entry) (again []Entry, err error) {
	groups := make([]shard.Group, len(e.routes.open))
	to := make([]uint16, len(entries))
	for i, n := range entries {
		at := e.routes.group(n.Key)
		to[i] = uint16(at)
		g := &groups[at]
		g.Count++
		g.Payload = shard.AppendRecord(g.Payload, n.Key, n.Data)
	}
	var filled []shard.Group
	place := make([]int, len(groups))
	for i := range groups {
		if groups[i].Count > 0 {
			groups[i].Shard = e.routes.open[i].Index
			place[i] = len(filled)
			filled = append(filled, groups[i])
		}
	}
	if err := e.log.Append(ctx, e.routes.id, filled); err != nil {
		return entries, err
	}
	var gone error
	records, bytes := 0, 0
	for i, n := range entries {
		switch err := filled[place[to[i]]].Err; {
		case errors.Is(err, shard.ErrShardClosed):
			again = append(again, n)
		case errors.Is(err, shard.ErrNoStream):
			again, gone = append(again, n), err
		case err != nil:
			return nil, err
		default:
			records, bytes = records+1, bytes+n.size()
		}
	}
	if e.wrote != nil {
		e.wrote(e.name, records, bytes)
	}
	return again, gone
}

// make makes the stream if there is none of its name, and returns what differs
// from what was asked for where there is one.
func (e *embedded) make(want created) (differs string, err error) {
	ranges := shard.EvenRanges(cmp.Or(want.shards, defaultShards))
	st := shard.Stream{Scope: e.scope, Name: e.name, Status: shard.Active, Retention: cmp.Or(want.retention, defaultRetention)}
	for _, r := range ranges {
		st.Shards = append(st.Shards, shard.Shard{Range: r})
	}
	_, err = e.log.Create(st)
	if !errors.Is(err, shard.ErrExists) {
		return "", err
	}
	have, err := e.log.Lookup(e.scope, e.name)
	if err != nil {
		return "", err
	}
	open := len(newRoutes(have).open)
	switch {
	case want.shards != 0 && want.shards != open:
		return fmt.Sprintf("stream %s exists with %d open shards, not %d, and stays so; UpdateShardCount changes that", e.name, open, want.shards), nil
	case want.retention != 0 && want.retention != have.Retention:
		return fmt.Sprintf("stream %s exists with a retention of %dh, not %dh, and keeps it; IncreaseStreamRetentionPeriod and DecreaseStreamRetentionPeriod change that",
			e.name, int(have.Retention.Hours()), int(want.retention.Hours())), nil
	}
	return "", nil
}

// created is what CREATE STREAM says of a stream that is to be made; 0: nothing.
type created struct {
	shards    int
	retention time.Duration
}

// What a stream gets that is not told otherwise.
const (
	defaultShards    = 1
	defaultRetention = 24 * time.Hour
)

package kinesis

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"kinesql/connectors/format"
	"kinesql/connectors/kinesis/kpl"
	"kinesql/connectors/shard"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// source reads shards. It implements operators.Source and Splitter.
type source struct {
	stream  string
	roster  *roster
	format  format.Format
	layout  layout
	plan    *plan
	monitor *Monitor
	number  int // of the instance

	env     operators.Env
	builder *batch.Builder
	splits  int
	names   []string // of the splits
	live    []*split
	fetch   *fetchers
	timer   *time.Timer
}

// drained is a source whose writers are queries of the engine, which end before
// it does.
type drained struct{ *source }

// DrainedByFlush implements operators.Drained.
func (drained) DrainedByFlush() {}

// Open implements operators.Source.
func (s *source) Open(ctx context.Context, env operators.Env) error {
	s.env, s.fetch = env, newFetchers()
	s.builder = batch.NewBuilder(env.Alloc, s.plan.decode.Out)
	begin, err := s.roster.start(ctx, s.number)
	if err != nil {
		return err
	}
	return s.add(begin)
}

// add takes over shards that are given to this source.
func (s *source) add(list []assignment) error {
	for i, a := range list {
		sp := &split{shard: a.shard, reader: a.reader, number: s.splits, pages: make(chan fetched, 1)}
		sp.faults = &places{next: s.env.Faults, shard: a.shard.Name}
		var err error
		if sp.decoder, err = s.format.NewDecoder(s.plan.decode, sp.faults); err != nil {
			for _, left := range list[i:] {
				left.reader.Close()
			}
			return err
		}
		sp.gauge = s.monitor.add(s.stream, a.shard.Name)
		s.splits++
		s.names = append(s.names, a.shard.Name)
		s.live = append(s.live, sp)
		s.fetch.start(sp)
	}
	return nil
}

// Splits implements operators.Splitter.
func (s *source) Splits() int { return s.splits }

// InTurn implements operators.Splitter: shards are read side by side. One whose
// parents are read yet is not known before they have ended.
func (s *source) InTurn() bool { return false }

// Holding implements operators.Holder.
func (s *source) Holding(f func(split int)) {
	for _, sp := range s.live {
		if sp.page != nil || len(sp.pages) > 0 {
			f(sp.number)
		}
	}
}

// SplitName implements operators.Named.
func (s *source) SplitName(i int) string { return s.stream + " " + s.names[i] }

// Quiet implements operators.Quieter.
func (s *source) Quiet(f func(split int)) {
	for _, sp := range s.live {
		if sp.gauge.quiet.Load() && sp.gauge.quiet.Swap(false) {
			f(sp.number)
		}
	}
}

// Poll implements operators.Source.
func (s *source) Poll(ctx context.Context) (operators.Polled, error) {
	none := operators.Polled{MaxTime: window.Min}
	waiting := false
	for len(s.live) > 0 {
		sp, err := s.pick()
		if err != nil {
			return none, err
		}
		if sp != nil {
			return s.read(ctx, sp)
		}
		if waiting {
			return none, nil
		}
		if waiting, err = s.wait(ctx); err != nil {
			return none, err
		}
	}
	return none, io.EOF
}

// pick chooses the shard to read: of those that have something, the one furthest
// behind.
func (s *source) pick() (*split, error) {
	var best *split
	for _, sp := range s.live {
		if err := sp.look(); err != nil {
			return nil, err
		}
		if sp.page != nil && (best == nil || sp.next() < best.next()) {
			best = sp
		}
	}
	return best, nil
}

// patience is how long a Poll waits: less than operators.MaxPoll.
const patience = 40 * time.Millisecond

// wait returns when a page has come, or late if none has in time.
func (s *source) wait(ctx context.Context) (late bool, err error) {
	if s.timer == nil {
		s.timer = time.NewTimer(patience)
	} else {
		s.timer.Reset(patience)
	}
	defer s.timer.Stop()
	select {
	case <-s.fetch.wake:
		return false, nil
	case <-s.timer.C:
		return true, nil
	case <-ctx.Done():
		return false, context.Cause(ctx)
	}
}

// read decodes from the page at hand of a split, as much as a batch holds.
func (s *source) read(ctx context.Context, sp *split) (p operators.Polled, err error) {
	p = operators.Polled{MaxTime: window.Min, Split: sp.number}
	if sp.page.Lost != nil {
		s.tellLost(sp)
	}
	if sp.chunk.done() && sp.at < len(sp.page.Records) {
		n := sp.chunk.fill(sp.page, sp.at, s.env.BatchRows, s.layout, sp.mine)
		for _, r := range sp.page.Records[sp.at : sp.at+n] {
			p.Bytes += len(r.Data)
		}
		sp.at += n
		sp.gauge.records.Add(int64(n))
		p.Records = n
		s.tellEmpty(sp)
	}
	if !sp.chunk.done() {
		if p.Batch, err = s.decode(sp); err != nil {
			return p, err
		}
	}
	switch {
	case s.plan.decode.Time >= 0:
		p.MaxTime = sp.decoder.MaxTime()
	case s.plan.time >= 0:
		p.MaxTime = sp.arrived()
	}
	if sp.done() && (p.Batch.Record == nil || !sp.page.End) {
		err = s.turn(ctx, sp, &p)
	}
	return p, err
}

// arrived is when the last record arrived that has been decoded.
func (s *split) arrived() window.Micros {
	x := s.chunk.index
	if x == nil || x.page != s.page {
		return window.Min // nothing of this page yet
	}
	last := s.at - 1
	if !s.chunk.done() {
		last = x.record(s.chunk.piece()) - 1
	}
	if last < 0 {
		return window.Min
	}
	return window.Micros(s.page.Records[last].Arrival * 1000)
}

// tellLost reports what the reader could not bring.
func (s *source) tellLost(sp *split) {
	s.env.Faults.RowError(operators.RowError{
		Where: operators.Where{Split: sp.shard.Name}, Operator: "read", Code: sp.page.Lost.Code, Message: sp.page.Lost.Reason,
	})
	sp.page.Lost = nil
}

// tellEmpty reports records without a byte, which decoders pass over.
func (s *source) tellEmpty(sp *split) {
	for _, r := range sp.chunk.empty {
		s.env.Faults.RowError(operators.RowError{
			Where:    operators.Where{Split: sp.shard.Name, Sequence: sp.page.Number(r), Raw: sp.page.Records[r].Data},
			Operator: "decode", Code: operators.CodeDecode, Message: "the record is empty",
		})
	}
}

// mine reports whether a record in an aggregated one belongs to the split's shard.
func (s *split) mine(r kpl.Record) bool {
	if r.Hash != nil {
		if h, err := shard.ParseHash(string(r.Hash)); err == nil {
			return s.shard.Range.Contains(h)
		}
	}
	return s.shard.Range.Contains(shard.HashKey(r.Key))
}

// decode makes a batch of the next run, and of as many behind it as there is room
// for.
func (s *source) decode(sp *split) (batch.Batch, error) {
	c := &sp.chunk
	s.builder.Reset(min(s.env.BatchRows, c.rows()))
	sp.faults.index = c.index
	for !c.done() && s.builder.Rows < cap(s.builder.Starts) {
		r := &c.runs[c.at]
		sp.faults.first, sp.faults.alone = c.index.piece(r.start), r.alone
		before := len(s.builder.Starts)
		used, _ := sp.decoder.Decode(format.Input{Block: c.block[r.start:r.end], Split: sp.shard.Name, Line: int64(r.line), Final: true}, s.builder)
		for i := before; i < len(s.builder.Starts); i++ {
			s.builder.Starts[i] += uint32(r.start)
		}
		if used == 0 && s.builder.Rows < cap(s.builder.Starts) {
			return batch.Batch{}, fmt.Errorf("stream %s, %s: the decoder of format %s does not go on at %.80q",
				s.stream, sp.shard.Name, s.format.Name(), c.block[r.start:r.end])
		}
		if r.alone {
			r.line += bytes.Count(c.block[r.start:r.start+used], newline)
		}
		if r.start += used; r.start >= r.end {
			c.at++
		}
	}
	if s.builder.Rows == 0 {
		return batch.Batch{}, nil
	}
	b := s.builder.Finish(&batch.Origin{Split: sp.shard.Name, Block: c.block, Sequence: c.index.number})
	return s.plan.complete(b, c.index, sp.shard.Name), nil
}

// turn puts the page away that has been read. With the last one the shard has
// ended, and those that can now be read are known before its end is. That is not
// before the Poll after its last rows, when they have gone their way: another
// instance may be the one to read a child.
func (s *source) turn(ctx context.Context, sp *split, p *operators.Polled) error {
	page := sp.page
	sp.page, sp.place = nil, page.Place
	sp.gauge.unread.Store(page.Unread)
	if !page.End {
		return nil
	}
	p.Ended = true
	s.drop(sp)
	next, err := s.roster.finish(ctx, sp.shard.Name, page.Children)
	if err != nil {
		return err
	}
	return s.add(next)
}

// drop forgets a split.
func (s *source) drop(sp *split) {
	for i, l := range s.live {
		if l == sp {
			s.live = append(s.live[:i:i], s.live[i+1:]...)
		}
	}
	s.monitor.remove(sp.gauge)
	if err := sp.reader.Close(); err != nil {
		s.env.Faults.RowError(operators.RowError{
			Where: operators.Where{Split: sp.shard.Name}, Operator: "read", Code: operators.CodeCorrupt, Message: err.Error(),
		})
	}
}

// Snapshot implements operators.Source.
func (s *source) Snapshot(context.Context) ([]operators.Position, error) {
	var out []operators.Position
	for _, sp := range s.live {
		out = append(out, operators.Position{Split: sp.shard.Name, Place: []byte(sp.position())})
	}
	return out, nil
}

// position is the place behind the last page that has been read, or in a page the
// sequence number of the record that comes next, and how many pieces of it have
// been read.
func (s *split) position() string {
	switch {
	case s.page == nil:
		return s.place
	case !s.chunk.done():
		piece := s.chunk.piece()
		first := piece
		for first > 0 && s.chunk.index.record(first-1) == s.chunk.index.record(piece) {
			first--
		}
		return fmt.Sprintf("%s#%d", s.page.Number(s.chunk.index.record(piece)), piece-first)
	case s.at < len(s.page.Records):
		return s.page.Number(s.at) + "#0"
	}
	return s.page.Place
}

// Close implements operators.Source.
func (s *source) Close() error {
	if s.fetch != nil {
		s.fetch.stop()
	}
	for _, sp := range s.live {
		s.monitor.remove(sp.gauge)
		sp.reader.Close()
	}
	s.live = nil
	if s.builder != nil {
		s.builder.Close()
		s.builder = nil
	}
	return s.roster.leave(s.number)
}

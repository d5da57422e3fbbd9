package shardlog

import (
	"fmt"

	"kinesql/connectors/shard"
)

// roundTarget is how many bytes of records a round takes: at the speed of a disk
// it bounds how long the last one to come waits.
const roundTarget = 8 << 20

// committer writes rounds, one after the other. It is one goroutine.
type committer struct {
	log    *Log
	batch  []*request
	taken  []*request // those that the round answers
	parked []*request // appends that met a reshard: they wait for its end
	round  round
	rounds uint64 // the number of the last one
	number uint64 // of the last segment
	ring   ring
	active *segment
	spare  chan made // where the next segment will be; nil: it was not asked for
}

// made is a segment that was made ahead, or why it was not.
type made struct {
	seg *segment
	err error
}

// run commits until the queue is closed and empty.
func (c *committer) run() {
	for {
		batch, ok := c.log.queue.take(c.batch[:0], roundTarget)
		if !ok {
			c.stop()
			return
		}
		c.commit(batch)
		clear(batch)
		c.batch = batch[:0]
	}
}

// commit makes a round of requests and answers them.
func (c *committer) commit(batch []*request) {
	c.round.reset(c.rounds + 1)
	for _, r := range batch {
		if r.left.CompareAndSwap(false, true) {
			c.admit(r)
		}
	}
	err := c.log.broken()
	if err == nil {
		err = c.write()
	}
	c.round.answer(err)
	for _, r := range c.taken {
		r.finish(err)
	}
	clear(c.taken)
	c.taken = c.taken[:0]
	if err == nil {
		c.uncache()
	}
	if err := c.log.broken(); err != nil {
		c.unpark(err)
	}
}

// unpark ends appends whose reshard will not end.
func (c *committer) unpark(err error) {
	for _, r := range c.parked {
		r.finish(err)
	}
	c.parked = nil
}

// admit puts a request into the round.
func (c *committer) admit(r *request) {
	switch {
	case r.fence != nil:
		c.pass(r)
	case r.meetsReshard():
		c.parked = append(c.parked, r)
	default:
		c.taken = append(c.taken, r)
		key := r.stream.view.Load().KeyID
		for i := range r.groups {
			if s := r.states[i]; s != nil {
				c.addGroup(s, key, &r.groups[i])
			}
		}
	}
}

func (c *committer) addGroup(s *shardState, key string, g *shard.Group) {
	switch {
	case s.stream.gone.Load():
		g.Err = shard.ErrNoStream
	case s.closed:
		g.Err = shard.ErrShardClosed
	default:
		c.round.add(s, key, g)
	}
}

func (r *request) meetsReshard() bool {
	for _, s := range r.states {
		if s != nil && s.closing {
			return true
		}
	}
	return false
}

// write writes the round, makes it durable by the mode, and lets readers see it.
func (c *committer) write() error {
	l, r := c.log, &c.round
	r.assign(shard.Millis(l.opts.Now()), l.synced.Load(), l.opts.Keys)
	if len(r.frames) == 0 {
		return nil
	}
	if err := c.makeRoom(r.bytes); err != nil {
		r.takeBack() // nothing has been written: the next append may find a better disk
		return err
	}
	offset := c.active.end.Load()
	b := r.encode(c.active.salt, offset)
	if _, err := c.active.file.WriteAt(b, offset); err != nil {
		return l.fail(err)
	}
	c.rounds = r.number
	c.active.last, c.active.synced = r.number, r.frames[0].synced
	l.written.Store(r.number)
	if l.opts.Durability == Always {
		if err := l.sync(c.active, r.number); err != nil {
			return err
		}
	}
	c.active.end.Store(offset + int64(len(b)))
	c.show(offset)
	return nil
}

// uncacheAt is how large a round is for the system not to keep it in memory, which
// costs more than all else about it where the rounds are large: each page of a file is
// memory that was not in use yet, while one that has just been given back can be had at once.
// Readers find the latest records in the tail. Small rounds are worth keeping for those behind it.
const uncacheAt = 1 << 20

const pageBytes = 4096

// uncache lets the system forget the round, which is durable, with what it shares a page with before it.
func (c *committer) uncache() {
	if c.round.bytes < uncacheAt || c.log.opts.Durability != Always {
		return
	}
	end := c.active.end.Load()
	from := (end - c.round.bytes) &^ (pageBytes - 1)
	c.active.file.Uncache(from, end-from)
}

// show makes the round's records readable.
func (c *committer) show(offset int64) {
	done := ringRound{frames: make([]ringFrame, len(c.round.frames))}
	for i := range c.round.frames {
		f := &c.round.frames[i]
		f.shard.accept(c.active, f, offset)
		done.frames[i] = ringFrame{f.shard, f.next()}
		done.bytes += int64(f.plain) + tailOverhead
		offset += f.length()
	}
	c.ring.push(done)
	c.log.stats.add(&c.round)
}

// accept notes a frame that has been written.
func (s *shardState) accept(seg *segment, f *pending, offset int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.gone {
		return
	}
	s.addFrame(seg, &f.header, offset)
	s.pushTail(tailFrame{f.first, f.arrival, f.count, f.memory})
	s.wake()
}

// makeRoom sees to it that the active segment takes so many bytes more. Its
// errors leave the log as it was.
func (c *committer) makeRoom(bytes int64) error {
	if s := c.active; s != nil {
		end := s.end.Load()
		if end+bytes <= s.size {
			c.prepare(end + bytes)
			return nil
		}
	}
	next, err := c.nextSegment(framesAt + bytes)
	if err != nil {
		return fmt.Errorf("no room for more records: %w; free some of the disk or keep records for a shorter time", err)
	}
	if err := c.retire(); err != nil {
		c.log.discard(next)
		return err
	}
	c.active = next
	c.log.addSegment(next)
	return nil
}

// prepare has the next segment made when the active one is half full, so that
// no append waits for it.
func (c *committer) prepare(end int64) {
	if c.spare != nil || end < c.active.size/2 {
		return
	}
	c.number++
	number, out := c.number, make(chan made, 1)
	c.spare = out
	c.log.keeper.do(func() {
		seg, err := c.log.newSegment(number, 0)
		out <- made{seg, err}
	})
}

// nextSegment returns a segment that takes so many bytes.
func (c *committer) nextSegment(bytes int64) (*segment, error) {
	if c.spare != nil {
		m := <-c.spare
		c.spare = nil
		if m.err == nil && m.seg.size >= bytes {
			return m.seg, nil
		}
		if m.err == nil {
			c.log.discard(m.seg)
		}
	}
	c.number++
	return c.log.newSegment(c.number, bytes)
}

// retire ends the active segment: all of it is durable before the next one is
// written, and its index is made aside.
func (c *committer) retire() error {
	seg := c.active
	if seg == nil {
		return nil
	}
	if err := c.log.syncRest(seg); err != nil {
		return err
	}
	c.active = nil
	c.log.keeper.do(func() { c.log.seal(seg) })
	return nil
}

// stop ends the log's writing. After a failure the segment is left for recovery to judge.
func (c *committer) stop() {
	c.unpark(shard.ErrLogClosed)
	if c.spare != nil {
		if m := <-c.spare; m.err == nil {
			c.log.discard(m.seg)
		}
	}
	if c.log.broken() == nil {
		c.log.closeErr = c.retire()
	} else if c.active != nil {
		c.log.closeErr = c.active.closeFile()
	}
}

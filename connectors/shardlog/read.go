package shardlog

import (
	"errors"
	"fmt"
	"slices"

	"kinesql/connectors/shard"
)

func errNoKeys(key string) error {
	return fmt.Errorf("the stream is encrypted under %s, and the log was opened without its keys", key)
}

// reading is a Read under way.
type reading struct {
	log      *Log
	state    *shardState
	page     shard.Page
	max      int
	maxBytes int
	bytes    int
	start    int   // records in the page before this Read
	behind   int64 // arrival of the record at Next, 0: not known
	full     bool
}

// Read implements shard.Log.
func (l *Log) Read(ref shard.Ref, from uint64, max, maxBytes int, dst []shard.Record) (shard.Page, error) {
	s, info, err := l.shard(ref)
	if err != nil {
		return shard.Page{}, err
	}
	r := reading{log: l, state: s, page: shard.Page{Records: dst, Next: from}, max: max, maxBytes: maxBytes, start: len(dst)}
	err = r.run()
	if err != nil && len(r.page.Records) == r.start {
		return shard.Page{}, err
	}
	if err != nil && r.page.Next < r.page.Tip {
		// What cannot be read is still to come: a reader that is told it has caught up
		// would stop here, and nobody would learn of the damage.
		r.behind = r.page.Records[len(r.page.Records)-1].Arrival
	}
	r.page.BehindArrival = r.behind
	r.page.End = !info.Open() && r.page.Next >= info.ClosedAt
	return r.page, nil
}

// run reads until the page is full, or the end is reached, or something cannot be read.
func (r *reading) run() error {
	for tries := 0; ; {
		var frames [32]tailFrame
		n, p, err := r.locate(frames[:])
		switch {
		case err != nil:
			return err
		case n > 0:
			for i := 0; i < n && !r.full; i++ {
				r.take(&frames[i])
			}
		case p.seg != nil:
			err := r.cold(&p)
			if errors.Is(err, errDropped) && tries < maxTries {
				tries++ // trimmed or moved meanwhile: look again
				continue
			}
			if err != nil {
				return err
			}
		default:
			return nil
		}
		if r.full {
			return nil
		}
	}
}

const maxTries = 100

// locate finds the records at page.Next: frames in memory, or a part; neither at the end.
func (r *reading) locate(frames []tailFrame) (int, part, error) {
	s := r.state
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.gone {
		return 0, part{}, shard.ErrNoStream
	}
	r.page.Tip = s.next
	r.page.Next = max(r.page.Next, s.first)
	if r.page.Next >= s.next {
		return 0, part{}, nil
	}
	if n := copy(frames, s.inTail(r.page.Next)); n > 0 {
		return n, part{}, nil
	}
	p := s.partFor(r.page.Next)
	if p == nil {
		return 0, part{}, s.lost(r.page.Next, s.next, "", "the records are missing")
	}
	if p.first > r.page.Next {
		return 0, part{}, s.lost(r.page.Next, p.first, p.seg.path, "the records before those of this file are missing")
	}
	out := *p
	if p.spans != nil { // the committer may add to it
		spans := slices.Clone(near(*p.spans, r.page.Next))
		out.spans = &spans
	}
	return 0, out, nil
}

// lost is the error for records that should be there.
func (s *shardState) lost(from, to uint64, file, reason string) error {
	return &shard.CorruptError{Ref: s.ref, From: from, To: to, File: file, Reason: reason}
}

// take adds the records of a frame that are at page.Next or later.
func (r *reading) take(f *tailFrame) {
	payload, counter := f.payload, f.first
	for len(payload) > 0 {
		key, data, rest, err := shard.NextRecord(payload)
		if err != nil {
			return // Append checked it, and so did the checksum
		}
		if counter >= r.page.Next {
			if r.enough(len(key) + len(data)) {
				r.behind, r.full = f.arrival, true
				return
			}
			r.page.Records = append(r.page.Records, shard.Record{Counter: counter, Arrival: f.arrival, Key: key, Data: data})
			r.bytes += len(key) + len(data)
			r.page.Next = counter + 1
		}
		payload = rest
		counter++
	}
}

// enough reports whether the page has no room for a record.
func (r *reading) enough(bytes int) bool {
	n := len(r.page.Records) - r.start
	return n >= r.max || n > 0 && r.bytes+bytes > r.maxBytes
}

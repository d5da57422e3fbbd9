package shardlog

import (
	"errors"
	"fmt"
	"io/fs"
	"sort"
	"syscall"

	"kinesql/connectors/shard"
)

// near returns the span with a counter and some after it.
func near(spans []span, counter uint64) []span {
	i := spanFor(spans, counter)
	return spans[i:min(i+16, len(spans))]
}

// spanFor returns the place of the span with a counter, or of the first one after it.
func spanFor(spans []span, counter uint64) int {
	return sort.Search(len(spans), func(i int) bool { return spans[i].next > counter })
}

// cold reads records of a part from its file: at least one, or past a hole that was given up.
func (r *reading) cold(p *part) error {
	spans, err := r.log.entries(r.state.ref, p)
	if err != nil {
		return err
	}
	from := r.page.Next
	for i := spanFor(spans, from); i < len(spans) && !r.full; i++ {
		sp := &spans[i]
		if sp.first > r.page.Next {
			return r.state.lost(r.page.Next, sp.first, p.seg.path, "the records are missing")
		}
		if sp.length == 0 {
			r.page.Next = sp.next
			continue
		}
		if err := r.span(p.seg, sp); err != nil {
			return err
		}
	}
	if r.page.Next == from && !r.full {
		return r.state.lost(from, p.next, p.seg.path, "the index has no entry for the records")
	}
	return nil
}

// entries returns the index entries of a part.
func (l *Log) entries(ref shard.Ref, p *part) ([]span, error) {
	if p.spans != nil {
		return *p.spans, nil
	}
	return l.spansOf(ref, p)
}

// span reads the frames of a span. The records that it adds keep the bytes alive.
func (r *reading) span(seg *segment, sp *span) error {
	b, err := r.log.readSpan(seg, sp)
	if err != nil {
		if isLoss(err) {
			return r.corrupt(seg, sp, int64(sp.offset), err.Error())
		}
		return err
	}
	for at := 0; at+headerBytes <= len(b) && !r.full; {
		offset := int64(sp.offset) + int64(at)
		h, ok := parseHeader(b[at:], seg.salt, offset)
		if !ok || at+headerBytes+int(h.size) > len(b) {
			return r.corrupt(seg, sp, offset, "no frame begins here")
		}
		payload := b[at+headerBytes : at+headerBytes+int(h.size)]
		if h.ref == r.state.ref && h.next() > r.page.Next {
			if err := r.frame(seg, sp, &h, b[at:], payload, offset); err != nil {
				return err
			}
		}
		at += int(h.length())
	}
	if !r.full && r.page.Next < sp.next {
		return r.corrupt(seg, sp, int64(sp.offset), "frames that the index knows are missing")
	}
	return nil
}

// isLoss tells errors that say that the disk has lost something from those that may pass.
func isLoss(err error) bool {
	return errors.Is(err, errCut) || errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.EIO)
}

// readSpan reads the bytes of a span.
func (l *Log) readSpan(seg *segment, sp *span) ([]byte, error) {
	b := make([]byte, sp.length)
	return b, l.files.read(seg, b, int64(sp.offset))
}

// frame adds the records of a frame.
func (r *reading) frame(seg *segment, sp *span, h *header, head, payload []byte, offset int64) error {
	if h.first > r.page.Next {
		return r.state.lost(r.page.Next, h.first, seg.path, "the records are missing")
	}
	if !h.intact(payload) {
		return &shard.CorruptError{Ref: h.ref, From: r.page.Next, To: h.next(), File: seg.path, Offset: offset, Reason: "the checksum of the payload does not fit"}
	}
	plain, err := r.log.unseal(h, head, payload)
	if err != nil {
		return err
	}
	r.take(&tailFrame{h.first, h.arrival, h.count, plain})
	if !r.full && r.page.Next < h.next() {
		return r.corrupt(seg, sp, offset, shard.ErrRecord.Error())
	}
	return nil
}

// unseal returns the payload of a frame as it was before it was sealed.
func (l *Log) unseal(h *header, head, payload []byte) ([]byte, error) {
	if h.flags&flagSealed == 0 {
		return payload, nil
	}
	if l.opts.Keys == nil {
		return nil, errNoKeys("a key")
	}
	plain, err := l.opts.Keys.Open(nil, payload, head[identityAt:identityEnd])
	if err != nil {
		return nil, fmt.Errorf("stream %d, shard %d, records from %d on: %w", h.ref.Stream, h.ref.Shard, h.first, err)
	}
	return plain, nil
}

// corrupt is the error for a span that cannot be read on; what comes after it may be fine.
func (r *reading) corrupt(seg *segment, sp *span, offset int64, reason string) error {
	return &shard.CorruptError{Ref: r.state.ref, From: r.page.Next, To: sp.next, File: seg.path, Offset: offset, Reason: reason}
}

package api

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"sync/atomic"

	"kinesql/connectors/kinesis/wire"
)

const (
	// maxBody is the longest request body: 10 MiB of data in base64 with keys and JSON around it.
	maxBody = 14 << 20
	// maxBodies is how much memory all bodies under way may take.
	maxBodies = 512 << 20
	// firstRead is what a request gets before it has shown that it brings more.
	firstRead = 32 << 10
	// maxDrain is how much of a body that is too long is read for nothing.
	maxDrain = 32 << 20
	// keepBuffer is the largest buffer that is kept for the next request.
	keepBuffer = 2 << 20
)

var (
	errBodyTooLong = fmt.Errorf("the request body is longer than %d bytes", maxBody)
	errBodiesFull  = errors.New("too many large requests are under way; try again")
)

// buffer is memory that requests take in turn.
type buffer struct {
	bytes    []byte
	reserved int // of maxBodies
}

var (
	buffers = sync.Pool{New: func() any { return &buffer{bytes: make([]byte, 0, firstRead)} }}
	bodies  atomic.Int64 // memory beyond firstRead that bodies under way take
)

// release gives the buffer back. Nothing may point into it any more.
func (b *buffer) release() {
	bodies.Add(-int64(b.reserved))
	b.reserved = 0
	if cap(b.bytes) <= keepBuffer {
		b.bytes = b.bytes[:0]
		buffers.Put(b)
	}
}

// grow makes room for at least one more byte; want is the length that the client
// has announced, or -1.
func (b *buffer) grow(want int64) error {
	size := 2 * cap(b.bytes)
	if want > int64(cap(b.bytes)) && want <= maxBody {
		size = min(int(want), 16*cap(b.bytes)) // trusted in part: announcing costs a client nothing
	}
	size = min(size, maxBody) + 1 // one more byte tells the end without another turn
	if !b.reserve(size) {
		return errBodiesFull
	}
	grown := make([]byte, len(b.bytes), size)
	copy(grown, b.bytes)
	b.bytes = grown
	return nil
}

// reserve counts the buffer as of a size. It reports false, and has changed nothing,
// if all bodies would take too much.
func (b *buffer) reserve(size int) bool {
	more := int64(size - b.reserved)
	if bodies.Add(more) > maxBodies {
		bodies.Add(-more)
		return false
	}
	b.reserved = size
	return true
}

// newBody takes a buffer for a body. One that an earlier request has made large
// counts in full.
func newBody() *buffer {
	b := buffers.Get().(*buffer)
	if cap(b.bytes) > firstRead && !b.reserve(cap(b.bytes)) {
		b.bytes = make([]byte, 0, firstRead)
	}
	return b
}

// readBody reads a request's body into a buffer that the caller releases.
func readBody(r *http.Request) (*buffer, error) {
	if r.ContentLength > maxBody {
		return nil, errBodyTooLong
	}
	b := newBody()
	for {
		n, err := r.Body.Read(b.bytes[len(b.bytes):cap(b.bytes)])
		b.bytes = b.bytes[:len(b.bytes)+n]
		switch {
		case len(b.bytes) > maxBody:
			err = errBodyTooLong
		case err == io.EOF:
			return b, nil
		case err == nil && len(b.bytes) == cap(b.bytes):
			err = b.grow(r.ContentLength)
		}
		if err != nil {
			b.release()
			return nil, err
		}
	}
}

// refuseBody answers a request whose body was not read, and closes the connection if
// the rest of the body is still to come. HTTP/2 gives up the one stream instead.
func (x *exchange) refuseBody(err error) {
	x.format, _ = wire.FormatOf(x.r.Header.Get("Content-Type"))
	whole := errors.Is(err, errBodyTooLong) && x.drain()
	if !whole && x.r.ProtoMajor == 1 {
		x.w.Header().Set("Connection", "close")
	}
	switch {
	case errors.Is(err, errBodyTooLong):
		x.fail(&wire.Error{Code: "RequestEntityTooLargeException", Message: err.Error(), Status: http.StatusRequestEntityTooLarge})
	case errors.Is(err, errBodiesFull):
		x.fail(&wire.Error{Code: "ServiceUnavailableException", Message: err.Error(), Status: http.StatusServiceUnavailable})
	default: // the client has gone, or sends what is no HTTP
		x.fail(&wire.Error{Code: "SerializationException", Message: "the request body ended early", Status: http.StatusBadRequest})
	}
}

// drain reads the rest of a body, if it is not much longer than it may be: many
// clients see the answer only when they have sent everything.
func (x *exchange) drain() (whole bool) {
	if x.r.ContentLength > maxDrain || x.r.Header.Get("Expect") != "" {
		return false
	}
	_, err := io.CopyN(io.Discard, x.r.Body, maxDrain)
	return err == io.EOF
}

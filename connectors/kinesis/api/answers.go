package api

import (
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"kinesql/connectors/kinesis/wire"
)

// answers bounds the memory of answers that are on their way to clients, which may
// be slow and many: the more there is of it, the less a further read brings.
type answers struct{ bytes atomic.Int64 }

const (
	answerMemory  = 512 << 20 // shared by all
	answerShare   = 16        // of what is left, for one
	leastAnswer   = 64 << 10
	slowAnswer    = 64 << 10 // an answer that a socket's buffer may not hold
	answerTimeout = time.Minute
)

// allow returns how many bytes of data a read may bring, of at most max.
func (a *answers) allow(most int) int {
	left := (answerMemory - a.bytes.Load()) / answerShare
	return int(min(int64(most), max(left, leastAnswer)))
}

func (a *answers) hold(n int)    { a.bytes.Add(int64(n)) }
func (a *answers) release(n int) { a.bytes.Add(-int64(n)) }

var answerBuffers = sync.Pool{New: func() any { return new([]byte) }}

// answerGetRecords reads and answers in the format of the request.
func (s *Server) answerGetRecords(w http.ResponseWriter, r *http.Request, c *Caller, in *kinesis.GetRecordsInput) error {
	got, err := s.getRecords(c, in, s.answers.allow(maxReadBytes))
	if err != nil {
		return err
	}
	next := ""
	if !got.page.End {
		if next, err = s.newIterator(got.view, got.shard.Index, got.page.Next); err != nil {
			return err
		}
	}
	size := got.sizeJSON()
	s.answers.hold(size)
	defer s.answers.release(size)
	p := answerBuffers.Get().(*[]byte)
	if cap(*p) < size {
		*p = make([]byte, 0, size)
	}
	format, _ := wire.FormatOf(r.Header.Get("Content-Type"))
	var body []byte
	if format == wire.CBOR {
		body = wire.Encode(format, (*p)[:0], got.output(next))
	} else {
		body = got.appendJSON((*p)[:0], next)
	}
	writeAnswer(w, format, body)
	if cap(body) <= maxKept {
		*p = body
		answerBuffers.Put(p)
	}
	return nil
}

// writeAnswer writes a whole answer. A client that does not take it loses the connection.
func writeAnswer(w http.ResponseWriter, format wire.Format, body []byte) {
	h := w.Header()
	h["Content-Type"] = contentTypes[format]
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	if len(body) < slowAnswer {
		w.Write(body)
		return
	}
	control := http.NewResponseController(w)
	control.SetWriteDeadline(time.Now().Add(answerTimeout))
	w.Write(body)
	control.SetWriteDeadline(time.Time{})
}

var contentTypes = map[wire.Format][]string{
	wire.JSON: {wire.JSON.ContentType()},
	wire.CBOR: {wire.CBOR.ContentType()},
}

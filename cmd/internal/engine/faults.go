package engine

import (
	"fmt"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/join"
	"kinesql/planner/catalog"
	"kinesql/window"
)

// rowLog takes rows of a system stream.
type rowLog interface {
	Append(b batch.Batch) error
}

// faults keeps the failed and late rows of one query in its system streams,
// counts them, and tells the first few to a person.
type faults struct {
	now          func() time.Time
	errors, late []rowLog
	warn         func(string)

	mu struct {
		sync.Mutex
		errors int64
		full   bool                 // a system stream took no more
		stale  map[string]time.Time // when it was last told of a table that could not be read again
	}
}

// maxWarnings is how many failed rows are told one by one.
const maxWarnings = 5

// staleEvery is how long nothing is told of a table after a warning.
const staleEvery = time.Minute

// maxRaw is how many bytes of a record are kept.
const maxRaw = 1 << 20

// RowError implements operators.Faults.
func (f *faults) RowError(e operators.RowError) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.mu.errors++
	f.tell(e)
	f.keep(f.errors, catalog.ErrorsSchema(), []any{
		f.now().UnixMicro(), e.Operator, e.Code, e.Message, e.Split, e.Line, e.Sequence, raw(e.Raw),
	})
}

// tell warns of the first failed rows, and of each table that stays as it was as long
// as it does, but not all the time.
func (f *faults) tell(e operators.RowError) {
	switch {
	case e.Code == join.CodeStale:
		now := f.now()
		if last, told := f.mu.stale[e.Split]; told && now.Sub(last) < staleEvery {
			return
		}
		if f.mu.stale == nil {
			f.mu.stale = map[string]time.Time{}
		}
		f.mu.stale[e.Split] = now
		f.warn(warning(e))
	case f.mu.errors <= maxWarnings:
		f.warn(warning(e))
	case f.mu.errors == maxWarnings+1:
		f.warn("warning: more rows failed; they are counted and kept in the error stream")
	}
}

// warning is one line: place, code, message, the beginning of the record.
func warning(e operators.RowError) string {
	place := e.Operator
	if e.Split != "" {
		place = e.Split
		if e.Line > 0 {
			place = fmt.Sprintf("%s:%d", e.Split, e.Line)
		}
		if e.Sequence != "" {
			place += ", sequence number " + e.Sequence
		}
	}
	text := fmt.Sprintf("warning: %s: %s: %s", place, e.Code, e.Message)
	if len(e.Raw) > 0 {
		text += ": " + excerpt(e.Raw)
	}
	return text
}

const excerptBytes = 80

func excerpt(b []byte) string {
	if len(b) <= excerptBytes {
		return strings.ToValidUTF8(string(b), "\uFFFD")
	}
	return strings.ToValidUTF8(string(b[:excerptBytes]), "\uFFFD") + "..."
}

// LateRow implements operators.Faults.
func (f *faults) LateRow(r operators.LateRow) {
	f.mu.Lock()
	defer f.mu.Unlock()
	reason, start, end := "the window had closed", any(int64(r.WindowStart)), any(int64(r.WindowEnd))
	if r.WindowStart == window.Min {
		start = nil
	}
	if r.WindowStart == r.WindowEnd {
		reason, start, end = "the watermark was past its event time", nil, nil
	}
	f.keep(f.late, catalog.LateSchema(), []any{
		int64(r.EventTime), int64(r.Watermark), start, end, reason, r.Split, r.Line, r.Sequence, raw(r.Raw),
	})
}

// raw is a record as VARCHAR: bytes that are not UTF-8 are written \xHH, and what
// is beyond maxRaw is cut.
func raw(b []byte) string {
	b = b[:min(len(b), maxRaw)]
	if utf8.Valid(b) {
		return string(b)
	}
	var out strings.Builder
	for len(b) > 0 {
		r, size := utf8.DecodeRune(b)
		if r == utf8.RuneError && size == 1 {
			fmt.Fprintf(&out, "\\x%02x", b[0])
		} else {
			out.Write(b[:size])
		}
		b = b[size:]
	}
	return out.String()
}

// keep appends a row to a system stream. A stream that is full keeps what it
// has; the counts go on.
func (f *faults) keep(logs []rowLog, schema *batch.Schema, values []any) {
	b := rowBatch(schema, values)
	defer b.Release()
	for _, log := range logs {
		if err := log.Append(b); err != nil && !f.mu.full {
			f.mu.full = true
			f.warn("warning: " + err.Error() + "; further rows are counted and not kept")
		}
	}
}

// rowBatch is a batch of one row of int64 and string values; nil is NULL.
func rowBatch(schema *batch.Schema, values []any) batch.Batch {
	cols := make([]batch.Vector, len(values))
	for i, v := range values {
		cols[i] = batch.Vector{Type: schema.Field(i).Type, Len: 1}
		switch v := v.(type) {
		case int64:
			cols[i].I64 = []int64{v}
		case string:
			cols[i].AppendBytes([]byte(v))
		case nil:
			cols[i].I64, cols[i].Valid = []int64{0}, []bool{false}
		}
	}
	return batch.New(schema, 1, cols, batch.Beside{})
}

package json

import (
	"fmt"
	"math"
	"strings"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/operators/batch"
	"kinesql/window"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// column is a wanted value: where it is, and how to read it.
type column struct {
	path    string // with dots, for messages
	node    *node
	parents []*node // on the way to node, the root left out
	typ     batch.Type
	lane    batch.Lane
	class   class
	low     int64 // bounds of integer types
	high    int64
	numbers []func(int64) bool // predicates
	texts   []func([]byte) bool
	isTime  bool                                // the stream's time attribute
	parse   format.TimeParser                   // of temporal types
	epoch   func(int64) (micros int64, ok bool) // TIMESTAMP of an integer; nil: none
	nested  *shapeOf                            // of ROW and ARRAY
}

// class is a group of types that are read alike.
type class uint8

const (
	unreadable class = iota
	integers
	floats
	texts
	instants
	booleans
	decimals
	documents
)

func classOf(t batch.Type) class {
	switch {
	case t.IsInteger():
		return integers
	case t.IsFloat():
		return floats
	case t.IsString(), t.IsBinary():
		return texts
	case t.IsTemporal():
		return instants
	}
	return map[batch.TypeID]class{batch.Boolean: booleans, batch.Decimal: decimals, batch.JSON: documents}[t.ID]
}

// value is a decoded scalar of the record at hand.
type value struct {
	null  bool
	arena bool  // a text that had to be copied to the decoder's arena
	bits  int64 // integers and temporal values; of DOUBLE the bits; of BOOLEAN 0 or 1
	start int   // a text's place in the record, or in the arena
	end   int
}

func newColumn(w connectors.Want, parse format.TimeParser, epoch func(int64) (int64, bool)) column {
	c := column{path: strings.Join(w.Path, "."), typ: w.Type, lane: w.Type.Lane(), class: classOf(w.Type), parse: parse}
	c.low, c.high = bounds(w.Type.ID)
	if w.Type.ID == batch.Timestamp {
		c.epoch = epoch
	}
	if c.lane == batch.LaneNested {
		c.nested = newShapeOf(w.Type, c.path, parse)
	}
	return c
}

func bounds(id batch.TypeID) (low, high int64) {
	switch id {
	case batch.TinyInt:
		return math.MinInt8, math.MaxInt8
	case batch.SmallInt:
		return math.MinInt16, math.MaxInt16
	case batch.Integer:
		return math.MinInt32, math.MaxInt32
	}
	return math.MinInt64, math.MaxInt64
}

// reader turns spans of one record into values.
type reader struct {
	b     []byte // the record
	arena []byte // texts that had escapes
	dec   decimal128.Num
}

// read decodes a value that is there. A NULL is one that is null or missing.
// The problem is a clause such as `want BIGINT, got a string "x"`.
func (r *reader) read(c *column, s span) (v value, problem string) {
	if s.kind <= none || s.kind == aNull {
		return value{null: true}, ""
	}
	switch c.class {
	case integers:
		return r.readInteger(c, s)
	case floats:
		return r.readFloat(c, s)
	case texts:
		return r.readText(c, s)
	case instants:
		return r.readTime(c, s)
	case booleans:
		return r.readBoolean(c, s)
	case decimals:
		return r.readDecimal(c, s)
	case documents:
		return r.readJSON(s)
	}
	return v, "JSON has no values of type " + c.typ.String()
}

// wrong says what was wanted and what there is.
func (r *reader) wrong(c *column, s span) string {
	got := kindNames[s.kind]
	switch s.kind {
	case aText:
		got += " " + quoted(r.b[s.start+1:s.end-1])
	case aNumber, aBoolean:
		got = string(r.b[s.start:min(s.end, s.start+maxQuoted)])
	}
	return fmt.Sprintf("want %s, got %s", c.typ, got)
}

func (r *reader) badNumber(c *column, raw []byte, problem string) string {
	return fmt.Sprintf("%s %s %s", raw[:min(len(raw), maxQuoted)], problem, c.typ)
}

// numberIn returns the bytes of a number, also of one in a string.
func (r *reader) numberIn(s span) (raw []byte, ok bool) {
	if s.kind == aNumber {
		return r.b[s.start:s.end], true
	}
	if s.kind != aText || s.escaped || s.end-s.start == 2 {
		return nil, false
	}
	raw = r.b[s.start+1 : s.end-1]
	in := scanner{b: raw}
	return raw, kindOf[raw[0]] == aNumber && in.number(0) == len(raw)
}

func (r *reader) readInteger(c *column, s span) (v value, problem string) {
	raw, ok := r.numberIn(s)
	if !ok {
		return v, r.wrong(c, s)
	}
	if v.bits, ok = shortInteger(raw); !ok {
		if v.bits, problem = integer(raw); problem == "has a fraction" {
			return v, r.wrong(c, s) + ", which has a fraction"
		}
	}
	if problem != "" || v.bits < c.low || v.bits > c.high {
		return v, r.badNumber(c, raw, outOfRange)
	}
	return v, ""
}

// shortInteger reads a valid number of at most maxDigits and nothing else.
func shortInteger(raw []byte) (v int64, ok bool) {
	negative := raw[0] == '-'
	if negative {
		raw = raw[1:]
	}
	u, n := leading(raw)
	if n > maxDigits || n < len(raw) {
		return 0, false
	}
	if negative {
		return -int64(u), true
	}
	return int64(u), true
}

func (r *reader) readFloat(c *column, s span) (v value, problem string) {
	raw, ok := r.numberIn(s)
	if !ok {
		return v, r.wrong(c, s)
	}
	f, problem := float(raw)
	if problem != "" {
		return v, r.badNumber(c, raw, problem)
	}
	v.bits = int64(math.Float64bits(f))
	return v, ""
}

func (r *reader) readDecimal(c *column, s span) (v value, problem string) {
	raw, ok := r.numberIn(s)
	if !ok {
		return v, r.wrong(c, s)
	}
	if r.dec, problem = decimal(raw, c.typ.Precision, c.typ.Scale); problem != "" {
		return v, r.badNumber(c, raw, problem)
	}
	return v, ""
}

func (r *reader) readBoolean(c *column, s span) (v value, problem string) {
	raw := r.b[s.start:s.end]
	if s.kind == aText {
		raw = raw[1 : len(raw)-1]
	}
	switch strings.ToLower(string(raw[:min(len(raw), 6)])) {
	case "true", "1":
		v.bits = 1
	case "false", "0":
	default:
		return v, r.wrong(c, s)
	}
	return v, ""
}

func (r *reader) readText(c *column, s span) (v value, problem string) {
	switch s.kind {
	case aText:
		v, problem = r.string(s)
	case aNumber, aBoolean:
		v.start, v.end = s.start, s.end
	default:
		return v, r.wrong(c, s) + "; a JSON column would keep it whole"
	}
	if c.typ.Precision > 0 && v.end-v.start > c.typ.Precision {
		v.end = v.start + cutText(r.bytes(&v), c.typ)
	}
	return v, problem
}

// cutText returns how many bytes a text may have in a column of limited length,
// which counts characters, of binary columns bytes.
func cutText(b []byte, t batch.Type) int {
	if t.IsBinary() {
		return min(len(b), t.Precision)
	}
	n := 0
	for i := range string(b) {
		if n == t.Precision {
			return i
		}
		n++
	}
	return len(b)
}

// string is the text between two quotes.
func (r *reader) string(s span) (v value, problem string) {
	raw := r.b[s.start+1 : s.end-1]
	if !s.escaped {
		return value{start: s.start + 1, end: s.end - 1}, checkText(raw)
	}
	v = value{arena: true, start: len(r.arena)}
	if arena, ok := unescapeWell(r.arena, r.b, s.start+1, s.end-1); ok {
		r.arena, v.end = arena, len(arena)
		return v, ""
	}
	if problem = checkText(raw); problem == "" {
		r.arena, problem = unescape(r.arena, raw)
	}
	v.end = len(r.arena)
	return v, problem
}

// bytes returns the bytes of a text.
func (r *reader) bytes(v *value) []byte {
	if v.arena {
		return r.arena[v.start:v.end]
	}
	return r.b[v.start:v.end]
}

func (r *reader) readTime(c *column, s span) (v value, problem string) {
	raw := r.b[s.start:s.end]
	switch s.kind {
	case aNumber:
		if n, ok := shortInteger(raw); ok && c.epoch != nil {
			if v.bits, ok = c.epoch(n); ok {
				return v, ""
			}
		}
	case aText:
		if v, problem = r.string(s); problem != "" {
			return v, problem
		}
		raw = r.bytes(&v)
	default:
		return v, r.wrong(c, s)
	}
	micros, ok := c.parseTime(raw)
	if !ok {
		return v, r.wrong(c, s)
	}
	return value{bits: micros}, ""
}

// parseTime reads a DATE as days, a TIME and a TIMESTAMP as microseconds. A DATE
// or TIME may be written as an instant.
func (c *column) parseTime(raw []byte) (v int64, ok bool) {
	const day = int64(window.Day)
	switch c.typ.ID {
	case batch.Date:
		if v, ok = format.ParseDate(raw); ok {
			return v, true
		}
		v, ok = c.parse(raw)
		return (v - (v%day+day)%day) / day, ok
	case batch.Time:
		if v, ok = format.ParseTimeOfDay(raw); ok {
			return v, true
		}
		v, ok = c.parse(raw)
		return (v%day + day) % day, ok
	}
	return c.parse(raw)
}

func (r *reader) readJSON(s span) (v value, problem string) {
	v.start, v.end = s.start, s.end
	return v, checkJSON(r.b[s.start:s.end])
}

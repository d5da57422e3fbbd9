package expr

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

func castFunctions() []*Function {
	return []*Function{
		operator("CAST", castOnly), operator("TRY_CAST", castOnly), operator("ASSIGN", castOnly),
	}
}

// castOnly refuses New: casts have a type, which New is not given.
func castOnly([]Node) (*implementation, []Node, error) {
	return nil, nil, typeErrorf(-1, "a cast needs a type")
}

// NewCast returns CAST(arg AS to), or arg where it has the type already. A value
// that cannot be cast is a fault, or NULL where try is set. Texts that are too
// long are cut.
func NewCast(arg Node, to batch.Type, try bool, at int) (Node, error) {
	name := "CAST"
	if try {
		name = "TRY_CAST"
	}
	return newCast(name, arg, to, at)
}

// NewAssign casts arg as an assignment to a column does: as CAST, but a text that
// is too long for CHAR(n) or VARCHAR(n) is a fault unless only blanks are lost.
func NewAssign(arg Node, to batch.Type, at int) (Node, error) {
	if t := arg.Type(); (t.IsTemporal() || t.IsNumeric()) && (to.IsTemporal() || to.IsNumeric()) && t.IsTemporal() != to.IsTemporal() {
		return nil, typeErrorf(0, "%s cannot be assigned to %s", t, to)
	}
	return newCast("ASSIGN", arg, to, at)
}

func newCast(name string, arg Node, to batch.Type, at int) (Node, error) {
	from := arg.Type()
	if from.Equal(to) {
		return arg, nil
	}
	if l, ok := arg.(*Literal); ok && (from.ID == batch.Null || !l.Value.IsValid(0)) {
		return NewLiteral(nil, to, at), nil
	}
	f, _ := Lookup(name)
	impl, err := castImplementation(from, to, name == "ASSIGN")
	if err != nil {
		return nil, err
	}
	impl.typ, impl.try = to, name == "TRY_CAST"
	impl.total = impl.total || impl.try
	impl.print = func(args []Node) string {
		return fmt.Sprintf("%s(%s AS %s)", args[0], args[1], to)
	}
	return &Call{Func: f, Args: []Node{arg}, Typ: to, At: at, impl: impl}, nil
}

func castImplementation(from, to batch.Type, assign bool) (*implementation, error) {
	if from.ID == batch.Null {
		return &implementation{total: true, nullable: true, make: always((*frame).allNull)}, nil
	}
	if sameValues(from, to) {
		return &implementation{total: true, form: passOn(to)}, nil
	}
	var m maker
	switch {
	case to.IsInteger():
		m = castInteger(from, to)
	case to.IsFloat():
		m = castFloat(from, to)
	case to.ID == batch.Decimal:
		m = castDecimal(from, to)
	case to.ID == batch.Boolean:
		m = castBoolean(from)
	case to.IsString() || to.IsBinary():
		return &implementation{total: to.Precision == 0 && !from.IsBinary(), make: castText(from, to, assign)}, nil
	case to.IsTemporal():
		m = castTemporal(from, to)
	case to.ID == batch.JSON:
		m = castJSON(from)
	case to.Lane() == batch.LaneNested:
		m = castNested(from, to)
	}
	if m == nil {
		return nil, typeErrorf(0, "%s cannot be cast to %s%s", from, to, castHint(from, to))
	}
	return &implementation{make: m}, nil
}

func castHint(from, to batch.Type) string {
	switch {
	case from.IsNumeric() && to.IsTemporal():
		return "; use FROM_UNIXTIME for seconds or TO_TIMESTAMP_MS for milliseconds since 1970"
	case from.IsTemporal() && to.IsNumeric():
		return "; use UNIX_TIMESTAMP for seconds or EPOCH_MS for milliseconds since 1970"
	}
	return ""
}

// passOn gives the argument's values another type.
func passOn(to batch.Type) form {
	return func(p *Program, s *step, active []bool) *batch.Vector {
		v := p.eval(s.args[0], active)
		s.through = s.args[0]
		s.vec = *v
		s.vec.Type = to
		return &s.vec
	}
}

// badCast is the fault of a cast.
func (r *row) badCast(why string) {
	v := r.f.args[0]
	text := clip(string(appendText(nil, v, r.i)))
	if v.Type.Lane() == batch.LaneBytes {
		text = quoted(text)
	}
	r.fault(codeCast, "cannot cast %s to %s%s", text, r.f.s.node.Type(), why)
}

const outOfRange = ": out of range"

// words returns the text of a text or JSON argument: trimmed, and unquoted where
// it is a JSON string. A JSON null makes the row NULL.
func (r *row) words() (text []byte, isJSON bool) {
	text = r.text(0)
	if r.f.args[0].Type.ID != batch.JSON {
		return trimBlanks(text), false
	}
	text = trimBlanks(text)
	if string(text) == "null" {
		r.null()
	}
	return unquoteJSON(text), true
}

func isText(t batch.Type) bool { return t.Lane() == batch.LaneBytes }

// castBoolean takes numbers (0 is false) and the usual words.
func castBoolean(from batch.Type) maker {
	switch {
	case from.IsInteger():
		return boolRow(func(r *row) bool { return r.int(0) != 0 })
	case from.IsFloat():
		return boolRow(func(r *row) bool { return r.float(0) != 0 })
	case from.ID == batch.Decimal:
		return boolRow(func(r *row) bool { return r.dec(0).Sign() != 0 })
	case isText(from):
		return boolRow(func(r *row) bool {
			text, _ := r.words()
			b, ok := parseBool(text)
			if !ok && !r.isNull {
				r.badCast("")
			}
			return b
		})
	}
	return nil
}

func parseBool(s []byte) (value, ok bool) {
	var lower [5]byte
	if len(s) == 0 || len(s) > len(lower) {
		return false, false
	}
	for i, c := range s {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		lower[i] = c
	}
	switch string(lower[:len(s)]) {
	case "true", "t", "1", "yes", "y", "on":
		return true, true
	case "false", "f", "0", "no", "n", "off":
		return false, true
	}
	return false, false
}

// castTemporal casts between times, and reads them from text.
func castTemporal(from, to batch.Type) maker {
	var fn func(int64) int64
	switch {
	case isText(from):
		return castTimeText(to)
	case from.ID == to.ID:
		fn = func(v int64) int64 { return v }
	case from.ID == batch.Date && to.ID == batch.Timestamp:
		fn = func(v int64) int64 { return v * day }
	case from.ID == batch.Timestamp && to.ID == batch.Date:
		fn = func(v int64) int64 { q, _ := floorDiv(v, day); return q }
	case from.ID == batch.Timestamp && to.ID == batch.Time:
		fn = func(v int64) int64 { _, r := floorDiv(v, day); return r }
	case from.ID == batch.Date && to.ID == batch.Time:
		fn = func(int64) int64 { return 0 }
	default:
		return nil
	}
	return int1(fn)
}

func castTimeText(to batch.Type) maker {
	parse := parseTimestamp
	switch to.ID {
	case batch.Date:
		parse = parseDate
	case batch.Time:
		parse = parseTime
	}
	return intRow(func(r *row) int64 {
		text, _ := r.words()
		v, ok := parse(text)
		if !ok && !r.isNull {
			r.badCast("")
		}
		return v
	})
}

// castText writes any value as text or bytes, cut to the length of the type.
func castText(from, to batch.Type, assign bool) maker {
	if from.IsInteger() && to.Precision == 0 {
		return textRow(func(r *row, dst []byte) []byte { return strconv.AppendInt(dst, r.int(0), 10) })
	}
	fromJSON, decode := from.ID == batch.JSON, to.IsString() && from.IsBinary()
	return textRow(func(r *row, dst []byte) []byte {
		start := len(dst)
		if fromJSON {
			dst = append(dst, r.jsonText()...)
		} else {
			dst = appendText(dst, r.vec(0), r.i)
		}
		if decode && !utf8.Valid(dst[start:]) {
			r.fault(codeCast, "cannot cast X'%X' to %s: invalid UTF-8", dst[start:min(len(dst), start+32)], to)
			return dst[:start]
		}
		return fit(r, dst, start, &to, assign)
	})
}

// jsonText is the text of a JSON value: strings without their quotes, the rest as
// it stands. A JSON null makes the row NULL.
func (r *row) jsonText() []byte {
	text := r.text(0)
	if string(text) == "null" {
		r.null()
	}
	if len(text) > 0 && text[0] == '"' {
		return unquoteJSON(text)
	}
	return text
}

// fit cuts dst[start:] to the length of the type, and pads BINARY with zeros.
func fit(r *row, dst []byte, start int, to *batch.Type, assign bool) []byte {
	if to.Precision == 0 {
		return dst
	}
	end := start + prefixLength(dst[start:], to.Precision, to.IsBinary())
	if assign && len(trimRightBlanks(dst[end:])) > 0 {
		r.fault(codeCast, "%s is too long for %s", quoted(clip(string(dst[start:]))), to)
	}
	dst = dst[:end]
	for to.ID == batch.Binary && len(dst)-start < to.Precision {
		dst = append(dst, 0)
	}
	return dst
}

// clip makes a text fit for a message.
func clip(s string) string {
	if len(s) > 64 {
		s = s[:64] + "..."
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// prefixLength is how many bytes the first n characters (or bytes) take.
func prefixLength(s []byte, n int, bytes bool) int {
	if bytes || len(s) <= n {
		return min(n, len(s))
	}
	i := 0
	for ; n > 0 && i < len(s); n-- {
		_, size := utf8.DecodeRune(s[i:])
		i += size
	}
	return i
}

func trimRightBlanks(s []byte) []byte {
	for len(s) > 0 && s[len(s)-1] == ' ' {
		s = s[:len(s)-1]
	}
	return s
}

// appendText writes a value that is not NULL as SQL prints it.
func appendText(dst []byte, v *batch.Vector, i int) []byte {
	k := v.At(i)
	switch v.Type.Lane() {
	case batch.LaneFloat:
		return appendFloat(dst, v.F64[k], v.Type.ID == batch.Real)
	case batch.LaneBool:
		return fmt.Appendf(dst, "%t", v.Bool[k])
	case batch.LaneDecimal:
		return appendDecimal(dst, v.Dec[k], v.Type.Scale)
	case batch.LaneBytes:
		return append(dst, v.Bytes(i)...)
	case batch.LaneNested:
		return appendNested(dst, v, i)
	}
	return appendIntLane(dst, v.Type, v.I64[k])
}

// appendDecimal writes an unscaled DECIMAL with its scale.
func appendDecimal(dst []byte, v decimal128.Num, scale int) []byte {
	if v.Sign() < 0 {
		dst, v = append(dst, '-'), v.Negate()
	}
	digits := appendUnsigned(make([]byte, 0, 40), v)
	for len(digits) <= scale {
		digits = append([]byte{'0'}, digits...)
	}
	dst = append(dst, digits[:len(digits)-scale]...)
	if scale == 0 {
		return dst
	}
	return append(append(dst, '.'), digits[len(digits)-scale:]...)
}

package wire

import (
	"math"
	"reflect"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Decode reads the document into in, the SDK's input type of an action, after
// checks of types and then of constraints. Members that the action does not have are
// passed over, and so are nulls. Blobs of a CBOR document stay parts of the body.
func (d *Document) Decode(action string, in any) *Error {
	s := actionShapes[action]
	if s == nil {
		return &Error{Code: "UnknownOperationException", Status: 400}
	}
	if err := d.fill(s, 0, reflect.ValueOf(in).Elem()); err != nil {
		return err
	}
	return d.validate(s)
}

// fill sets v, a settable value of the SDK's type, from the value at i.
func (d *Document) fill(s *shape, i int32, v reflect.Value) *Error {
	if d.values[i].kind == null {
		return nil
	}
	if v.Kind() == reflect.Pointer {
		v.Set(reflect.New(v.Type().Elem()))
		v = v.Elem()
	}
	switch s.kind {
	case kindStructure:
		return d.fillStructure(s, i, v)
	case kindList:
		return d.fillList(s, i, v)
	case kindMap:
		return d.fillMap(s, i, v)
	case kindBlob:
		return d.fillBlob(i, v)
	case kindBoolean:
		return d.fillBoolean(i, v)
	case kindTimestamp:
		return d.fillTime(i, v)
	case kindString:
		return d.fillString(i, v)
	}
	return d.fillNumber(s, i, v)
}

func (d *Document) fillStructure(s *shape, i int32, v reflect.Value) *Error {
	if err := d.want(object, "Expected null", i); err != nil {
		return err
	}
	fields := s.fieldsOf(v.Type())
	for key := i + 1; key < d.values[i].end; {
		at := key + 1
		if m, ok := s.byName[string(d.values[key].text)]; ok {
			if err := d.fill(s.members[m].shape, at, v.Field(fields[m])); err != nil {
				return err
			}
		}
		key = d.values[at].end
	}
	return nil
}

func (d *Document) fillList(s *shape, i int32, v reflect.Value) *Error {
	if err := d.want(list, "Expected list or null", i); err != nil {
		return err
	}
	n := d.length(i)
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	at := i + 1
	for k := range n {
		if err := d.fill(s.element, at, v.Index(k)); err != nil {
			return err
		}
		at = d.values[at].end
	}
	return nil
}

func (d *Document) fillMap(s *shape, i int32, v reflect.Value) *Error {
	if err := d.want(object, "Expected map or null", i); err != nil {
		return err
	}
	v.Set(reflect.MakeMap(v.Type()))
	for key := i + 1; key < d.values[i].end; {
		at := key + 1
		element := reflect.New(v.Type().Elem()).Elem()
		if err := d.fill(s.element, at, element); err != nil {
			return err
		}
		v.SetMapIndex(reflect.ValueOf(validText(d.values[key].text)), element)
		key = d.values[at].end
	}
	return nil
}

// length counts what is directly in a list or object.
func (d *Document) length(i int32) (n int) {
	for at := i + 1; at < d.values[i].end; at = d.values[at].end {
		n++
	}
	return n
}

// want refuses a value that is not a list, or not an object, as wanted; scalar is
// the text for one that is neither.
func (d *Document) want(k kind, scalar string, i int32) *Error {
	if d.values[i].kind == k {
		return nil
	}
	if err := d.wantScalar(i); err != nil {
		return err
	}
	return Errorf(codeSerialization, "%s", scalar)
}

// wantScalar refuses lists and objects.
func (d *Document) wantScalar(i int32) *Error {
	switch d.values[i].kind {
	case list:
		return Errorf(codeSerialization, "Start of list found where not expected")
	case object:
		return Errorf(codeSerialization, "Start of structure or map found where not expected.")
	}
	return nil
}

// classes are what the service calls the kinds of scalar values.
var classes = map[kind]string{
	boolean: "java.lang.Boolean",
	integer: "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
	decimal: "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
	text:    "java.lang.String",
	blob:    "java.nio.HeapByteBuffer",
}

// mismatch says that the value at i is not of the type wanted, "an Integer".
func (d *Document) mismatch(i int32, wanted string) *Error {
	if err := d.wantScalar(i); err != nil {
		return err
	}
	return Errorf(codeSerialization, "class %s can not be converted to %s", classes[d.values[i].kind], wanted)
}

func (d *Document) fillString(i int32, v reflect.Value) *Error {
	if d.values[i].kind != text {
		return d.mismatch(i, "an String")
	}
	v.SetString(validText(d.values[i].text))
	return nil
}

// validText is a copy of a text in which bytes that are no UTF-8 are replaced.
func validText(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

func (d *Document) fillBoolean(i int32, v reflect.Value) *Error {
	x := &d.values[i]
	switch x.kind {
	case boolean:
		v.SetBool(x.flag)
		return nil
	case text:
		upper := strings.ToUpper(validText(x.text))
		switch upper {
		case "TRUE", "YES", "1":
			v.SetBool(true)
		case "FALSE", "NO", "0":
			v.SetBool(false)
		default:
			return Errorf(codeSerialization, "'%s' can not be converted to an Boolean", upper)
		}
		return nil
	}
	return d.mismatch(i, "an Boolean")
}

func (d *Document) fillNumber(s *shape, i int32, v reflect.Value) *Error {
	x := &d.values[i]
	if x.kind != integer && x.kind != decimal {
		return d.mismatch(i, "an "+string(s.kind))
	}
	v.SetInt(d.number(s, i))
	return nil
}

// whole is the number rounded down to an integer, the nearest there is.
func (x *value) whole() int64 {
	if x.kind == integer {
		n, _ := strconv.ParseInt(string(x.text), 10, 64) // out of range: the nearest, which is what is wanted
		return n
	}
	f, _ := strconv.ParseFloat(string(x.text), 64) // out of range: infinite
	return toInt(math.Floor(f))
}

// toInt converts a whole number to the nearest int64; no number becomes 0.
func toInt(f float64) int64 {
	switch {
	case f >= math.MaxInt64:
		return math.MaxInt64
	case f <= math.MinInt64:
		return math.MinInt64
	case f != f:
		return 0
	}
	return int64(f)
}

// The times that are taken: year 1 to 9999. Beyond, the end of the range is meant.
var (
	firstMillis = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).UnixMilli()
	lastMillis  = time.Date(9999, 12, 31, 23, 59, 59, 999e6, time.UTC).UnixMilli()
)

// fillTime reads seconds since 1970 with a fraction, but integers in CBOR, tagged or
// not, are milliseconds; and the ISO 8601 form, which the service's documentation
// promises to take.
func (d *Document) fillTime(i int32, v reflect.Value) *Error {
	x := &d.values[i]
	var ms int64
	switch {
	case x.kind == integer && d.format == CBOR:
		ms = x.whole()
	case x.kind == integer || x.kind == decimal:
		f, _ := strconv.ParseFloat(string(x.text), 64)
		if math.IsNaN(f) {
			return d.mismatch(i, "milliseconds since epoch")
		}
		ms = toInt(math.Round(f * 1000))
	case x.kind == text:
		t, err := time.Parse(time.RFC3339, string(x.text))
		if err != nil {
			return d.mismatch(i, "milliseconds since epoch")
		}
		ms = t.UnixMilli()
	default:
		return d.mismatch(i, "milliseconds since epoch")
	}
	v.Set(reflect.ValueOf(time.UnixMilli(min(max(ms, firstMillis), lastMillis)).UTC()))
	return nil
}

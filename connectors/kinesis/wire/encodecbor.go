package wire

import (
	"reflect"
	"time"
)

// cborHead appends the head of an item: its major type and argument.
func cborHead(dst []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(dst, major|byte(n))
	case n < 1<<8:
		return append(dst, major|24, byte(n))
	case n < 1<<16:
		return append(dst, major|25, byte(n>>8), byte(n))
	case n < 1<<32:
		return append(dst, major|26, byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
	}
	dst = append(dst, major|27)
	for shift := 56; shift >= 0; shift -= 8 {
		dst = append(dst, byte(n>>shift))
	}
	return dst
}

// cborEncoder appends CBOR, all lengths definite.
type cborEncoder struct{ b []byte }

func (e cborEncoder) structure(p *plan, v reflect.Value) []byte {
	n := 0
	for i := range p.fields {
		if _, ok := p.fields[i].sent(v); ok {
			n++
		}
	}
	e.b = cborHead(e.b, majorMap, uint64(n))
	for i := range p.fields {
		if x, ok := p.fields[i].sent(v); ok {
			e.b = append(e.b, p.fields[i].cbor...)
			e.b = e.value(x)
		}
	}
	return e.b
}

func (e cborEncoder) value(v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.String:
		return e.text(v.String())
	case reflect.Bool:
		if v.Bool() {
			return append(e.b, majorOther<<5|21)
		}
		return append(e.b, majorOther<<5|20)
	case reflect.Int32, reflect.Int64:
		return e.integer(v.Int())
	case reflect.Slice:
		return e.list(v)
	case reflect.Map:
		return e.mapping(v)
	}
	if v.Type() == timeType { // tag 1, and milliseconds, which is not what RFC 8949 means by it
		e.b = append(e.b, majorTag<<5|1)
		return e.integer(v.Interface().(time.Time).UnixMilli())
	}
	return e.structure(planOf(v.Type()), v)
}

func (e cborEncoder) text(s string) []byte {
	return append(cborHead(e.b, majorText, uint64(len(s))), s...)
}

func (e cborEncoder) integer(n int64) []byte {
	if n < 0 {
		return cborHead(e.b, majorNegative, uint64(-1-n))
	}
	return cborHead(e.b, majorUint, uint64(n))
}

func (e cborEncoder) list(v reflect.Value) []byte {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		return append(cborHead(e.b, majorBytes, uint64(v.Len())), v.Bytes()...)
	}
	e.b = cborHead(e.b, majorArray, uint64(v.Len()))
	for i := range v.Len() {
		e.b = e.value(v.Index(i))
	}
	return e.b
}

func (e cborEncoder) mapping(v reflect.Value) []byte {
	e.b = cborHead(e.b, majorMap, uint64(v.Len()))
	for _, key := range sortedKeys(v) {
		e.b = e.text(key.String())
		e.b = e.value(v.MapIndex(key))
	}
	return e.b
}

// texts appends a map of keys and texts, leaving out those that are empty.
func (e cborEncoder) texts(pairs ...string) []byte {
	n := 0
	for i := 1; i < len(pairs); i += 2 {
		if pairs[i] != "" {
			n++
		}
	}
	e.b = cborHead(e.b, majorMap, uint64(n))
	for i := 1; i < len(pairs); i += 2 {
		if pairs[i] != "" {
			e.b = e.text(pairs[i-1])
			e.b = e.text(pairs[i])
		}
	}
	return e.b
}

package expr

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"unicode/utf8"
)

// object is a JSON object in the order in which it was written.
type object struct {
	keys   []string
	values map[string]any
}

func newObject() *object { return &object{values: map[string]any{}} }

func (o *object) set(key string, v any) {
	if _, ok := o.values[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.values[key] = v
}

func (o *object) remove(key string) {
	delete(o.values, key)
	for i, k := range o.keys {
		if k == key {
			o.keys = append(o.keys[:i:i], o.keys[i+1:]...)
			return
		}
	}
}

// parseJSON reads one JSON value: nil, bool, json.Number, string, []any, *object.
func parseJSON(text []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	v, err := readJSON(d, 0)
	if err != nil {
		return nil, err
	}
	if d.More() || len(trimBlanks(text[d.InputOffset():])) > 0 {
		return nil, errTrailing
	}
	return v, nil
}

var (
	errTrailing = errors.New("text behind a JSON value")
	errDepth    = errors.New("JSON is nested too deeply")
)

// maxDepth is how deep JSON may be nested, as in encoding/json.
const maxDepth = 10_000

func readJSON(d *json.Decoder, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errDepth
	}
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('['):
		return readArray(d, depth+1)
	case json.Delim('{'):
		return readObject(d, depth+1)
	}
	return t, nil
}

func readArray(d *json.Decoder, depth int) (any, error) {
	out := []any{}
	for d.More() {
		v, err := readJSON(d, depth)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err := d.Token()
	return out, err
}

func readObject(d *json.Decoder, depth int) (any, error) {
	out := newObject()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := readJSON(d, depth)
		if err != nil {
			return nil, err
		}
		out.set(key.(string), v)
	}
	_, err := d.Token()
	return out, err
}

// appendJSON writes a value compactly, as the engine stores JSON.
func appendJSON(dst []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(dst, "null"...)
	case bool:
		if v {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case json.Number:
		return append(dst, v...)
	case string:
		return quoteJSON(dst, v)
	case []any:
		dst = append(dst, '[')
		for i, e := range v {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = appendJSON(dst, e)
		}
		return append(dst, ']')
	}
	o := v.(*object)
	dst = append(dst, '{')
	for i, k := range o.keys {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(quoteJSON(dst, k), ':')
		dst = appendJSON(dst, o.values[k])
	}
	return append(dst, '}')
}

const hexDigits = "0123456789abcdef"

// quoteJSON writes a JSON string; characters that need no escape stay as they are.
func quoteJSON(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			dst = utf8.AppendRune(dst, r)
			i += size
			continue
		}
		i++
		if k := strings.IndexByte("\"\\\n\r\t\b\f", c); k >= 0 {
			dst = append(dst, '\\', `"\nrtbf`[k])
			continue
		}
		if c < ' ' {
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
			continue
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

// unquoteJSON takes the quotes and escapes off a JSON string; what is none, or is
// not well formed, stays as it is.
func unquoteJSON(text []byte) []byte {
	text = trimBlanks(text)
	if len(text) < 2 || text[0] != '"' {
		return text
	}
	if inner := text[1 : len(text)-1]; bytes.IndexByte(inner, '\\') < 0 {
		return inner
	}
	var s string
	if json.Unmarshal(text, &s) != nil {
		return text
	}
	return []byte(s)
}

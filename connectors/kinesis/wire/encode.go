package wire

import (
	"encoding/base64"
	"encoding/json"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"time"
	"unicode/utf8"
)

// Encode appends a response, or any structure of the SDK's types, in a format.
// Members that are nil are left out, but lists that the model demands are then
// empty. A response that has no members at all is an empty body, not {}.
func Encode(format Format, dst []byte, out any) []byte {
	v := reflect.ValueOf(out)
	for v.Kind() == reflect.Pointer {
		if v.IsNil() {
			return dst
		}
		v = v.Elem()
	}
	p := planOf(v.Type())
	if len(p.fields) == 0 {
		return dst
	}
	if format == CBOR {
		return cborEncoder{dst}.structure(p, v)
	}
	return jsonEncoder{dst}.structure(p, v)
}

// plan is how a structure is encoded.
type plan struct{ fields []field }

// field is a member of a structure that may be sent.
type field struct {
	index int
	json  string // the key with quotes and colon
	cbor  string // the key
	empty bool   // sent empty when nil
}

// neverAbsent are the lists and blobs that a response must hold.
var neverAbsent = map[string][]string{
	"ChildShard":                {"ParentShards"},
	"EnhancedMetrics":           {"ShardLevelMetrics"},
	"GetRecordsOutput":          {"Records"},
	"ListChannelsOutput":        {"ChannelSummaries"},
	"ListShardsOutput":          {"Shards"},
	"ListStreamConsumersOutput": {"Consumers"},
	"ListStreamsOutput":         {"StreamNames", "StreamSummaries"},
	"ListTagsForResourceOutput": {"Tags"},
	"ListTagsForStreamOutput":   {"Tags"},
	"PutRecordsOutput":          {"Records"},
	"Record":                    {"Data"},
	"StreamDescription":         {"Shards", "EnhancedMonitoring"},
	"StreamDescriptionSummary":  {"EnhancedMonitoring"},
	"SubscribeToShardEvent":     {"Records"},
}

var plans sync.Map // reflect.Type -> *plan

// planOf finds the members of a structure: its exported fields but for what the SDK
// adds of its own.
func planOf(t reflect.Type) *plan {
	if p, ok := plans.Load(t); ok {
		return p.(*plan)
	}
	p := &plan{}
	for i := range t.NumField() {
		f := t.Field(i)
		if !f.IsExported() || f.Name == "ResultMetadata" {
			continue
		}
		p.fields = append(p.fields, field{
			index: i,
			json:  `"` + f.Name + `":`,
			cbor:  string(append(cborHead(nil, majorText, uint64(len(f.Name))), f.Name...)),
			empty: slices.Contains(neverAbsent[t.Name()], f.Name),
		})
	}
	plans.Store(t, p)
	return p
}

// sent returns the value of a field behind its pointer, and whether it is to be sent.
func (f *field) sent(structure reflect.Value) (reflect.Value, bool) {
	v := structure.Field(f.index)
	switch v.Kind() {
	case reflect.Pointer:
		return v.Elem(), !v.IsNil()
	case reflect.Slice, reflect.Map:
		return v, f.empty || !v.IsNil()
	case reflect.String: // an enum
		return v, v.Len() > 0
	}
	return v, true
}

var timeType = reflect.TypeFor[time.Time]()

// jsonEncoder appends JSON.
type jsonEncoder struct{ b []byte }

func (e jsonEncoder) structure(p *plan, v reflect.Value) []byte {
	e.b = append(e.b, '{')
	first := true
	for i := range p.fields {
		x, ok := p.fields[i].sent(v)
		if !ok {
			continue
		}
		if !first {
			e.b = append(e.b, ',')
		}
		first = false
		e.b = append(e.b, p.fields[i].json...)
		e.b = e.value(x)
	}
	return append(e.b, '}')
}

func (e jsonEncoder) value(v reflect.Value) []byte {
	switch v.Kind() {
	case reflect.String:
		return appendJSONText(e.b, v.String())
	case reflect.Bool:
		return strconv.AppendBool(e.b, v.Bool())
	case reflect.Int32, reflect.Int64:
		return strconv.AppendInt(e.b, v.Int(), 10)
	case reflect.Slice:
		return e.list(v)
	case reflect.Map:
		return e.mapping(v)
	}
	if v.Type() == timeType {
		return appendSeconds(e.b, v.Interface().(time.Time))
	}
	return e.structure(planOf(v.Type()), v)
}

func (e jsonEncoder) list(v reflect.Value) []byte {
	if v.Type().Elem().Kind() == reflect.Uint8 {
		e.b = append(e.b, '"')
		e.b = base64.StdEncoding.AppendEncode(e.b, v.Bytes())
		return append(e.b, '"')
	}
	e.b = append(e.b, '[')
	for i := range v.Len() {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.b = e.value(v.Index(i))
	}
	return append(e.b, ']')
}

func (e jsonEncoder) mapping(v reflect.Value) []byte {
	e.b = append(e.b, '{')
	for i, key := range sortedKeys(v) {
		if i > 0 {
			e.b = append(e.b, ',')
		}
		e.b = append(appendJSONText(e.b, key.String()), ':')
		e.b = e.value(v.MapIndex(key))
	}
	return append(e.b, '}')
}

func sortedKeys(m reflect.Value) []reflect.Value {
	keys := m.MapKeys()
	slices.SortFunc(keys, func(a, b reflect.Value) int {
		if a.String() < b.String() {
			return -1
		}
		return 1
	})
	return keys
}

// appendSeconds appends a time as seconds since 1970 with milliseconds if there are any.
func appendSeconds(dst []byte, t time.Time) []byte {
	ms := t.UnixMilli()
	if ms%1000 == 0 {
		return strconv.AppendInt(dst, ms/1000, 10)
	}
	return strconv.AppendFloat(dst, float64(ms)/1000, 'f', -1, 64)
}

// appendJSONText appends a text in quotes.
func appendJSONText(dst []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return appendEscaped(dst, s)
		}
	}
	if !utf8.ValidString(s) {
		return appendEscaped(dst, s)
	}
	dst = append(dst, '"')
	dst = append(dst, s...)
	return append(dst, '"')
}

func appendEscaped(dst []byte, s string) []byte {
	b, err := json.Marshal(s)
	if err != nil {
		return append(dst, `""`...) // cannot be: every string has a JSON form
	}
	return append(dst, b...)
}

// AppendError appends an error's body.
func AppendError(format Format, dst []byte, e *Error) []byte {
	key := "message"
	if e.Code == codeSerialization {
		key = "Message"
	}
	if format == CBOR {
		return cborEncoder{dst}.texts("__type", e.Code, key, e.Message)
	}
	dst = appendJSONText(append(dst, `{"__type":`...), e.Code)
	if e.Message != "" {
		dst = appendJSONText(append(dst, `,"`+key+`":`...), e.Message)
	}
	return append(dst, '}')
}

package wire

import (
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/fxamacker/cbor/v2"
)

var seeds = []struct{ action, body string }{
	{"PutRecords", `{"StreamName":"s","Records":[{"Data":"YmxvYg==","PartitionKey":"a\u00e9\n","ExplicitHashKey":"1"},{"Data":"","PartitionKey":"b"}]}`},
	{"CreateStream", `{"StreamName":"s","ShardCount":2,"StreamModeDetails":{"StreamMode":"ON_DEMAND"},"Tags":{"a":"b","c":""}}`},
	{"GetShardIterator", `{"StreamName":"s","ShardId":"shardId-0","ShardIteratorType":"AT_TIMESTAMP","Timestamp":1.5e9,"DryRun":false}`},
	{"ListChannels", `{"StreamFilter":[{"StreamARN":"a","StreamCreationTimestamp":null}],"MaxResults":-3.5}`},
	{"RemoveTagsFromStream", `{"TagKeys":["a",null,"b"],"Other":[[],{},[{"x":1}],true]}`},
}

// FuzzJSON: decoding never panics, and says the same of a document in CBOR.
func FuzzJSON(f *testing.F) {
	for _, s := range seeds {
		f.Add(s.action, s.body)
	}
	f.Fuzz(func(t *testing.T, action, body string) {
		in, err := decodeAny(JSON, action, []byte(body))
		var tree any
		d := json.NewDecoder(strings.NewReader(body))
		d.UseNumber()
		if in == nil || d.Decode(&tree) != nil || hasTime(action) {
			return
		}
		again, errAgain := decodeAny(CBOR, action, plainCBOR(t, tree))
		if !reflect.DeepEqual(err, errAgain) || err == nil && !reflect.DeepEqual(in, again) {
			t.Errorf("%s %s\nJSON %+v %v\nCBOR %+v %v", action, body, in, err, again, errAgain)
		}
	})
}

// hasTime tells the actions whose times differ between the formats.
func hasTime(action string) bool {
	return slices.ContainsFunc(actionShapes[action].members, func(m member) bool {
		return strings.Contains(m.name, "Timestamp") || m.shape.name == "ShardFilter" ||
			m.shape.name == "StartingPosition" || m.shape.name == "StreamFilterList"
	})
}

// plainCBOR writes a JSON tree as CBOR, keeping the order of members by sorting in both.
func plainCBOR(t *testing.T, tree any) []byte {
	t.Helper()
	mode, err := cbor.EncOptions{}.EncMode()
	if err != nil {
		t.Fatal(err)
	}
	b, err := mode.Marshal(plain(tree))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func plain(v any) any {
	switch x := v.(type) {
	case map[string]any:
		for k := range x {
			x[k] = plain(x[k])
		}
	case []any:
		for i := range x {
			x[i] = plain(x[i])
		}
	case json.Number:
		if n, err := x.Int64(); err == nil {
			return n
		}
		f, _ := x.Float64()
		return f
	}
	return v
}

// decodeAny decodes into the input of an action; nil if there is no such, or no document.
func decodeAny(f Format, action string, body []byte) (any, *Error) {
	if actionShapes[action] == nil {
		return nil, nil
	}
	d, err := Parse(f, body)
	if err != nil {
		return nil, err
	}
	in := inputs()[action]
	return in, d.Decode(action, in)
}

// FuzzCBOR: decoding never panics and holds to its limits.
func FuzzCBOR(f *testing.F) {
	for _, s := range seeds {
		var tree any
		if err := json.Unmarshal([]byte(s.body), &tree); err != nil {
			f.Fatal(err)
		}
		b, err := cbor.Marshal(tree)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(s.action, b)
	}
	f.Add("PutRecord", []byte("\xbf\x64Data\x5f\x42ab\x41c\xff\x6cPartitionKey\x7f\x61k\xff\xff"))
	f.Fuzz(func(t *testing.T, action string, body []byte) {
		in, err := decodeAny(CBOR, action, body)
		if in != nil && err == nil {
			Encode(CBOR, nil, in)
			if b := Encode(JSON, nil, in); len(b) > 0 && !json.Valid(b) {
				t.Errorf("%x: encoded to %s", body, b)
			}
		}
	})
}

// TestMalformedBodies decodes 100,000 damaged requests: none panics, and memory stays bounded.
func TestMalformedBodies(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var bodies [][]byte
	for _, s := range seeds {
		var tree any
		if err := json.Unmarshal([]byte(s.body), &tree); err != nil {
			t.Fatal(err)
		}
		b, err := cbor.Marshal(tree)
		if err != nil {
			t.Fatal(err)
		}
		bodies = append(bodies, []byte(s.body), b)
	}
	ins := inputs()
	refused := 0
	for i := range 100_000 {
		k := r.IntN(len(bodies))
		d, err := Parse(Format(k%2), damage(r, slices.Clone(bodies[k])))
		if err == nil {
			err = d.Decode(seeds[k/2].action, ins[seeds[k/2].action])
			d.Release()
		}
		if err != nil {
			refused++
			if err.Code != codeSerialization && err.Code != codeValidation || err.Status != 400 {
				t.Fatalf("request %d: %+v", i, err)
			}
		}
	}
	if refused < 50_000 {
		t.Errorf("only %d of 100,000 damaged requests were refused: the damage is too little to test anything", refused)
	}
}

// damage changes a body in a few places.
func damage(r *rand.Rand, b []byte) []byte {
	for range 1 + r.IntN(4) {
		at := r.IntN(len(b))
		switch r.IntN(4) {
		case 0:
			b[at] = byte(r.Uint32())
		case 1:
			b = slices.Delete(b, at, min(len(b), at+1+r.IntN(4)))
		case 2:
			b = slices.Insert(b, at, b[r.IntN(len(b)):]...)
		case 3:
			b[at] ^= 1 << r.IntN(8)
		}
		if len(b) == 0 {
			b = []byte{'{'}
		}
	}
	return b
}

// TestLimits: documents that are deep or of many values are refused, at little cost.
func TestLimits(t *testing.T) {
	const mega = 14 << 20
	for name, c := range map[string]struct {
		format Format
		body   []byte
	}{
		"deep JSON":        {JSON, []byte(`{"a":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`)},
		"very deep JSON":   {JSON, []byte(strings.Repeat("[", mega))},
		"wide JSON":        {JSON, []byte("[" + strings.Repeat("1,", mega/2) + "1]")},
		"deep CBOR":        {CBOR, append(slices.Repeat([]byte{0x81}, 100), 0x80)},
		"very deep CBOR":   {CBOR, slices.Repeat([]byte{0x81}, mega)},
		"tags in CBOR":     {CBOR, append(slices.Repeat([]byte{0xc1}, 1000), 0x80)},
		"wide CBOR":        {CBOR, append(append([]byte{0x9f}, make([]byte, mega)...), 0xff)},
		"long array CBOR":  {CBOR, []byte{0x9b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
		"long string CBOR": {CBOR, []byte{0x81, 0x5b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Parse(c.format, c.body)
		runtime.ReadMemStats(&after)
		if err == nil || err.Code != codeSerialization {
			t.Errorf("%s: got %v, want a %s", name, err, codeSerialization)
		}
		if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20 {
			t.Errorf("%s: %d MiB were allocated to refuse it", name, used>>20)
		}
	}
}

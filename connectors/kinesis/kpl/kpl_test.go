package kpl_test

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"kinesql/connectors/kinesis/kpl"
)

// message wraps a hand-written protocol buffer as an aggregated record.
func message(t testing.TB, text string) []byte {
	t.Helper()
	body, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	sum := md5.Sum(body)
	return append(append([]byte{0xf3, 0x89, 0x9a, 0xc2}, body...), sum[:]...)
}

func record(key, hash, data string) kpl.Record {
	r := kpl.Record{Key: []byte(key), Data: []byte(data)}
	if hash != "" {
		r.Hash = []byte(hash)
	}
	return r
}

func TestUnpackByHand(t *testing.T) {
	for name, c := range map[string]struct {
		body string
		want []kpl.Record
		ok   bool
	}{
		// 0a01"a": key table; 1a..: record {1: 0, 3: "x"}
		"one record":             {"0a0161" + "1a050800" + "1a0178", []kpl.Record{record("a", "", "x")}, true},
		"hash key":               {"0a0161" + "120137" + "1a070800" + "1000" + "1a0178", []kpl.Record{record("a", "7", "x")}, true},
		"tables behind records":  {"1a050801" + "1a0178" + "0a0161" + "0a0162", []kpl.Record{record("b", "", "x")}, true},
		"tags and unknown":       {"0a0161" + "1a0b0800" + "1a0178" + "22040a02" + "6b31" + "2801", []kpl.Record{record("a", "", "x")}, true},
		"empty data":             {"0a0161" + "1a040800" + "1a00", []kpl.Record{record("a", "", "")}, true},
		"nothing":                {"", nil, true},
		"key index beyond table": {"0a0161" + "1a050801" + "1a0178", nil, false},
		"hash index beyond":      {"0a0161" + "1a070800" + "1000" + "1a0178", nil, false},
		"no data":                {"0a0161" + "1a020800", nil, false},
		"no key":                 {"0a0161" + "1a031a0178", nil, false},
		"cut":                    {"0a0161" + "1a060800" + "1a0178", nil, false},
	} {
		got, ok := kpl.Unpack(message(t, c.body), nil)
		if diff := cmp.Diff(c.want, got); ok != c.ok || diff != "" {
			t.Errorf("%s: %v, %s", name, ok, diff)
		}
	}
}

func TestOrdinaryRecordsStayWhole(t *testing.T) {
	good := message(t, "0a0161"+"1a050800"+"1a0178")
	for i := range good {
		bad := bytes.Clone(good)
		bad[i] ^= 1
		if got, ok := kpl.Unpack(bad, nil); ok || got != nil {
			t.Errorf("byte %d changed: got %v", i, got)
		}
		if got, ok := kpl.Unpack(good[:i], nil); ok || got != nil {
			t.Errorf("cut at %d: got %v", i, got)
		}
	}
}

func TestRoundTrip(t *testing.T) {
	texts := rapid.SliceOfN(rapid.Byte(), 0, 20)
	rapid.Check(t, func(t *rapid.T) {
		var list []kpl.Record
		for range rapid.IntRange(0, 30).Draw(t, "records") {
			r := kpl.Record{Key: texts.Draw(t, "key"), Data: texts.Draw(t, "data")}
			if rapid.Bool().Draw(t, "hashed") {
				r.Hash = texts.Draw(t, "hash")
			}
			list = append(list, r)
		}
		got, ok := kpl.Unpack(kpl.Pack(nil, list), nil)
		if diff := cmp.Diff(list, got); !ok || diff != "" {
			t.Fatalf("%v, %s", ok, diff)
		}
	})
}

// FuzzUnpack looks for inputs that panic, and for records that are not parts of
// their input.
func FuzzUnpack(f *testing.F) {
	f.Add([]byte{0x0a, 1, 'a', 0x1a, 5, 8, 0, 0x1a, 1, 'x'})
	f.Add([]byte{0x1a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, body []byte) {
		sum := md5.Sum(body)
		data := append(append([]byte{0xf3, 0x89, 0x9a, 0xc2}, body...), sum[:]...)
		list, _ := kpl.Unpack(data, nil)
		total := 0
		for _, r := range list {
			total += len(r.Data)
		}
		if total > len(data) {
			t.Errorf("%d bytes came of %d", total, len(data))
		}
	})
}

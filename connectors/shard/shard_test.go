package shard_test

import (
	"bytes"
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kinesql/connectors/shard"
)

// Sequence numbers that the AWS documentation prints (Kinesis Data Streams
// Developer Guide and AWS CLI reference, put-record), all of shard 0.
func TestParseSequenceOfDocumentation(t *testing.T) {
	for _, text := range []string{
		"49546986683135544286507457935754639466300920667981217794",
		"49546986683135544286507457936321625675700192471156785154",
		"49543463076548007577105092703039560359975228518395012686",
	} {
		q, err := shard.ParseSequence(text)
		if text[len(text)-1] == '6' { // its last hexadecimal digit is no version 2
			if err == nil {
				t.Errorf("%s was taken for a sequence number", text)
			}
			continue
		}
		if err != nil || q.Shard != 0 || q.String() != text {
			t.Errorf("%s: got %+v, %v", text, q, err)
		}
		if made := time.Unix(q.Created, 0).UTC().Year(); made < 2013 || made > 2016 {
			t.Errorf("%s: shard made in %d", text, made)
		}
	}
}

func TestSequenceRoundTripAndOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		sh := shard.Shard{Index: rapid.Uint32Range(0, 1<<31-1).Draw(t, "shard"), Created: time.Unix(rapid.Int64Range(1, 1<<35).Draw(t, "created"), 0)}
		counter := rapid.Uint64Range(0, shard.EndCounter-1).Draw(t, "counter")
		at := rapid.Int64Range(0, 1<<42).Draw(t, "ms")
		q := sh.Sequence(counter, at)
		back, err := shard.ParseSequence(q.String())
		if err != nil || back != q || len(q.String()) != 56 {
			t.Fatalf("%s: %+v became %+v, %v", q, q, back, err)
		}
		if next := sh.Sequence(counter+1, at); next.String() <= q.String() {
			t.Fatalf("%s does not come after %s", next, q)
		}
	})
}

func TestParseSequenceRefuses(t *testing.T) {
	for _, text := range []string{"", "0", "-1", "+5", "LATEST", "49", "1e55", string(bytes.Repeat([]byte("9"), 56)), string(bytes.Repeat([]byte("4"), 5000))} {
		if q, err := shard.ParseSequence(text); err == nil {
			t.Errorf("%.60q: got %+v", text, q)
		}
	}
}

func TestHashAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := shard.Hash{Hi: rapid.Uint64().Draw(t, "hi"), Lo: rapid.Uint64().Draw(t, "lo")}
		n := h.Big()
		back, err := shard.ParseHash(n.String())
		if err != nil || back != h {
			t.Fatalf("%s became %v, %v", n, back, err)
		}
		if h != shard.MaxHash && h.Next().Big().Cmp(new(big.Int).Add(n, big.NewInt(1))) != 0 {
			t.Fatalf("%s + 1 = %s", n, h.Next())
		}
		if h.Next().Previous() != h {
			t.Fatalf("%s + 1 - 1 = %s", n, h.Next().Previous())
		}
	})
	for _, text := range []string{"", "00", "-1", "x", "340282366920938463463374607431768211456", "999999999999999999999999999999999999999"} {
		if h, err := shard.ParseHash(text); err == nil {
			t.Errorf("%q: got %s", text, h)
		}
	}
}

func TestEvenRanges(t *testing.T) {
	got := shard.EvenRanges(3)
	want := []string{ // 2^128/3 rounded down, as CreateStream divides
		"[0, 113427455640312821154458202477256070484]",
		"[113427455640312821154458202477256070485, 226854911280625642308916404954512140969]",
		"[226854911280625642308916404954512140970, 340282366920938463463374607431768211455]",
	}
	for i, r := range got {
		if r.String() != want[i] {
			t.Errorf("range %d: got %s, want %s", i, r, want[i])
		}
	}
}

// The MD5 of "a" is 0cc175b9c0f1b6a831c399e269772661 (RFC 1321, A.5).
func TestHashKey(t *testing.T) {
	if got, want := shard.HashKey([]byte("a")), (shard.Hash{Hi: 0x0cc175b9c0f1b6a8, Lo: 0x31c399e269772661}); got != want {
		t.Errorf("got %x, want %x", got, want)
	}
}

func TestRecordsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		bytesGen := rapid.SliceOfN(rapid.Byte(), 0, 300)
		keys := rapid.SliceOfN(bytesGen, 0, 5).Draw(t, "keys")
		var payload []byte
		for _, k := range keys {
			payload = shard.AppendRecord(payload, k, slices.Concat(k, k))
		}
		for _, k := range keys {
			key, data, rest, err := shard.NextRecord(payload)
			if err != nil || !bytes.Equal(key, k) || !bytes.Equal(data, slices.Concat(k, k)) {
				t.Fatalf("got %q %q %v, want %q", key, data, err, k)
			}
			payload = rest
		}
		if len(payload) != 0 {
			t.Fatalf("%d bytes are left", len(payload))
		}
	})
}

func FuzzNextRecord(f *testing.F) {
	f.Add(shard.AppendRecord(nil, []byte("k"), []byte("data")))
	f.Add([]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01})
	f.Fuzz(func(t *testing.T, payload []byte) {
		for len(payload) > 0 {
			key, data, rest, err := shard.NextRecord(payload)
			if err != nil {
				return
			}
			if len(key)+len(data)+len(rest) >= len(payload) {
				t.Fatalf("%d bytes gave %d + %d + %d", len(payload), len(key), len(data), len(rest))
			}
			payload = rest
		}
	})
}

func TestNames(t *testing.T) {
	for text, want := range map[string]uint32{"shardId-000000000003": 3, "shardId-3": 3, "3": 3} {
		if got, ok := shard.ParseName(text); !ok || got != want {
			t.Errorf("%s: got %d, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "shardId-", "shard-1", "2147483648", "-1"} {
		if got, ok := shard.ParseName(text); ok {
			t.Errorf("%q: got %d", text, got)
		}
	}
}

package shard_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kinesql/connectors/shard"
)

// bigNumber is the layout of a sequence number, digit by digit in hexadecimal,
// converted by the arithmetic of math/big.
func bigNumber(q shard.Sequence) string {
	n, ok := new(big.Int).SetString(fmt.Sprintf("2%09x%x%016x00%09x%08x2", q.Created, q.Shard&0xf, q.Counter, q.Time, q.Shard), 16)
	if !ok {
		panic("no hexadecimal number")
	}
	return n.String()
}

func TestDecimalAgainstBigIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := shard.Sequence{
			Created: rapid.Int64Range(0, 1<<36-1).Draw(t, "created"),
			Counter: rapid.Uint64Range(0, shard.EndCounter).Draw(t, "counter"),
			Time:    rapid.Int64Range(0, 1<<36-1).Draw(t, "time"),
			Shard:   rapid.Uint32().Draw(t, "shard"),
		}
		d := q.Decimal()
		for range rapid.IntRange(1, 20).Draw(t, "records") {
			if got, want := string(d.Append(nil)), bigNumber(q); got != want {
				t.Fatalf("%+v: got %s, want %s", q, got, want)
			}
			d.Next()
			q.Counter++
		}
	})
}

// A carry that runs through all limbs is too rare for chance.
func TestDecimalCarries(t *testing.T) {
	for _, counter := range []uint64{0, 1<<16 - 1, 1<<32 - 1, 1<<48 - 1, 9_999_999_999_999_999, 99_999_999_999_999_999, shard.EndCounter - 1000} {
		q := shard.Sequence{Created: 1_700_000_000, Counter: counter, Time: 1_700_000_000, Shard: 7}
		d := q.Decimal()
		for range 1000 {
			d.Next()
			q.Counter++
			if got, want := string(d.Append(nil)), bigNumber(q); got != want {
				t.Fatalf("%+v: got %s, want %s", q, got, want)
			}
		}
	}
}

func TestPlacesOfNumbers(t *testing.T) {
	sh := shard.Shard{Index: 3, Created: time.Unix(1_700_000_000, 0)}
	start := sh.StartingSequence()
	first := sh.Sequence(0, 1_700_000_000_000) // in the second of the shard's creation
	if start.String() >= first.String() {
		t.Errorf("the first record, %s, does not come after the start, %s", first, start)
	}
	for _, c := range []struct {
		q         shard.Sequence
		at, after uint64
	}{{start, 0, 0}, {first, 0, 1}, {sh.Sequence(41, 0), 41, 42}} {
		if c.q.At() != c.at || c.q.After() != c.after {
			t.Errorf("%+v: at %d, after %d; want %d, %d", c.q, c.q.At(), c.q.After(), c.at, c.after)
		}
	}
}

func BenchmarkDecimal(b *testing.B) {
	d := shard.Sequence{Created: 1_700_000_000, Counter: 5, Time: 1_700_000_000, Shard: 1}.Decimal()
	var buf []byte
	for b.Loop() {
		buf = d.Append(buf[:0])
		d.Next()
	}
}

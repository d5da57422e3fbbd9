package json

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// placeOf is the first byte of b from i that stop holds for, or len(b).
func placeOf(b []byte, i int, stop func(c byte) bool) int {
	for i < len(b) && !stop(b[i]) {
		i++
	}
	return i
}

func isStop(c byte) bool     { return c < ' ' || c == '"' || c == '\\' }
func isNotPlain(c byte) bool { return isStop(c) || c >= 0x80 }

func checkStops(t *testing.T, b []byte, i int) {
	t.Helper()
	for _, c := range []struct {
		name string
		find func([]byte, int) int
		stop func(byte) bool
	}{
		{"stops", stops, isStop}, {"stopsPure", stopsPure, isStop},
		{"plain", plain, isNotPlain}, {"plainPure", plainPure, isNotPlain},
	} {
		if got, want := c.find(b, i), placeOf(b, i, c.stop); got != want {
			t.Fatalf("%s(%q, %d) = %d, want %d", c.name, b, i, got, want)
		}
	}
}

// closingOf is closing by bytes.
func closingOf(b []byte, i int) (at int, escaped bool) {
	for ; i < len(b) && b[i] != '"'; i++ {
		if b[i] == '\\' {
			i, escaped = i+1, true
		}
	}
	return i, escaped
}

func checkClosing(t *testing.T, b []byte, i int) {
	t.Helper()
	want, escaped := closingOf(b, i)
	for name, find := range map[string]func([]byte, int) (int, bool){"closing": closing, "closingPure": closingPure} {
		if got, slash := find(b, i); min(got, len(b)) != min(want, len(b)) || slash != escaped {
			t.Fatalf("%s(%q, %d) = %d, %t, want %d, %t", name, b, i, got, slash, want, escaped)
		}
	}
}

// TestClosing tries texts of few characters, so with long runs of backslashes.
func TestClosing(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		b := make([]byte, r.IntN(140))
		slashes, quotes := r.IntN(100), r.IntN(10)
		for i := range b {
			switch n := r.IntN(100); {
			case n < slashes:
				b[i] = '\\'
			case n < slashes+quotes:
				b[i] = '"'
			default:
				b[i] = "a\xdc\xa2\x02"[r.IntN(4)]
			}
		}
		checkClosing(t, b, r.IntN(len(b)+1))
	}
}

// TestStopsAhead makes sure that the place returned is in b, and if it has a stop
// that this is the first.
func TestStopsAhead(t *testing.T) {
	for size := 73; size < 140; size++ {
		b := bytes.Repeat([]byte{'a'}, size)
		for first := range size + 1 {
			if first < size {
				b[first] = '"'
			}
			for i := range 40 {
				want, got := placeOf(b, i, isStop), stopsAhead(b, i)
				if got >= size || isStop(b[got]) && got != want || want < size-32 && got != want {
					t.Fatalf("stop at %d of %d, from %d: got %d", want, size, i, got)
				}
			}
			if first < size {
				b[first] = 'a'
			}
		}
	}
}

// TestStops tries each byte at each place of a text of each length.
func TestStops(t *testing.T) {
	for size := range 100 {
		b := bytes.Repeat([]byte{'a'}, size)
		checkStops(t, b, 0)
		for at := range size {
			for c := range 256 {
				b[at] = byte(c)
				checkStops(t, b, at/2)
			}
			b[at] = 'a'
		}
	}
}

func FuzzStops(f *testing.F) {
	f.Add([]byte("abc\"def\\\"\n"), uint8(2))
	f.Add(bytes.Repeat([]byte("ä\x1f ~\x7f!#[]"), 9), uint8(1))
	f.Fuzz(func(t *testing.T, b []byte, i uint8) {
		checkStops(t, b, min(int(i), len(b)))
		checkClosing(t, b, min(int(i), len(b)))
		if int(i)+8 <= len(b) {
			var want uint64
			for k := range 8 {
				want |= uint64(b[int(i)+k]) << (8 * k)
			}
			if got := word(b, int(i)); got != want {
				t.Fatalf("word(%q, %d) = %#x, want %#x", b, i, got, want)
			}
		}
	})
}

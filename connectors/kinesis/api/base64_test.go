package api

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"testing"
)

func FuzzBase64(f *testing.F) {
	for _, text := range []string{"", "AA==", "AAA=", "AAAA", "AB==", "AAAAAAAAAAA=", "AAAAAAAAAAB=", "AAAA\nAAAA", "AAAAAAAAAAA=AAAA", "=+/=", "AAAAAAA\xff", "AAAAAAAAAAAAAAAAAAAAAA=="} {
		f.Add([]byte(text))
	}
	long := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0, 1, 0xff, 0x3e, 0x7f}, 60))
	for _, at := range []int{0, 31, 32, 47, 95, 96, 200, len(long) - 33} {
		for _, c := range []string{"\n", "=", "-", "\x80", "\xff"} {
			f.Add([]byte(long[:at] + c + long[at+1:]))
		}
	}
	for n := range 12 {
		f.Add([]byte(long[n*4:]))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		encoded := appendBase64([]byte("x"), text)
		if want := "x" + base64.StdEncoding.EncodeToString(text); string(encoded) != want {
			t.Fatalf("%q is encoded as %s, want %s", text, encoded, want)
		}
		checkDecode(t, encoded[1:])
		checkDecode(t, text)
	})
}

// checkDecode compares with the standard library: the size that is foretold, the
// bytes, and whether there is anything wrong.
func checkDecode(t *testing.T, text []byte) {
	t.Helper()
	want, err := strictBase64.DecodeString(string(text))
	size, ok := base64Size(text)
	if err == nil && (!ok || size != len(want)) && !bytes.ContainsAny(text, "\r\n") {
		t.Fatalf("%q: the size is said to be %d, %v; it is %d", text, size, ok, len(want))
	}
	if !ok {
		return
	}
	dst := bytes.Repeat([]byte{0xee}, size+1)
	n, ok := decodeBase64(dst[:size:size], text)
	if same := ok && n == size; same != (err == nil && len(want) == size) || same && !bytes.Equal(dst[:n], want) || dst[size] != 0xee {
		t.Fatalf("%q: got %q, %d, %v; want %q, %v", text, dst, n, ok, want, err)
	}
}

func BenchmarkBase64(b *testing.B) {
	for _, size := range []int{20, 100, 1000} {
		data := make([]byte, size)
		text := []byte(base64.StdEncoding.EncodeToString(data))
		b.Run(fmt.Sprintf("decode/bytes=%d", size), func(b *testing.B) {
			b.SetBytes(int64(size))
			for b.Loop() {
				decodeBase64(data, text)
			}
		})
	}
	b.Run("encode", func(b *testing.B) {
		data := make([]byte, 100)
		var buf []byte
		for b.Loop() {
			buf = appendBase64(buf[:0], data)
		}
	})
}

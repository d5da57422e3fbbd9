package json

import (
	"math/rand/v2"
	"testing"
	"unicode/utf8"
)

func checkValid(t *testing.T, text []byte) {
	t.Helper()
	for _, behind := range []string{`"`, `",   `, `","näme":1}`} {
		b := append(append([]byte(`{"`), text...), behind...)
		if got, want := validUTF8(b, 2, 2+len(text)), utf8.Valid(text); got != want {
			t.Fatalf("%x before %s: %t, want %t", text, behind, got, want)
		}
	}
}

// TestValidUTF8 tries each first and second byte before bytes at the bounds.
func TestValidUTF8(t *testing.T) {
	for first := range 256 {
		for second := range 256 {
			for _, third := range []byte{0, 0x7f, 0x80, 0xbf, 0xc0, 0xff} {
				checkValid(t, []byte{byte(first), byte(second), third, 0x80})
				checkValid(t, []byte{'a', byte(first), byte(second), third, 'b'})
			}
			checkValid(t, []byte{byte(first), byte(second)})
			checkValid(t, []byte{byte(first)})
		}
	}
}

// TestValidUTF8Long tries texts of characters, some broken in one place.
func TestValidUTF8Long(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	alphabet := []rune("abcdefgh\u00e9\u0416\u65e5\u2028\ufffd\ud7ff\ue000\U0001F600\U00010000\U0010FFFF")
	for range 20_000 {
		var text []byte
		for range r.IntN(20) {
			text = utf8.AppendRune(text, alphabet[r.IntN(len(alphabet))])
		}
		checkValid(t, text)
		if len(text) > 0 {
			text[r.IntN(len(text))] = byte(r.IntN(256))
			checkValid(t, text)
		}
	}
}

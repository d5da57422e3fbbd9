package json

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestUnescapeWell compares the one pass with the two that it stands for.
func TestUnescapeWell(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	pieces := []string{"a", "bcdefghijk", "\u00e9", "\u65e5", "\U0001F600", `\n`, `\"`, `\\`, `\/`, `\u0041`, `\u00e9`, `\uD83D\uDE00`,
		`\ud83d`, `\ude00`, `\u20aC`, "\x01", "\xff", `\x`, `\u12g4`, `\u12`, "\xed\xa0\x80", `\u0000`}
	wells := 0
	for range 100_000 {
		common := 6 + r.IntN(len(pieces)-5)
		var text []byte
		for range r.IntN(12) {
			text = append(text, pieces[r.IntN(common)]...)
		}
		behind := `","next":1}`[:1+r.IntN(11)]
		b := append(append([]byte("{\"\":\""), text...), behind...)
		const start = 5
		got, ok := unescapeWell([]byte("before"), b, start, start+len(text))
		problem := checkText(text)
		want := []byte("before")
		if problem == "" {
			want, problem = unescape(want, text)
		}
		if ok && (problem != "" || !bytes.Equal(got, want)) {
			t.Fatalf("%q: got %q, want %q, problem %q", text, got, want, problem)
		}
		if len(behind) >= 8 && ok != (problem == "") {
			t.Fatalf("%q: well %t, problem %q", text, ok, problem)
		}
		if ok {
			wells++
		}
	}
	if wells < 10_000 {
		t.Fatalf("only %d texts were well", wells)
	}
}

package lex

import (
	"fmt"
	"strings"
	"testing"

	"kinesql/sql/diag"
)

// TestTokens holds kinds, texts and places.
func TestTokens(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "",
		"a B1 _c $d é":                  "W:a W:B1 W:_c W:$d W:é",
		`"a""b" ` + "`c``d`":            "N:a\"b N:c`d",
		`'it''s' 'a\' ''`:               `S:it's S:a\ S:`,
		"1 1.5 .5 1. 1e3 1.5E-6 0x1f":   "#:1 #:1.5 #:.5 #:1. #:1e3 #:1.5E-6 #:0x1f",
		"1e a":                          "",
		"a.b t.1 (a).5":                 "W:a O:. W:b W:t O:. #:1 O:( W:a O:) O:. #:5",
		"x'1F' X''":                     "H:1F H:",
		"a<=>b<>c->>d->e||f::g:=h>>i=>": "W:a O:<=> W:b O:<> W:c O:->> W:d O:-> W:e O:|| W:f O::: W:g O::= W:h O:>> W:i O:=>",
		"a--x\nb#y\nc/* ; */d":          "W:a W:b W:c W:d",
		"date'2024'":                    "W:date S:2024",
	} {
		src := &diag.Source{Name: "t", Text: text}
		toks, err := Tokens(src)
		if err != nil {
			if want != "" || !strings.Contains(err.Error(), "malformed") {
				t.Errorf("%q: %v", text, err)
			}
			continue
		}
		var got []string
		for _, tok := range toks[:len(toks)-1] {
			got = append(got, fmt.Sprintf("%c:%s", "-WNS#HO"[tok.Kind], tok.Text))
			if k := tok.Kind; (k == Word || k == Op) && text[tok.At.Start:tok.At.End] != tok.Text {
				t.Errorf("%q: token %q stands at %v", text, tok.Text, tok.At)
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%q gives %s, want %s", text, s, want)
		}
	}
}

// TestIs holds that words match in any case, and quoted names never do.
func TestIs(t *testing.T) {
	word, name := Token{Kind: Word, Text: "Select"}, Token{Kind: Name, Text: "SELECT"}
	if !word.Is("SELECT") || word.Is("SELEC") || name.Is("SELECT") || !word.IsAny("FROM", "SELECT") || !name.IsName() {
		t.Error(word, name)
	}
}

// FuzzTokens holds that tokens stand in order within the text and that no bytes
// make the tokenizer panic.
func FuzzTokens(f *testing.F) {
	for _, s := range []string{"SELECT 'a''b' /* c */ \"d\"", "1.5e-3", "x'41'", "\xff", "'\x00'", "a–b", "0x", "`", "/*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		toks, err := Tokens(&diag.Source{Name: "f", Text: text})
		if err != nil {
			if !strings.Contains(err.Error(), "error KSQL-100") {
				t.Fatal(err)
			}
			return
		}
		last := 0
		for _, tok := range toks {
			if tok.At.Start < last || tok.At.End > len(text) || tok.At.End < tok.At.Start {
				t.Fatalf("token %q stands at %v after %d", tok.Text, tok.At, last)
			}
			last = tok.At.End
		}
	})
}

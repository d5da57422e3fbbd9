package diag

import (
	"strings"
	"testing"
)

// TestError holds the layout of an error.
func TestError(t *testing.T) {
	src := &Source{Name: "app.sql", Text: "SELECT 1;\n\tSELECT é, prise FROM bids\n"}
	at := Span{Start: 22, End: 27}
	err := Errorf(UnknownName, src, at, "unknown column %q", "prise").WithHint("did you mean %q?", "price")
	want := "app.sql:2:12: error KSQL-2001: unknown column \"prise\"\n" +
		"  \tSELECT é, prise FROM bids\n  \t          ^~~~~\nhint: did you mean \"price\"?"
	if got := err.Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// TestErrorAtEnd holds that a span at the end, or over lines, has a caret.
func TestErrorAtEnd(t *testing.T) {
	src := &Source{Name: "t", Text: "a\r\nbc"}
	for at, want := range map[Span]string{
		{5, 5}: "t:2:3: error KSQL-1002: x\n  bc\n    ^", {0, 5}: "t:1:1: error KSQL-1002: x\n  a\n  ^",
	} {
		if got := Errorf(Syntax, src, at, "x").Error(); got != want {
			t.Errorf("got\n%s\nwant\n%s", got, want)
		}
	}
}

// TestSuggest holds which names are near.
func TestSuggest(t *testing.T) {
	candidates := []string{"price", "auction", "bidder", "date_time", "ts", "channel"}
	for name, want := range map[string]string{
		"prise": "price", "pirce": "price", "PRICE": "price", "auctoin": "auction", "biddr": "bidder", "datetime": "date_time",
		"st": "ts", "chanel": "channel", "xyz": "", "completely": "", "": "",
	} {
		if got, ok := Suggest(name, candidates); got != want || ok != (want != "") {
			t.Errorf("Suggest(%q) = %q, %t", name, got, ok)
		}
	}
}

// TestErrorHidesPasswords holds that the line shows no password of a URL, and that the
// caret stays where it belongs.
func TestErrorHidesPasswords(t *testing.T) {
	text := "url='postgres://ann:pä:s/s@w@db:5432/app', b='http://h:80/x?y=1&password=p&z=2', c='http://ann@h/'"
	want := "t:1:82: error KSQL-1002: x\n  url='postgres://ann:********@db:5432/app', b='http://h:80/x?y=1&password=*&z=2', c='http://ann@h/'\n  " +
		strings.Repeat(" ", 81) + "^"
	src := &Source{Name: "t", Text: text}
	at := strings.Index(text, "c=")
	if got := Errorf(Syntax, src, Span{at, at + 1}, "x").Error(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

package terminal

import (
	"bytes"
	"testing"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"kinesql/window"
)

// TestLineFits cuts the progress line at the width of the terminal: a wrapped
// line is not taken back when it is drawn again.
func TestLineFits(t *testing.T) {
	r := Reading{Records: 25_000, Bytes: 1 << 20, Rows: 40, Late: 12, Errors: 3, Watermark: window.Min}
	full := r.line(5 * time.Second)
	if want := "5.0s  25k records  5k/s  1 MiB  40 rows out  12 late  3 errors"; full != want {
		t.Fatalf("got %q, want %q", full, want)
	}
	for width := 2; width < 100; width++ {
		if got := text.StringWidth(fit(full, width)); got >= width {
			t.Fatalf("width %d: the line takes %d", width, got)
		}
	}
	if got := fit(full, 0); got != full {
		t.Fatalf("unknown width: got %q", got)
	}
}

// TestLineWithoutBytes leaves out bytes where the source has none.
func TestLineWithoutBytes(t *testing.T) {
	r := Reading{Records: 10, Rows: 1, Watermark: window.Min}
	if got, want := r.line(time.Second), "1.0s  10 records  10/s  1 rows out"; got != want {
		t.Fatalf("got %q, want %q", got, want)
	}
}

// TestStyleNeedsTerminal prints no sequences where w is no terminal.
func TestStyleNeedsTerminal(t *testing.T) {
	if got := style(&bytes.Buffer{}, bold); got != "" {
		t.Fatalf("got %q", got)
	}
}

package terminal

import (
	"io"
	"os"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// Is reports whether w is a terminal.
func Is(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Size returns the size of the terminal w in characters, or 0, 0 where w is
// none.
func Size(w io.Writer) (width, height int) {
	if f, ok := w.(*os.File); ok {
		if width, height, err := term.GetSize(int(f.Fd())); err == nil {
			return width, height
		}
	}
	return 0, 0
}

// Color reports whether to colour output to w: it is a terminal and the user did
// not set NO_COLOR (https://no-color.org).
func Color(w io.Writer) bool {
	return Is(w) && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// style is an ANSI sequence, or nothing where w takes no colour.
func style(w io.Writer, sequence string) string {
	if Color(w) {
		return sequence
	}
	return ""
}

// fit cuts a line so that it does not wrap on a terminal of this width, which
// would leave parts of it behind when it is drawn over. Width 0 is unknown.
func fit(line string, width int) string {
	if width <= 1 {
		return line
	}
	return text.Trim(line, width-1)
}

// ANSI sequences.
const (
	clearLine = "\r\x1b[K"
	clearDown = "\x1b[J"
	hideCaret = "\x1b[?25l"
	showCaret = "\x1b[?25h"
	dim       = "\x1b[2m"
	bold      = "\x1b[1m"
	plain     = "\x1b[0m"
)

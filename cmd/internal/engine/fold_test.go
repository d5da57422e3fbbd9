package engine_test

import (
	"fmt"
	"strings"
)

// folded is what changes come to in the end: which changes are told depends on how
// batches are cut, what they come to does not.
func folded(text string) string {
	rows := map[string]int{}
	for line := range strings.Lines(text) {
		op, row, ok := strings.Cut(strings.TrimPrefix(line, `{"op":"`), `",`)
		switch {
		case !ok:
			rows[line]++
		case strings.HasPrefix(op, "+"):
			rows["{"+row]++
		default:
			rows["{"+row]--
		}
	}
	var out strings.Builder
	for row, n := range rows {
		for range n {
			out.WriteString(row)
		}
		if n < 0 {
			fmt.Fprintf(&out, "taken back %d times too often: %s", -n, row)
		}
	}
	return sorted(out.String())
}

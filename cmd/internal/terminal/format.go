package terminal

import (
	"fmt"
	"time"
)

// Count prints n in three digits and a unit: 987, 12.3k, 4.56M.
func Count(n float64) string { return scaled(n, 1000, "", "k", "M", "G", "T") }

// Bytes prints n bytes in three digits and a binary unit.
func Bytes(n float64) string { return scaled(n, 1024, " B", " KiB", " MiB", " GiB", " TiB") }

func scaled(n, step float64, units ...string) string {
	i := 0
	for n >= step && i < len(units)-1 {
		n /= step
		i++
	}
	if i == 0 {
		return fmt.Sprintf("%.0f%s", n, units[0])
	}
	return fmt.Sprintf("%.3g%s", n, units[i])
}

// Elapsed prints a length of time in tenths of a second.
func Elapsed(d time.Duration) string { return fmt.Sprintf("%.1fs", d.Seconds()) }

package exec

import (
	"testing"

	"kinesql/operators"
	"kinesql/window"
)

// corrector may emit rows a minute behind the watermark.
type corrector struct{ operators.Operator }

// Lag implements operators.Lagging.
func (corrector) Lag() window.Micros { return window.Minute }

// TestLag forwards watermarks less what the operator may still correct, but for the
// ends of time.
func TestLag(t *testing.T) {
	l := newLink(corrector{})
	for at, want := range map[window.Micros]window.Micros{
		window.Hour: window.Hour - window.Minute, window.Max: window.Max, window.Min: window.Min, 0: -window.Minute,
	} {
		if got := l.behind(window.Watermark{At: at, Idle: true}); got != (window.Watermark{At: want, Idle: true}) {
			t.Errorf("at %s the watermark %s is forwarded, want %s", at, got.At, want)
		}
	}
}

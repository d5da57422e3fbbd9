package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestProgressOfALongStep(t *testing.T) {
	var out strings.Builder
	p := &progress{w: &out, every: time.Millisecond}
	failure := errors.New("no")
	err := p.started("digging", func() error {
		time.Sleep(50 * time.Millisecond)
		return failure
	})
	if !errors.Is(err, failure) {
		t.Errorf("error %v, want the step's", err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if lines[0] != "digging" || len(lines) < 2 || lines[1] != "digging: still running after 0 s" {
		t.Errorf("told %q", lines)
	}
}

package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"
)

func TestPercentFor(t *testing.T) {
	for _, c := range []struct {
		live uint64
		want int
	}{{0, 400}, {20 << 20, 400}, {64 << 20, 400}, {128 << 20, 200}, {256 << 20, 100}, {4 << 30, 100}} {
		if got := percentFor(c.live); got != c.want {
			t.Errorf("%d MiB live: got %d, want %d", c.live>>20, got, c.want)
		}
	}
}

// A heap that has grown large grows by less, and a small one by more again.
func TestGCIsTuned(t *testing.T) {
	t.Setenv("GOGC", "")
	os.Unsetenv("GOGC")
	before := debug.SetGCPercent(100)
	defer debug.SetGCPercent(before)
	tuneGC()
	large := make([]byte, 300<<20)
	waitPercent(t, 100)
	clear(large[:1])
	large = nil
	waitPercent(t, gcPercent)
}

// waitPercent collects until the percentage is as wanted.
func waitPercent(t *testing.T, want int) {
	t.Helper()
	var got int
	for range 1000 {
		runtime.GC()
		if got = percentNow(); got == want {
			return
		}
	}
	t.Errorf("the percentage is %d, want %d", got, want)
}

func percentNow() int {
	sample := []metrics.Sample{{Name: "/gc/gogc:percent"}}
	metrics.Read(sample)
	return int(sample[0].Value.Uint64())
}

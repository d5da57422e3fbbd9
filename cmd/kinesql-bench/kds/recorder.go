package kds

import (
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
)

// recorder keeps durations from a microsecond to a minute in an HDR histogram.
type recorder struct {
	mu sync.Mutex
	h  *hdrhistogram.Histogram
}

func newRecorder() *recorder {
	return &recorder{h: hdrhistogram.New(1, time.Minute.Microseconds(), 3)}
}

func (r *recorder) record(d time.Duration) { r.recordN(d, 1) }

func (r *recorder) recordN(d time.Duration, n int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.h.RecordValues(min(max(d.Microseconds(), 1), time.Minute.Microseconds()), n)
}

// quantile is in milliseconds; q is in percent.
func (r *recorder) quantile(q float64) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return float64(r.h.ValueAtQuantile(q)) / 1000
}

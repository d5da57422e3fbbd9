package terminal

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"kinesql/window"
)

// Reading is one look at a running query.
type Reading struct {
	Records   int64 // read
	Bytes     int64 // read
	Total     int64 // bytes there are, 0 if unknown
	Rows      int64 // of results
	NoRows    bool  // there are no results to count
	Late      int64
	Errors    int64
	Watermark window.Micros // window.Min before the first
}

// Progress is a line on standard error that tells how far a query is. It draws
// nothing where w is no terminal.
type Progress struct {
	w     io.Writer
	look  func() Reading
	start time.Time
	stop  chan struct{}
	done  sync.WaitGroup

	mu struct {
		sync.Mutex
		hidden bool
		drawn  bool
	}
}

const progressEvery = 250 * time.Millisecond

// NewProgress starts to draw look's readings on w until Stop.
func NewProgress(w io.Writer, look func() Reading) *Progress {
	p := &Progress{w: w, look: look, start: time.Now(), stop: make(chan struct{})}
	if Is(w) {
		p.done.Go(p.loop)
	}
	return p
}

func (p *Progress) loop() {
	tick := time.NewTicker(progressEvery)
	defer tick.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-tick.C:
			p.draw()
		}
	}
}

func (p *Progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.mu.hidden {
		return
	}
	p.mu.drawn = true
	width, _ := Size(p.w)
	line := fit(p.look().line(time.Since(p.start)), width)
	fmt.Fprint(p.w, clearLine+style(p.w, dim)+line+style(p.w, plain))
}

// Clear takes the line away so that something else can be printed, and draws no
// more until Show.
func (p *Progress) Clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.hidden = true
	if p.mu.drawn {
		fmt.Fprint(p.w, clearLine)
		p.mu.drawn = false
	}
}

// Show allows the line again.
func (p *Progress) Show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mu.hidden = false
}

// Stop takes the line away for good. It may be called twice.
func (p *Progress) Stop() {
	select {
	case <-p.stop:
		return
	default:
		close(p.stop)
	}
	p.done.Wait()
	p.Clear()
}

// line is the progress in one line.
func (r Reading) line(elapsed time.Duration) string {
	parts := []string{
		Elapsed(elapsed),
		Count(float64(r.Records)) + " records",
		Count(float64(r.Records)/max(elapsed.Seconds(), 1e-3)) + "/s",
	}
	if r.Bytes > 0 { // generators make records of none
		parts = append(parts, Bytes(float64(r.Bytes))+percent(r.Bytes, r.Total))
	}
	if !r.NoRows {
		parts = append(parts, Count(float64(r.Rows))+" rows out")
	}
	if r.Watermark != window.Min && r.Watermark != window.Max {
		parts = append(parts, "watermark "+r.Watermark.Time().Format("2006-01-02 15:04:05"))
	}
	if r.Late > 0 {
		parts = append(parts, fmt.Sprintf("%d late", r.Late))
	}
	if r.Errors > 0 {
		parts = append(parts, fmt.Sprintf("%d errors", r.Errors))
	}
	return strings.Join(parts, "  ")
}

func percent(n, total int64) string {
	if total <= 0 {
		return ""
	}
	return fmt.Sprintf(" (%d%%)", min(100, n*100/total))
}

package main

import (
	"fmt"
	"io"
	"sync"
	"time"
)

// progress tells on standard error what goes on.
type progress struct {
	mu    sync.Mutex
	w     io.Writer
	every time.Duration // how often a long step says that it goes on
}

func (p *progress) tell(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.w, format+"\n", args...)
}

// step runs f, and says now and then that it still runs.
func (p *progress) step(name string, f func() error) error {
	start, done := time.Now(), make(chan struct{})
	var ticking sync.WaitGroup
	ticking.Go(func() {
		t := time.NewTicker(p.every)
		defer t.Stop()
		for {
			select {
			case <-done:
				return
			case now := <-t.C:
				p.tell("%s: still running after %d s", name, int(now.Sub(start).Seconds()))
			}
		}
	})
	err := f()
	close(done)
	ticking.Wait()
	return err
}

// started tells what begins, and then is step.
func (p *progress) started(name string, f func() error) error {
	p.tell("%s", name)
	return p.step(name, f)
}

package shardlog

import "sync"

// keeper does in the background, one after the other, what no append should wait
// for: it makes segments and indexes.
type keeper struct {
	mu     sync.Mutex
	jobs   []func()
	closed bool
	ready  chan struct{}
	ended  chan struct{}
}

func newKeeper() *keeper {
	k := &keeper{ready: make(chan struct{}, 1), ended: make(chan struct{})}
	go k.run()
	return k
}

// do has a job done. It does not wait.
func (k *keeper) do(job func()) {
	k.mu.Lock()
	k.jobs = append(k.jobs, job)
	k.mu.Unlock()
	k.signal()
}

func (k *keeper) signal() {
	select {
	case k.ready <- struct{}{}:
	default:
	}
}

func (k *keeper) run() {
	defer close(k.ended)
	for range k.ready {
		for job := k.next(); job != nil; job = k.next() {
			job()
		}
		if k.isClosed() {
			return
		}
	}
}

func (k *keeper) next() func() {
	k.mu.Lock()
	defer k.mu.Unlock()
	if len(k.jobs) == 0 {
		return nil
	}
	job := k.jobs[0]
	k.jobs = k.jobs[1:]
	return job
}

func (k *keeper) isClosed() bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.closed && len(k.jobs) == 0
}

// close returns when all jobs are done.
func (k *keeper) close() {
	k.mu.Lock()
	k.closed = true
	k.mu.Unlock()
	k.signal()
	<-k.ended
}

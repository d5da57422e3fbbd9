package measure

import (
	"syscall"
	"time"
)

// ThreadCPU is the CPU time that the calling thread has taken until now.
func ThreadCPU() time.Duration {
	const rusageThread = 1 // RUSAGE_THREAD, which package syscall lacks
	var r syscall.Rusage
	if err := syscall.Getrusage(rusageThread, &r); err != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}

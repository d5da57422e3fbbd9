//go:build unix

package main

import (
	"runtime"
	"syscall"
	"time"
)

func measure() used {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return used{at: time.Now()}
	}
	peak := int64(r.Maxrss)
	if runtime.GOOS != "darwin" {
		peak *= 1024 // kilobytes elsewhere
	}
	return used{at: time.Now(), cpu: time.Duration(r.Utime.Nano() + r.Stime.Nano()), peak: peak}
}

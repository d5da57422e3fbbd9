//go:build unix

package measure

import (
	"os"
	"runtime"
	"syscall"
	"time"
)

// peakRSS is the most memory that an ended process had, in bytes.
func peakRSS(state *os.ProcessState) int64 {
	if r, ok := state.SysUsage().(*syscall.Rusage); ok {
		return maxRSS(r)
	}
	return 0
}

func maxRSS(r *syscall.Rusage) int64 {
	if runtime.GOOS == "darwin" {
		return int64(r.Maxrss)
	}
	return int64(r.Maxrss) * 1024
}

// Used is what this process has cost until now.
func Used() Figure {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return Figure{}
	}
	return Figure{CPU: time.Duration(r.Utime.Nano() + r.Stime.Nano()), RSS: maxRSS(&r)}
}

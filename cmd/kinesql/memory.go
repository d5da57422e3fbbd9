package main

import (
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
)

// stateLimit is what the state of queries may take: what the flag says, else half of
// the memory there is; 0 is no limit.
func (f *scriptFlags) stateLimit() (int64, error) {
	switch text := strings.TrimSpace(f.stateMemory); text {
	case "":
		return memoryThere() / 2, nil
	case "0":
		return 0, nil
	default:
		return parseSize(text)
	}
}

// limitHeap lets the collector work harder when nine tenths of the memory are in use,
// rather than be killed for the garbage of a large state. GOMEMLIMIT has its way.
func limitHeap() {
	if there := memoryThere(); there > 0 && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(there / 10 * 9)
	}
}

// cgroupLimits are the files that tell what a container may use, of the second
// version of cgroups and of the first.
var cgroupLimits = []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}

// memoryThere is the memory of the machine or of the container, whichever is less; 0
// where it is not known.
func memoryThere() int64 {
	least := machineMemory()
	for _, path := range cgroupLimits {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64) // "max" is no number
		if err == nil && n > 0 && n < math.MaxInt64/2 && (least == 0 || n < least) {
			least = n
		}
	}
	return least
}

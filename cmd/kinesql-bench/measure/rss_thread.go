//go:build !linux

package measure

import "time"

// ThreadCPU is zero where a thread's CPU time cannot be told: what is to be left
// out is counted.
func ThreadCPU() time.Duration { return 0 }

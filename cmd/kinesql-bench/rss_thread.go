//go:build !linux

package main

import "time"

// threadCPU is zero where a thread's CPU time cannot be told: what is to be left
// out is counted.
func threadCPU() time.Duration { return 0 }

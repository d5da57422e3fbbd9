//go:build !unix

package main

import "time"

// measure knows no CPU time and memory on this system.
func measure() used { return used{at: time.Now()} }

//go:build !unix

package main

import "os"

// peakRSS is not known on this system.
func peakRSS(*os.ProcessState) int64 { return 0 }

// used knows nothing on this system.
func used() figure { return figure{} }

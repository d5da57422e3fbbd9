//go:build !unix

package measure

import "os"

// peakRSS is not known on this system.
func peakRSS(*os.ProcessState) int64 { return 0 }

// Used knows nothing on this system.
func Used() Figure { return Figure{} }

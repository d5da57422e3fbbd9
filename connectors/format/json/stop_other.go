//go:build !amd64 || purego

package json

import "encoding/binary"

// word loads eight bytes at i, the first lowest.
func word(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }

// stops is stopsPure.
func stops(b []byte, i int) int { return stopsPure(b, i) }

// stopsAhead is stops, but where there is none it returns a place before len(b).
func stopsAhead(b []byte, i int) int { return min(stopsPure(b, i), len(b)-1) }

// plain is plainPure.
func plain(b []byte, i int) int { return plainPure(b, i) }

// closing is closingPure.
func closing(b []byte, i int) (at int, escaped bool) { return closingPure(b, i) }

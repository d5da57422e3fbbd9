//go:build !amd64 || purego

package json

import "encoding/binary"

// word loads eight bytes at i, the first lowest.
func word(b []byte, i int) uint64 { return binary.LittleEndian.Uint64(b[i:]) }

// stops is stopsPure.
func stops(b []byte, i int) int { return stopsPure(b, i) }

// plain is plainPure.
func plain(b []byte, i int) int { return plainPure(b, i) }

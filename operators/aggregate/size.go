package aggregate

import "reflect"

// sizeOf is the memory of a slice, capacity and not use.
func sizeOf[T any](s []T) int64 { return int64(cap(s)) * int64(reflect.TypeFor[T]().Size()) }

// The memory of sketches is not known; these are averages, of an empty one and of
// a value until the sketch is dense, and the size of a dense one.
const (
	sketchBytes = 400
	valueBytes  = 8
	denseBytes  = 16 << 10
)

// sketchesBytes estimates the memory of sketches that were given so many values.
func sketchesBytes(sketches int, values int64) int64 {
	return int64(sketches)*sketchBytes + min(values*valueBytes, int64(sketches)*denseBytes)
}

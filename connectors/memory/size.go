package memory

import (
	"github.com/apache/arrow/go/v17/arrow"

	"kinesql/operators/batch"
)

// sizeOf is the memory that a batch's columns hold. A slice counts as all that it
// keeps alive.
func sizeOf(b batch.Batch) int64 {
	var size int64
	for _, c := range b.Columns() {
		size += sizeOfData(c.Data())
	}
	return size
}

func sizeOfData(d arrow.ArrayData) int64 {
	var size int64
	for _, buf := range d.Buffers() {
		if buf != nil {
			size += int64(buf.Len())
		}
	}
	for _, child := range d.Children() {
		size += sizeOfData(child)
	}
	return size
}

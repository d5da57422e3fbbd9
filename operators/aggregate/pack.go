package aggregate

import (
	"encoding/binary"

	"kinesql/operators/batch"
)

// packedInts is a list of integers in as few bytes each as the greatest needs:
// 0 (all are the same), 1, 2, 4 or 8.
type packedInts struct {
	base  int64
	width int
	data  []byte
}

// packInts packs integers.
func packInts(values []int64) packedInts {
	if len(values) == 0 {
		return packedInts{}
	}
	low, high := values[0], values[0]
	for _, v := range values {
		low, high = min(low, v), max(high, v)
	}
	p := packedInts{base: low, width: widthOf(uint64(high) - uint64(low))}
	p.data = make([]byte, len(values)*p.width)
	p.fill(values)
	return p
}

// fill stores how far values are above the base.
func (p *packedInts) fill(values []int64) {
	base, data := uint64(p.base), p.data
	switch p.width {
	case 1:
		for i, v := range values {
			data[i] = byte(uint64(v) - base)
		}
	case 2:
		for i, v := range values {
			binary.LittleEndian.PutUint16(data[2*i:], uint16(uint64(v)-base))
		}
	case 4:
		for i, v := range values {
			binary.LittleEndian.PutUint32(data[4*i:], uint32(uint64(v)-base))
		}
	case 8:
		for i, v := range values {
			binary.LittleEndian.PutUint64(data[8*i:], uint64(v)-base)
		}
	}
}

func widthOf(span uint64) int {
	switch {
	case span == 0:
		return 0
	case span < 1<<8:
		return 1
	case span < 1<<16:
		return 2
	case span < 1<<32:
		return 4
	}
	return 8
}

// at returns integer i.
func (p *packedInts) at(i uint32) int64 {
	switch p.width {
	case 1:
		return p.base + int64(p.data[i])
	case 2:
		return p.base + int64(binary.LittleEndian.Uint16(p.data[2*i:]))
	case 4:
		return p.base + int64(binary.LittleEndian.Uint32(p.data[4*i:]))
	case 8:
		return int64(uint64(p.base) + binary.LittleEndian.Uint64(p.data[8*i:]))
	}
	return p.base
}

// packedState makes a State of what only serves Unmerge as a source.
type packedState struct{}

func (packedState) Grow(int)                             {}
func (packedState) Add(*Rows, []int32, []uint32)         {}
func (packedState) Merge(State, []uint32, []uint32)      {}
func (packedState) Result([]uint32, *batch.Vector, Fail) {}
func (packedState) Reset([]uint32)                       {}
func (packedState) Clear()                               {}

func (p *packedInts) bytes() int64 { return sizeOf(p.data) }

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

// packInts packs the n integers that at returns.
func packInts(n int, at func(int) int64) packedInts {
	if n == 0 {
		return packedInts{}
	}
	low, high := at(0), at(0)
	for i := 1; i < n; i++ {
		low, high = min(low, at(i)), max(high, at(i))
	}
	p := packedInts{base: low, width: widthOf(uint64(high) - uint64(low))}
	p.data = make([]byte, n*p.width)
	for i := range n {
		p.set(i, uint64(at(i))-uint64(low))
	}
	return p
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

func (p *packedInts) set(i int, v uint64) {
	switch p.width {
	case 1:
		p.data[i] = byte(v)
	case 2:
		binary.LittleEndian.PutUint16(p.data[2*i:], uint16(v))
	case 4:
		binary.LittleEndian.PutUint32(p.data[4*i:], uint32(v))
	case 8:
		binary.LittleEndian.PutUint64(p.data[8*i:], v)
	}
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

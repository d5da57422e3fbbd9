package exec

import (
	"math"
	"math/bits"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"github.com/zeebo/xxh3"

	"kinesql/operators/batch"
)

// The seeds are fixed, so that a row's place depends on nothing but its keys.
const (
	hashSeed = 0x9e3779b97f4a7c15
	nullHash = 0xd6e8feb86659fd93
)

// hashRows hashes the key columns of each row, column by column. Keys that are
// equal in SQL have equal hashes: NULLs among themselves, -0.0 and 0.0, all NaNs,
// decimals of unlike scales.
func hashRows(out []uint64, b batch.Batch, keys []int) []uint64 {
	out = grow(out, b.Rows())
	for i := range out {
		out[i] = hashSeed
	}
	for _, k := range keys {
		v := b.Vector(k)
		hashColumn(out, &v)
	}
	return out
}

func hashColumn(out []uint64, v *batch.Vector) {
	switch lane := v.Type.Lane(); {
	case lane == batch.LaneInt && v.Valid == nil:
		for i, x := range v.I64 {
			out[i] = join(out[i], mix(uint64(x)))
		}
	case lane == batch.LaneBytes && v.Valid == nil:
		for i := range out {
			out[i] = join(out[i], xxh3.Hash(v.Buf[v.Off[i]:v.Off[i+1]]))
		}
	default:
		hashOther(out, v)
	}
}

// hashOther is hashColumn for lanes and columns with NULLs that are not worth a
// loop of their own.
func hashOther(out []uint64, v *batch.Vector) {
	switch v.Type.Lane() {
	case batch.LaneInt:
		combine(out, v, func(i int) uint64 { return mix(uint64(v.I64[i])) })
	case batch.LaneFloat:
		combine(out, v, func(i int) uint64 { return mix(floatBits(v.F64[i])) })
	case batch.LaneBool:
		combine(out, v, func(i int) uint64 { return mix(boolBit(v.Bool[i])) })
	case batch.LaneDecimal:
		combine(out, v, func(i int) uint64 { return hashDecimal(v.Dec[i], v.Type.Scale) })
	case batch.LaneBytes:
		combine(out, v, func(i int) uint64 { return xxh3.Hash(v.Buf[v.Off[i]:v.Off[i+1]]) })
	case batch.LaneNested:
		combine(out, v, func(i int) uint64 {
			if v.Nested.IsNull(i) {
				return nullHash
			}
			return xxh3.HashString(v.Nested.ValueStr(i))
		})
	}
}

func combine(out []uint64, v *batch.Vector, hash func(i int) uint64) {
	if v.Valid == nil {
		for i := range out {
			out[i] = join(out[i], hash(i))
		}
		return
	}
	for i := range out {
		h := uint64(nullHash)
		if v.Valid[i] {
			h = hash(i)
		}
		out[i] = join(out[i], h)
	}
}

func join(h, k uint64) uint64 { return mix(bits.RotateLeft64(h, 23) ^ k) }

// mix is the finalizer of splitmix64: every bit of x moves about half of the
// bits of the result.
func mix(x uint64) uint64 {
	x += hashSeed
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func floatBits(f float64) uint64 {
	switch {
	case f == 0:
		return 0
	case f != f:
		return math.Float64bits(math.NaN())
	}
	return math.Float64bits(f)
}

func boolBit(b bool) uint64 {
	if b {
		return 1
	}
	return 0
}

// hashDecimal hashes a decimal without its trailing zeros, as equal values may
// come with different scales.
func hashDecimal(d decimal128.Num, scale int) uint64 {
	ten := decimal128.FromI64(10)
	for scale > 0 && d != (decimal128.Num{}) {
		q, r := d.Div(ten)
		if r != (decimal128.Num{}) {
			break
		}
		d, scale = q, scale-1
	}
	if d == (decimal128.Num{}) {
		scale = 0
	}
	return join(mix(uint64(d.HighBits())+uint64(scale)), mix(d.LowBits()))
}

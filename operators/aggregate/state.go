package aggregate

import (
	"slices"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/operators/batch"
)

// Rows is the columns that a call reads from one batch.
type Rows struct {
	Args  []batch.Vector
	Order []batch.Vector // of the call's ORDER BY
	Time  []int64        // event times, nil without a time attribute
	Seq   int64          // the arrival number of row 0; row i has Seq + i
	Seqs  []int64        // the arrival number of each row, where not nil
}

// seq returns the arrival number of row r.
func (r *Rows) seq(row int32) int64 {
	if r.Seqs != nil {
		return r.Seqs[row]
	}
	return r.Seq + int64(row)
}

// time returns the event time of row r, or 0 where there is none.
func (r *Rows) time(row int32) int64 {
	if r.Time == nil {
		return 0
	}
	return r.Time[row]
}

// State is what one aggregate has seen, for all groups. A group id is an index
// below the length given to the last Grow; ids of a Table fit.
type State interface {
	// Grow makes room for n groups. New ones are empty.
	Grow(n int)
	// Add adds row rows[i] to group ids[i], for all i in turn.
	Add(in *Rows, rows []int32, ids []uint32)
	// Merge adds what group src[i] of another state of the same call has seen to
	// group dst[i], as if it came after what the group has seen.
	Merge(from State, src, dst []uint32)
	// Result appends the results of the groups to out. A result that cannot be
	// represented is NULL, and fail is told the index in ids.
	Result(ids []uint32, out *batch.Vector, fail Fail)
	// Reset makes the groups empty.
	Reset(ids []uint32)
	// Clear drops all groups and keeps the memory.
	Clear()
	// Bytes is how much memory the state takes, roughly.
	Bytes() int64
}

// faulty is a State that finds out when a row is taken back that it never saw.
type faulty interface{ Fault() error }

// Fail is told of a result that cannot be represented.
type Fail func(i int, message string)

// Retractor is a State from which rows can be taken back exactly.
type Retractor interface {
	State
	// Retract undoes Add.
	Retract(in *Rows, rows []int32, ids []uint32)
	// Unmerge undoes Merge.
	Unmerge(from State, src, dst []uint32)
	// Retracts reports whether the above hold for this very state.
	Retracts() bool
}

// Scorer is a State whose results can be compared cheaply, if roughly.
type Scorer interface {
	State
	// Score sets scores[i] to a number for the result of group ids[i]. A greater
	// result has an equal or greater number; a NULL result has NaN.
	Score(ids []uint32, scores []float64)
}

// Packer is a State that can be kept in less memory once nothing is added.
type Packer interface {
	Retractor
	// Pack returns a copy of the first n groups from which only Unmerge of a
	// state of the same call reads.
	Pack(n int) State
}

// grow lengthens s to n zero values beyond what it holds.
func grow[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	old := len(s)
	s = slices.Grow(s, n-old)[:n]
	clear(s[old:])
	return s
}

// appendNull appends a NULL to a result.
func appendNull(out *batch.Vector) {
	if out.Valid == nil {
		out.Valid = make([]bool, out.Len, max(2*out.Len, 16))
		for i := range out.Valid {
			out.Valid[i] = true
		}
	}
	switch out.Type.Lane() {
	case batch.LaneInt:
		out.I64 = append(out.I64, 0)
	case batch.LaneFloat:
		out.F64 = append(out.F64, 0)
	case batch.LaneBool:
		out.Bool = append(out.Bool, false)
	case batch.LaneDecimal:
		out.Dec = append(out.Dec, decimal128.Num{})
	case batch.LaneBytes:
		startBytes(out)
		out.Off = append(out.Off, int32(len(out.Buf)))
	}
	out.Valid = append(out.Valid, false)
	out.Len++
}

// appended counts a value just appended to the lane of out.
func appended(out *batch.Vector) {
	if out.Valid != nil {
		out.Valid = append(out.Valid, true)
	}
	out.Len++
}

func appendInt(out *batch.Vector, x int64) {
	out.I64 = append(out.I64, x)
	appended(out)
}

func appendFloat(out *batch.Vector, x float64) {
	out.F64 = append(out.F64, x)
	appended(out)
}

func appendBool(out *batch.Vector, x bool) {
	out.Bool = append(out.Bool, x)
	appended(out)
}

func appendDecimal(out *batch.Vector, x decimal128.Num) {
	out.Dec = append(out.Dec, x)
	appended(out)
}

func appendBytes(out *batch.Vector, x []byte) {
	startBytes(out)
	out.Buf = append(out.Buf, x...)
	out.Off = append(out.Off, int32(len(out.Buf)))
	appended(out)
}

func startBytes(out *batch.Vector) {
	if len(out.Off) == 0 {
		out.Off = append(out.Off, 0)
	}
}

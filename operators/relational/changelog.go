package relational

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
)

// toLog makes rows of changes.
type toLog struct {
	operators.Stateless
	out *batch.Schema
}

// NewToLog returns an operator that writes the kinds of changes into a column of
// their own, the first of out: what leaves it are rows that stay.
func NewToLog(out *batch.Schema) operators.Operator { return &toLog{out: out} }

// Process implements operators.Operator.
func (l *toLog) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	n := in.Rows()
	if n == 0 {
		return nil
	}
	kinds := batch.Vector{Type: batch.Of(batch.Varchar), Off: []int32{0}}
	for i := range n {
		kinds.AppendBytes([]byte(in.Kind(i).String()))
	}
	cols := make([]batch.Vector, 0, l.out.Len())
	cols = append(cols, kinds)
	for c := range l.out.Len() - 1 {
		cols = append(cols, in.Vector(c))
	}
	beside := in.Beside
	beside.Kinds = nil
	b := batch.New(l.out, n, cols, beside)
	defer b.Release()
	return out.Emit(ctx, b)
}

// badKind is the code of a record whose kind of change is none.
const badKind = "KSQL-4107"

// fromLog makes changes of rows.
type fromLog struct {
	operators.Stateless
	env operators.Env
	out *batch.Schema
}

// NewFromLog returns an operator that takes the kinds of changes from the last
// column, which out has not. A row whose column holds no kind is a row error. A -U
// that its +U does not follow at once is a delete, and a +U alone an insert.
func NewFromLog(out *batch.Schema) operators.Operator { return &fromLog{out: out} }

// Open implements operators.Operator.
func (l *fromLog) Open(_ context.Context, env operators.Env) error {
	l.env = env
	return nil
}

// Process implements operators.Operator.
func (l *fromLog) Process(ctx context.Context, _ int, in batch.Batch, out operators.Emitter) error {
	v := in.Vector(l.out.Len())
	var rows []int32
	kinds := make([]batch.Kind, 0, in.Rows())
	for i := range in.Rows() {
		kind, ok := batch.Insert, false
		if v.IsValid(i) {
			kind, ok = kindOf(v.Str(i))
		}
		if !ok {
			l.bad(in, i, &v)
			continue
		}
		rows, kinds = append(rows, int32(i)), append(kinds, kind)
	}
	if len(rows) == 0 {
		return nil
	}
	picked := pick(in, rows)
	defer picked.Release()
	cols := make([]batch.Vector, l.out.Len())
	for c := range cols {
		cols[c] = picked.Vector(c)
	}
	beside := picked.Beside
	beside.Kinds = paired(kinds)
	b := batch.New(l.out, len(rows), cols, beside)
	defer b.Release()
	return out.Emit(ctx, b)
}

func (l *fromLog) bad(in batch.Batch, i int, v *batch.Vector) {
	got := "NULL"
	if v.IsValid(i) {
		got = fmt.Sprintf("%q", v.Str(i))
	}
	l.env.Faults.RowError(operators.RowError{
		Where: operators.WhereOf(in, i), Operator: "changelog", Code: badKind,
		Message: fmt.Sprintf("column %s: want +I, -U, +U or -D, got %s", in.SQLSchema().Field(l.out.Len()).Name, got),
	})
}

func kindOf(mark string) (batch.Kind, bool) {
	for k := batch.Insert; k <= batch.UpdateAfter; k++ {
		if k.String() == mark {
			return k, true
		}
	}
	return 0, false
}

// paired makes a delete and an insert of updates of which the other half is
// elsewhere.
func paired(kinds []batch.Kind) []batch.Kind {
	for i, k := range kinds {
		switch {
		case k == batch.UpdateBefore && (i+1 == len(kinds) || kinds[i+1] != batch.UpdateAfter):
			kinds[i] = batch.Delete
		case k == batch.UpdateAfter && (i == 0 || kinds[i-1] != batch.UpdateBefore):
			kinds[i] = batch.Insert
		}
	}
	return kinds
}

package operators

import "kinesql/operators/batch"

// WhereOf returns the place of a row: its raw record where the batch knows it,
// else the row as JSON.
func WhereOf(b batch.Batch, row int) Where {
	if raw, line := b.Raw(row); raw != nil {
		return Where{Split: b.Origin.Split, Line: line, Raw: raw, Sequence: b.Sequence(row)}
	}
	return Where{Raw: b.JSON(row)}
}

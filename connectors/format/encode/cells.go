package encode

import "kinesql/operators/batch"

// Cells returns the values of row i of a batch as people read them, a NULL as
// "NULL".
func Cells(b batch.Batch, i int) []string {
	out := make([]string, b.SQLSchema().Len())
	for c := range out {
		cell := newCell(b.Vector(c))
		if out[c] = "NULL"; cell.IsValid(i) {
			out[c] = string(cell.appendText(nil, i))
		}
	}
	return out
}

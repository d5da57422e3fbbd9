package state

// Text is column c, of LaneBytes, of a row: its bytes, borrowed until the next Put
// or Drop, none where it is NULL.
func (r *Rows) Text(id ID, c int) []byte { return r.layout.span(r.body(id), c) }

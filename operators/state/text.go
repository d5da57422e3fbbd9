package state

// Text is column c, of LaneBytes, of a row: its bytes, borrowed until the next Put
// or Drop, none where it is NULL.
func (r *Rows) Text(id ID, c int) []byte { return r.layout.span(r.body(id), c) }

// IsNull reports whether column c of a row is NULL.
func (r *Rows) IsNull(id ID, c int) bool { return isNull(r.body(id), c) }

package batch

import (
	"bytes"
	"encoding/json"
)

// JSON returns row i as a JSON object, its members in the order of the columns.
// It serves messages and the error stream, not the hot path.
func (b Batch) JSON(i int) []byte {
	var out bytes.Buffer
	out.WriteByte('{')
	for c, f := range b.schema.fields {
		if c > 0 {
			out.WriteByte(',')
		}
		name, _ := json.Marshal(f.Name)
		out.Write(name)
		out.WriteByte(':')
		value, err := json.Marshal(b.Column(c).GetOneForMarshal(i))
		if err != nil { // NaN and infinities have no JSON
			value, _ = json.Marshal(b.Column(c).ValueStr(i))
		}
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes()
}

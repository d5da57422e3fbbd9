package batch

import "bytes"

// record returns the line that starts at byte start of the block, without its
// newline, and its line number.
func (o *Origin) record(start int) (raw []byte, line int64) {
	if start > len(o.Block) {
		return nil, 0
	}
	raw = o.Block[start:]
	if end := bytes.IndexByte(raw, '\n'); end >= 0 {
		raw = raw[:end]
	}
	raw = bytes.TrimSuffix(raw, []byte{'\r'})
	if o.Line == 0 {
		return raw, 0
	}
	return raw, o.Line + int64(bytes.Count(o.Block[:start], []byte{'\n'}))
}

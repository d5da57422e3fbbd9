package kds

import (
	"encoding/base64"
	"fmt"
)

// load is what is sent: bodies of PutRecords, made before the clock starts. The
// data of record r of body b is named by both, so that what comes back can be
// told apart.
type load struct {
	stream  string
	batch   int // records of a body
	size    int // bytes of data of a record
	bodies  [][]byte
	records [][][]byte // data by body and record
}

// newLoad makes n bodies.
func newLoad(stream string, n, batch, size int) *load {
	l := &load{stream: stream, batch: batch, size: size}
	for b := range n {
		l.bodies = append(l.bodies, l.body(b))
	}
	return l
}

func (l *load) body(b int) []byte {
	text := fmt.Appendf(nil, `{"StreamName":%q,"Records":[`, l.stream)
	data := make([][]byte, l.batch)
	for r := range l.batch {
		if r > 0 {
			text = append(text, ',')
		}
		data[r] = recordData(b, r, l.size)
		text = fmt.Appendf(text, `{"Data":%q,"PartitionKey":"user-%d"}`, base64.StdEncoding.EncodeToString(data[r]), b*l.batch+r)
	}
	l.records = append(l.records, data)
	return append(text, "]}"...)
}

// recordData is JSON of the given size: its name, and digits that do not repeat
// soon.
func recordData(b, r, size int) []byte {
	out := fmt.Appendf(nil, `{"id":"%08d-%04d","pad":"`, b, r)
	x := uint64(b)<<32 | uint64(r) + 1
	for len(out) < size-2 {
		x = x*6364136223846793005 + 1442695040888963407
		out = append(out, "0123456789abcdef"[x>>60])
	}
	return append(out, `"}`...)
}

// name returns body and record of data that recordData made.
func name(data []byte) (b, r int, err error) {
	if _, err := fmt.Sscanf(string(data[:min(len(data), 22)]), `{"id":"%08d-%04d"`, &b, &r); err != nil {
		return 0, 0, fmt.Errorf("a record that was never sent: %.60q", data)
	}
	return b, r, nil
}

package shard

import (
	"encoding/binary"
	"errors"
)

// AppendRecord appends a record in the form of Group.Payload:
//
//	uvarint length of key | key | uvarint length of data | data
func AppendRecord(dst, key, data []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(key)))
	dst = append(dst, key...)
	dst = binary.AppendUvarint(dst, uint64(len(data)))
	return append(dst, data...)
}

// ErrRecord says that bytes are no record.
var ErrRecord = errors.New("malformed record")

// NextRecord splits the first record off a payload. key and data are parts of it.
func NextRecord(payload []byte) (key, data, rest []byte, err error) {
	if key, rest, err = field(payload); err != nil {
		return nil, nil, nil, err
	}
	data, rest, err = field(rest)
	return key, data, rest, err
}

func field(b []byte) (value, rest []byte, err error) {
	if len(b) > 0 && int(b[0]) < min(len(b), 0x80) { // a length of one byte, and so much is there
		end := 1 + int(b[0])
		return b[1:end:end], b[end:], nil
	}
	return longField(b)
}

func longField(b []byte) (value, rest []byte, err error) {
	n, w := binary.Uvarint(b)
	if w <= 0 || n > uint64(len(b)-w) {
		return nil, nil, ErrRecord
	}
	end := w + int(n)
	return b[w:end:end], b[end:], nil
}

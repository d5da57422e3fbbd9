// Package kpl is the aggregated record of the Kinesis Producer Library: several
// records of a user in one record of a stream, so that small ones are cheap.
//
//	4 bytes    F3 89 9A C2
//	any        AggregatedRecord, in protocol buffers
//	16 bytes   MD5 of the AggregatedRecord
//
//	message AggregatedRecord {
//	  repeated string partition_key_table     = 1;
//	  repeated string explicit_hash_key_table = 2;
//	  repeated Record records                 = 3;
//	}
//	message Record {
//	  required uint64 partition_key_index     = 1;
//	  optional uint64 explicit_hash_key_index = 2;
//	  required bytes  data                    = 3;
//	  repeated Tag    tags                    = 4; // not used
//	}
//
// What does not have this form, in whatever detail, is an ordinary record.
package kpl

import (
	"bytes"
	"crypto/md5"
	"errors"

	"google.golang.org/protobuf/encoding/protowire"
)

// Record is one record of a user. Its bytes are parts of the aggregated record.
type Record struct {
	Key  []byte
	Hash []byte // the explicit hash key in decimal; nil: the hash is that of Key
	Data []byte
}

var magic = []byte{0xf3, 0x89, 0x9a, 0xc2}

// The numbers of the fields.
const (
	keyTable, hashTable, records = 1, 2, 3
	keyIndex, hashIndex, content = 1, 2, 3
)

// Unpack appends the records in an aggregated record to dst, in their order. It
// is false, and dst as it was, if data is not an aggregated record.
func Unpack(data []byte, dst []Record) ([]Record, bool) {
	if len(data) < len(magic)+md5.Size || !bytes.HasPrefix(data, magic) {
		return dst, false
	}
	body, sum := data[len(magic):len(data)-md5.Size], data[len(data)-md5.Size:]
	if got := md5.Sum(body); !bytes.Equal(got[:], sum) {
		return dst, false
	}
	out, err := unpack(body, dst)
	if err != nil {
		return dst, false
	}
	return out, true
}

var errForm = errors.New("not an aggregated record")

// unpack reads the tables first: they may stand behind the records.
func unpack(body []byte, dst []Record) ([]Record, error) {
	var keys, hashes [][]byte
	err := fields(body, func(num protowire.Number, b []byte, _ uint64) {
		switch num {
		case keyTable:
			keys = append(keys, b)
		case hashTable:
			hashes = append(hashes, b)
		}
	})
	if err != nil {
		return nil, err
	}
	var bad error
	err = fields(body, func(num protowire.Number, b []byte, _ uint64) {
		if num != records || bad != nil {
			return
		}
		var r Record
		if r, bad = record(b, keys, hashes); bad == nil {
			dst = append(dst, r)
		}
	})
	return dst, errors.Join(err, bad)
}

func record(body []byte, keys, hashes [][]byte) (r Record, err error) {
	key, hash, keyed, hashed := uint64(0), uint64(0), false, false
	bad := fields(body, func(num protowire.Number, b []byte, n uint64) {
		switch num {
		case keyIndex:
			key, keyed = n, b == nil
		case hashIndex:
			hash, hashed = n, b == nil
		case content:
			r.Data = b
		}
	})
	if bad != nil || r.Data == nil || !keyed || key >= uint64(len(keys)) || (hashed && hash >= uint64(len(hashes))) {
		return r, errForm
	}
	if r.Key = keys[key]; hashed {
		r.Hash = hashes[hash]
	}
	return r, nil
}

// fields calls take for each field of a message: with bytes, which are not nil,
// or with a number.
func fields(b []byte, take func(num protowire.Number, b []byte, n uint64)) error {
	for len(b) > 0 {
		num, typ, n := protowire.ConsumeTag(b)
		if n < 0 {
			return errForm
		}
		b = b[n:]
		switch typ {
		case protowire.BytesType:
			v, n := protowire.ConsumeBytes(b)
			if n < 0 {
				return errForm
			}
			take(num, v[:len(v):len(v)], 0)
			b = b[n:]
		case protowire.VarintType:
			v, n := protowire.ConsumeVarint(b)
			if n < 0 {
				return errForm
			}
			take(num, nil, v)
			b = b[n:]
		default:
			if n = protowire.ConsumeFieldValue(num, typ, b); n < 0 {
				return errForm
			}
			b = b[n:]
		}
	}
	return nil
}

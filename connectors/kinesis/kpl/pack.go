package kpl

import (
	"crypto/md5"

	"google.golang.org/protobuf/encoding/protowire"
)

// Pack appends an aggregated record of the given records to dst.
func Pack(dst []byte, list []Record) []byte {
	var keys, hashes table
	var body, all []byte
	for _, r := range list {
		body = protowire.AppendTag(body[:0], keyIndex, protowire.VarintType)
		body = protowire.AppendVarint(body, keys.index(r.Key))
		if r.Hash != nil {
			body = protowire.AppendTag(body, hashIndex, protowire.VarintType)
			body = protowire.AppendVarint(body, hashes.index(r.Hash))
		}
		body = protowire.AppendTag(body, content, protowire.BytesType)
		body = protowire.AppendBytes(body, r.Data)
		all = protowire.AppendTag(all, records, protowire.BytesType)
		all = protowire.AppendBytes(all, body)
	}
	message := append(hashes.append(keys.append(nil, keyTable), hashTable), all...)
	sum := md5.Sum(message)
	return append(append(append(dst, magic...), message...), sum[:]...)
}

// table is texts that records name by their index.
type table struct {
	texts  []string
	places map[string]uint64
}

func (t *table) index(text []byte) uint64 {
	i, ok := t.places[string(text)]
	if !ok {
		if t.places == nil {
			t.places = map[string]uint64{}
		}
		i = uint64(len(t.texts))
		t.texts = append(t.texts, string(text))
		t.places[string(text)] = i
	}
	return i
}

func (t *table) append(dst []byte, num protowire.Number) []byte {
	for _, text := range t.texts {
		dst = protowire.AppendTag(dst, num, protowire.BytesType)
		dst = protowire.AppendString(dst, text)
	}
	return dst
}

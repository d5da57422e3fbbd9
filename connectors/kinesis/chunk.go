package kinesis

import (
	"bytes"
	"slices"

	"kinesql/connectors/kinesis/kpl"
	"kinesql/connectors/shard"
)

// chunk is records of a page in a form that decoders take: one behind the other
// in a block, each ended by a newline, so that decoders run over many records in
// one call. A record that might disturb its neighbours, because it holds several
// lines or quotes, is decoded in a call of its own.
type chunk struct {
	block []byte // used again once the batches that borrow it are gone
	runs  []run
	at    int // the run that is to be decoded next
	packs []kpl.Record
	index *index
	empty []int // records without a byte
	lines int   // line ends within records
}

// run is neighbours in a block that are decoded in one call.
type run struct {
	start, end int // bytes of the block
	alone      bool
	line       int // of the record that is alone, at start
}

// index finds the records of a chunk by their place in its block. Batches keep it.
type index struct {
	page    *Page
	base    int      // the first record of the chunk
	starts  []uint32 // of each piece, a record or one in an aggregated record
	records []int32  // of each piece, its record from base on; nil: they are the same
	keys    [][]byte // of each piece in an aggregated record
}

// piece is the number of the piece at a byte of the block.
func (x *index) piece(start int) int {
	i, found := slices.BinarySearch(x.starts, uint32(start))
	if !found {
		i--
	}
	return i
}

// record is the record of the page that a piece is of.
func (x *index) record(piece int) int {
	if x.records == nil {
		return x.base + piece
	}
	return x.base + int(x.records[piece])
}

// key is the partition key of a piece.
func (x *index) key(piece int) []byte {
	if x.keys != nil && x.keys[piece] != nil {
		return x.keys[piece]
	}
	return x.page.Records[x.record(piece)].Key
}

// number is the sequence number of the record at a byte of the block.
func (x *index) number(start int) string { return x.page.Number(x.record(x.piece(start))) }

// rows is the most rows that are yet to come, nearly always.
func (c *chunk) rows() int { return len(c.index.starts) - c.piece() + c.lines }

var newline = []byte{'\n'}

// chunkBytes is about how much goes into a block.
const chunkBytes = 512 << 10

// done reports whether all is decoded.
func (c *chunk) done() bool { return c.at >= len(c.runs) }

// piece is the first piece that is yet to be decoded; their number if none is.
func (c *chunk) piece() int {
	if c.done() {
		return len(c.index.starts)
	}
	return c.index.piece(c.runs[c.at].start)
}

// fill takes records from a page, from at on, and returns how many. mine tells
// which of the records in aggregated ones are to be kept.
func (c *chunk) fill(page *Page, at, most int, layout layout, mine func(kpl.Record) bool) (n int) {
	size, records := 0, page.Records[at:]
	for n < min(most, len(records)) && (n == 0 || size < chunkBytes) {
		size += len(records[n].Data) + 1
		n++
	}
	c.block, c.runs, c.empty, c.at = slices.Grow(c.block[:0], size), c.runs[:0], c.empty[:0], 0
	c.lines = 0
	c.index = &index{page: page, base: at, starts: make([]uint32, 0, n)}
	for i, r := range records[:n] {
		var packed bool
		if c.packs, packed = kpl.Unpack(r.Data, c.packs[:0]); packed {
			c.unpacked(records, i, layout, mine)
			continue
		}
		c.add(at+i, r.Data, layout)
		c.index.note(i, nil)
	}
	return n
}

// unpacked adds what was in an aggregated record.
func (c *chunk) unpacked(records []shard.Record, i int, layout layout, mine func(kpl.Record) bool) {
	c.index.expand()
	for _, r := range c.packs {
		if mine(r) {
			c.add(c.index.base+i, r.Data, layout)
			c.index.note(i, r.Key)
		}
	}
}

// expand makes room for pieces that are not records.
func (x *index) expand() {
	if x.records != nil {
		return
	}
	x.records, x.keys = make([]int32, len(x.starts)), make([][]byte, len(x.starts))
	for i := range x.records {
		x.records[i] = int32(i)
	}
}

// note says of which record the last piece is.
func (x *index) note(record int, key []byte) {
	if x.records != nil {
		x.records, x.keys = append(x.records, int32(record)), append(x.keys, key)
	}
}

func (c *chunk) add(record int, data []byte, layout layout) {
	start := len(c.block)
	c.index.starts = append(c.index.starts, uint32(start))
	if n := len(data); n == 0 || data[n-1] <= ' ' {
		if data = bytes.TrimRight(data, "\r\n"); len(bytes.TrimSpace(data)) == 0 {
			c.empty = append(c.empty, record)
		}
	}
	var alone bool
	c.block, alone = layout.append(c.block, data)
	if alone {
		c.lines += bytes.Count(c.block[start:], newline)
	}
	c.block = append(c.block, '\n')
	if last := len(c.runs) - 1; alone || last < 0 || c.runs[last].alone {
		c.runs = append(c.runs, run{start: start, end: len(c.block), alone: alone, line: 1})
	} else {
		c.runs[last].end = len(c.block)
	}
}

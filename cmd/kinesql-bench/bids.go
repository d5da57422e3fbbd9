package main

import (
	"bytes"

	"kinesql/connectors/generator"
)

const (
	baseMillis = 1_700_000_000_000 // event time of the first record
	perMilli   = 10                // events per millisecond

	disorderBids = 8000 // bids that are written out of order: 0.87 seconds of event time
	disorderStep = 953  // prime, so that steps of it meet each of them once
)

// bidsInput is 252 bytes a record on average, up to 0.87 seconds out of order.
var bidsInput = lines("bids", func(seed uint64) func([]byte) []byte {
	b := &bids{model: generator.NewBids(seed)}
	return b.append
})

// bids deals out Nexmark's bids, a block at a time, in an order other than that
// of event time.
type bids struct {
	model *generator.Bids
	block []byte
	lines [][]byte // of block
	next  int
}

func (g *bids) append(b []byte) []byte {
	if g.next == len(g.lines) {
		g.block = g.model.AppendBids(g.block[:0], disorderBids)
		g.lines = bytes.SplitAfterN(g.block, []byte("\n"), disorderBids)
		g.next = 0
	}
	line := g.lines[g.next*disorderStep%disorderBids]
	g.next++
	return append(b, line...)
}

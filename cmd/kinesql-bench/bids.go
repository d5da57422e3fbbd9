package main

import (
	"math"
	"math/rand/v2"
	"strconv"
)

// The model of Nexmark's bids. Events of all kinds come at a fixed rate in
// epochs of one person, three auctions and 46 bids; only the bids are written.
const (
	firstID    = 1000
	baseMillis = 1_700_000_000_000
	perMilli   = 10 // events of all three kinds per millisecond of event time

	epoch     = 50
	nonBids   = 4
	auctions  = 3
	hotRatio  = 100  // hot ids are the last ones rounded down to this
	inFlight  = 100  // auctions that cold bids choose from
	active    = 1000 // people that cold bidders are chosen from
	lead      = 10   // ids that do not exist yet but may be bid on
	channels  = 10_000
	padding   = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
	paddedTo  = 52
	shuffled  = 9000 // events that are written out of order: 0.9 seconds
	shuffleBy = 953  // prime, so that a shuffle meets each event once
)

// bidsInput is 252 bytes a record on average, up to 0.9 seconds out of order.
var bidsInput = input{name: "bids", records: func(seed uint64) func([]byte) []byte {
	b := &bids{r: rand.New(rand.NewPCG(seed, seed+1))}
	return b.append
}}

type bids struct {
	r    *rand.Rand
	next int64 // event in order of arrival
}

// event is the number, in order of event time, of the next bid to arrive.
func (g *bids) event() int64 {
	for {
		n := g.next
		g.next++
		if e := n - n%shuffled + n*shuffleBy%shuffled; e%epoch >= nonBids {
			return e
		}
	}
}

func (g *bids) append(b []byte) []byte {
	event := g.event()
	// The order of the random draws below is part of the format.
	auction, bidder := g.auction(event), g.bidder(event)
	price := int64(math.Round(math.Pow(10, g.r.Float64()*6) * 100))

	b = strconv.AppendInt(append(b, `{"auction":`...), firstID+auction, 10)
	b = strconv.AppendInt(append(b, `,"bidder":`...), firstID+bidder, 10)
	b = strconv.AppendInt(append(b, `,"price":`...), price, 10)
	b = g.channel(append(b, `,"channel":"`...))
	b = append(b, `","url":"https://www.nexmark.com/abc/def/ghi/item.htm?query=1&channel_id=`...)
	b = strconv.AppendInt(b, g.r.Int64N(1<<30), 10)
	b = strconv.AppendInt(append(b, `","dateTime":`...), baseMillis+event/perMilli, 10)
	b = append(b, `,"extra":"`...)
	b = append(b, padding[:paddedTo+g.r.IntN(len(padding)-paddedTo)]...)
	return append(b, "\"}\n"...)
}

// channel is one of four names half of the time.
func (g *bids) channel(b []byte) []byte {
	if g.r.IntN(2) > 0 {
		hot := [...]string{"Google", "Facebook", "Baidu", "Apple"}
		return append(b, hot[g.r.IntN(len(hot))]...)
	}
	return strconv.AppendInt(append(b, "channel-"...), g.r.Int64N(channels), 10)
}

// auction is hot half of the time, else one of those in flight.
func (g *bids) auction(event int64) int64 {
	last := event/epoch*auctions + auctions - 1
	if g.r.IntN(2) > 0 {
		return last / hotRatio * hotRatio
	}
	low := max(last-inFlight, 0)
	return low + g.r.Int64N(last-low+1+lead)
}

// bidder is hot three times in four, else one of the active people.
func (g *bids) bidder(event int64) int64 {
	last := event / epoch
	if g.r.IntN(4) > 0 {
		return last/hotRatio*hotRatio + 1
	}
	pool := min(last+1, active)
	return last + 1 - pool + g.r.Int64N(pool+lead)
}

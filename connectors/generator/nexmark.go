package generator

import (
	"fmt"
	"math/rand/v2"
	"strconv"

	"kinesql/operators/batch"
)

// The model of the Nexmark benchmark: of 50 events one is a person, three are
// auctions and 46 are bids.

func personFields() []batch.Field {
	return fieldsOf("id", batch.BigInt, "name", batch.Varchar, "emailAddress", batch.Varchar, "creditCard", batch.Varchar,
		"city", batch.Varchar, "state", batch.Varchar, "dateTime", batch.Timestamp, "extra", batch.Varchar)
}

func auctionFields() []batch.Field {
	return fieldsOf("id", batch.BigInt, "itemName", batch.Varchar, "description", batch.Varchar, "initialBid", batch.BigInt,
		"reserve", batch.BigInt, "dateTime", batch.Timestamp, "expires", batch.Timestamp, "seller", batch.BigInt,
		"category", batch.BigInt, "extra", batch.Varchar)
}

func bidFields() []batch.Field {
	return fieldsOf("auction", batch.BigInt, "bidder", batch.BigInt, "price", batch.BigInt, "channel", batch.Varchar,
		"url", batch.Varchar, "dateTime", batch.Timestamp, "extra", batch.Varchar)
}

const nexmarkRate = 10_000

// The event types, as the column event_type shows them.
const (
	personEvent = iota
	auctionEvent
	bidEvent
)

func eventType(event int64) int64 {
	switch at := event % epoch; {
	case at < personsAEpoch:
		return personEvent
	case at < personsAEpoch+auctionsEpoch:
		return auctionEvent
	}
	return bidEvent
}

// nexmark is all events in one stream: the type, and of person, auction and bid
// the one that is not NULL.
func nexmark() *kind {
	return &kind{
		name: "nexmark", time: "dateTime", rate: nexmarkRate,
		schema: schemaOf("event_type", batch.Integer, "person", batch.RowOf(personFields()...),
			"auction", batch.RowOf(auctionFields()...), "bid", batch.RowOf(bidFields()...), "dateTime", batch.Timestamp),
		newDraw: func(_ uint64, rate int64) draw {
			return func(r *rand.Rand, event, at int64, row []cell) { drawEvent(r, event, at, rate, row) }
		},
	}
}

func drawEvent(r *rand.Rand, event, at, rate int64, row []cell) {
	kind := eventType(event)
	row[0].setNum(kind)
	row[1].null, row[2].null, row[3].null = true, true, true
	switch kind {
	case personEvent:
		drawPerson(r, event, at, row[1].members(len(personFields())))
	case auctionEvent:
		drawNewAuction(r, event, at, rate, row[2].members(len(auctionFields())))
	default:
		drawBid(r, event, at, row[3].members(len(bidFields())))
	}
	row[4].setNum(at)
}

func only(kind int64) func(int64) bool {
	return func(event int64) bool { return eventType(event) == kind }
}

func nexmarkPerson() *kind {
	return &kind{
		name: "nexmark-person", time: "dateTime", rate: nexmarkRate, schema: batch.NewSchema(personFields()...),
		wants: only(personEvent), newDraw: func(uint64, int64) draw { return drawPerson },
	}
}

func nexmarkAuction() *kind {
	return &kind{
		name: "nexmark-auction", time: "dateTime", rate: nexmarkRate, schema: batch.NewSchema(auctionFields()...),
		wants: only(auctionEvent), newDraw: func(_ uint64, rate int64) draw {
			return func(r *rand.Rand, event, at int64, row []cell) { drawNewAuction(r, event, at, rate, row) }
		},
	}
}

func nexmarkBid() *kind {
	return &kind{
		name: "nexmark-bid", time: "dateTime", rate: nexmarkRate, schema: batch.NewSchema(bidFields()...),
		wants: only(bidEvent), newDraw: func(uint64, int64) draw { return drawBid },
	}
}

var (
	firstNames = []string{"Peter", "Paul", "Luke", "John", "Saul", "Vicky", "Kate", "Julie", "Sarah", "Deiter", "Walter"}
	lastNames  = []string{"Shultz", "Abrams", "Spencer", "White", "Bartels", "Walton", "Smith", "Jones", "Noris"}
	cities     = []string{
		"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland", "Bend", "Redmond", "Seattle", "Kent", "Cheyenne",
	}
	states = []string{"AZ", "CA", "ID", "OR", "WA", "WY"}
)

// anyOf returns one of the words, each as often.
func anyOf(r *rand.Rand, words []string) string { return words[r.IntN(len(words))] }

func drawPerson(r *rand.Rand, event, at int64, row []cell) {
	first, last := anyOf(r, firstNames), anyOf(r, lastNames)
	row[0].setNum(firstID + event/epoch)
	row[1].set(first + " " + last)
	row[2].set(word(r, 7) + "@" + word(r, 5) + ".com")
	row[3].set(fmt.Sprintf("%04d %04d %04d %04d", r.IntN(10_000), r.IntN(10_000), r.IntN(10_000), r.IntN(10_000)))
	row[4].set(anyOf(r, cities))
	row[5].set(anyOf(r, states))
	row[6].setNum(at)
	pad(r, row, 200)
}

const (
	firstCategory = 10
	categories    = 5
)

func drawNewAuction(r *rand.Rand, event, at, rate int64, row []cell) {
	number := event/epoch*auctionsEpoch + event%epoch - personsAEpoch
	row[0].setNum(firstID + number)
	row[1].set(word(r, 10+r.IntN(10)))
	row[2].set(word(r, 60+r.IntN(40)))
	initial := drawPrice(r)
	row[3].setNum(initial)
	row[4].setNum(initial + drawPrice(r))
	row[5].setNum(at)
	row[6].setNum(at + auctionLength(r, rate))
	row[7].setNum(firstID + drawSeller(r, event))
	row[8].setNum(firstCategory + r.Int64N(categories))
	pad(r, row, 500)
}

// auctionLength is on average the time in which 100 more auctions open.
func auctionLength(r *rand.Rand, rate int64) int64 {
	average := int64(inFlight*epoch/auctionsEpoch) * 1_000_000 / rate
	return 1 + average/2 + r.Int64N(average+1)
}

// drawSeller is the hot seller three times in four, else one of the active people.
func drawSeller(r *rand.Rand, event int64) int64 {
	last := event / epoch
	if r.IntN(4) > 0 {
		return last / hotEvery * hotEvery
	}
	pool := min(last+1, activePeople)
	return last + 1 - pool + r.Int64N(pool)
}

func drawBid(r *rand.Rand, event, at int64, row []cell) {
	row[0].setNum(firstID + drawAuction(r, event))
	row[1].setNum(firstID + drawBidder(r, event))
	row[2].setNum(drawPrice(r))
	if r.IntN(2) > 0 {
		row[3].set(anyOf(r, hotChannels[:]))
	} else {
		row[3].set("channel-" + strconv.Itoa(r.IntN(channelCount)))
	}
	row[4].text = appendURL(row[4].text[:0], row[3].text)
	row[5].setNum(at)
	pad(r, row, 180)
}

// appendURL makes the one address that a channel has. All but a tenth of the
// channels that are not hot say in it which they are.
func appendURL(dst, channel []byte) []byte {
	h := uint64(14695981039346656037)
	for _, c := range channel {
		h = (h ^ uint64(c)) * 1099511628211
	}
	r := rand.New(rand.NewPCG(h, 0))
	dst = append(dst, "https://www.nexmark.com/"...)
	for range 3 {
		dst = append(append(dst, word(r, 3)...), '/')
	}
	dst = append(dst, "item.htm?query=1"...)
	if channel[0] == 'c' && r.IntN(10) > 0 {
		dst = strconv.AppendInt(append(dst, "&channel_id="...), r.Int64N(1<<30), 10)
	}
	return dst
}

func word(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte('a' + r.IntN(26))
	}
	return string(b)
}

// pad fills the last column so that the values are about size bytes, give or
// take a fifth. Numbers count as eight.
func pad(r *rand.Rand, row []cell, size int) {
	extra := &row[len(row)-1]
	extra.null, extra.text = false, extra.text[:0]
	n := size*4/5 + r.IntN(size*2/5+1)
	for i := range row[:len(row)-1] {
		if n -= len(row[i].text); row[i].text == nil {
			n -= 8
		}
	}
	for ; n > 0; n-- {
		extra.text = append(extra.text, byte('a'+r.IntN(26)))
	}
}

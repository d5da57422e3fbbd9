package generator

import (
	"math"
	"math/rand/v2"
	"strconv"
)

// Bids appends bids in the manner of Nexmark as JSON lines: 252 bytes each on
// average, in order of event time at 10,000 events a second, of which 46 in 50
// are bids. Half of them go to one hot auction, three in four come from one hot
// bidder. Equal seeds give equal bytes, whatever the chunks asked for.
type Bids struct {
	r     *rand.Rand
	odd   *rand.Rand // of the adversarial variant; nil: none
	event int64
}

// NewBids returns a generator of plain bids, the keys always in one order.
func NewBids(seed uint64) *Bids {
	return &Bids{r: rand.New(rand.NewPCG(seed, seed+1))}
}

// NewAdversarialBids returns a generator of the same bids written to be hard to
// decode: keys in random order, escapes in strings, nested values and characters
// beyond ASCII beside them.
func NewAdversarialBids(seed uint64) *Bids {
	b := NewBids(seed)
	b.odd = rand.New(rand.NewPCG(seed, seed+2))
	return b
}

// The model's constants. Ids are shown with firstID added.
const (
	firstID       = 1000
	bidsStart     = 1_700_000_000_000 // milliseconds
	eventsAMilli  = 10
	epoch         = 50 // events: 1 person, 3 auctions, 46 bids
	personsAEpoch = 1
	auctionsEpoch = 3
	hotEvery      = 100  // a hot id is the last one rounded down to this
	inFlight      = 100  // auctions that cold bids go to
	activePeople  = 1000 // people that cold bids come from
	leadIDs       = 10   // ids that do not exist yet but may be bid on
	channelCount  = 10_000
	padding       = "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz"
	minPadding    = 52
)

var hotChannels = [...]string{"Google", "Facebook", "Baidu", "Apple"}

// bid is one bid of Bids.
type bid struct {
	auction, bidder, price int64
	hot                    int // index in hotChannels, or -1
	channel                int64
	channelID              int64
	millis                 int64
	extra                  int // length of the padding
}

// AppendBids appends the next n bids to buf, one JSON object a line.
func (g *Bids) AppendBids(buf []byte, n int) []byte {
	for range n {
		b := g.next()
		if g.odd == nil {
			buf = b.appendPlain(buf)
		} else {
			buf = b.appendOdd(buf, g.odd)
		}
	}
	return buf
}

// next draws a bid. The order of the draws is part of the format.
func (g *Bids) next() (b bid) {
	if at := g.event % epoch; at < personsAEpoch+auctionsEpoch {
		g.event += personsAEpoch + auctionsEpoch - at
	}
	b.auction = firstID + drawAuction(g.r, g.event)
	b.bidder = firstID + drawBidder(g.r, g.event)
	b.price = drawPrice(g.r)
	if b.hot = -1; g.r.IntN(2) > 0 {
		b.hot = g.r.IntN(len(hotChannels))
	} else {
		b.channel = g.r.Int64N(channelCount)
	}
	b.channelID = g.r.Int64N(1 << 30)
	b.millis = bidsStart + g.event/eventsAMilli
	b.extra = minPadding + g.r.IntN(len(padding)-minPadding)
	g.event++
	return b
}

// drawAuction is the hot auction half of the time, else one of those in flight.
func drawAuction(r *rand.Rand, event int64) int64 {
	last := event/epoch*auctionsEpoch + auctionsEpoch - 1
	if r.IntN(2) > 0 {
		return last / hotEvery * hotEvery
	}
	low := max(last-inFlight, 0)
	return low + r.Int64N(last-low+1+leadIDs)
}

// drawBidder is the hot bidder three times in four, else one of the active people.
func drawBidder(r *rand.Rand, event int64) int64 {
	last := event / epoch
	if r.IntN(4) > 0 {
		return last/hotEvery*hotEvery + 1
	}
	pool := min(last+1, activePeople)
	return last + 1 - pool + r.Int64N(pool+leadIDs)
}

// drawPrice is spread evenly over the orders of magnitude from 1e2 to 1e8.
func drawPrice(r *rand.Rand) int64 {
	return int64(math.Round(math.Pow(10, r.Float64()*6) * 100))
}

const bidURL = "https://www.nexmark.com/abc/def/ghi/item.htm?query=1&channel_id="

func (b *bid) appendPlain(buf []byte) []byte {
	for i := range 7 {
		buf = append(buf, [...]string{"{", ",", ",", ",", ",", ",", ","}[i]...)
		buf = b.appendField(buf, i)
	}
	return append(buf, '}', '\n')
}

// appendField appends one of the seven fields.
func (b *bid) appendField(buf []byte, i int) []byte {
	switch i {
	case 0:
		return strconv.AppendInt(append(buf, `"auction":`...), b.auction, 10)
	case 1:
		return strconv.AppendInt(append(buf, `"bidder":`...), b.bidder, 10)
	case 2:
		return strconv.AppendInt(append(buf, `"price":`...), b.price, 10)
	case 3:
		return append(b.appendChannel(append(buf, `"channel":"`...)), '"')
	case 4:
		buf = append(append(buf, `"url":"`...), bidURL...)
		return append(strconv.AppendInt(buf, b.channelID, 10), '"')
	case 5:
		return strconv.AppendInt(append(buf, `"dateTime":`...), b.millis, 10)
	}
	buf = append(buf, `"extra":"`...)
	return append(append(buf, padding[:b.extra]...), '"')
}

func (b *bid) appendChannel(buf []byte) []byte {
	if b.hot >= 0 {
		return append(buf, hotChannels[b.hot]...)
	}
	return strconv.AppendInt(append(buf, "channel-"...), b.channel, 10)
}

// oddValues stand beside a bid's fields in the adversarial variant.
var oddValues = [...]string{
	`"meta":{"tags":[["é","日本語"],{"x":[1,-2.5e3,null]}],"auction":-1}`,
	`"näme":"\ud83d\ude00 \"auction\":7,","price ":{"price":[[[[0]]]]}`,
	`"deep":[[[[[[[[{"a":{"b":{"c":[true,false]}}}]]]]]]]]`,
}

func (b *bid) appendOdd(buf []byte, r *rand.Rand) []byte {
	order := [8]int{0, 1, 2, 3, 4, 5, 6, 7}
	r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	buf = append(buf, '{')
	for i, field := range order {
		if i > 0 {
			buf = append(buf, ',')
		}
		if field == 7 {
			buf = append(buf, oddValues[r.IntN(len(oddValues))]...)
			continue
		}
		start := len(buf)
		buf = b.appendField(buf, field)
		if buf[len(buf)-1] == '"' {
			buf = appendEscaped(buf, start+len(`"channel":"`), r)
		}
	}
	return append(buf, '}', '\n')
}

// appendEscaped writes a letter of the string that buf ends with as an escape.
func appendEscaped(buf []byte, from int, r *rand.Rand) []byte {
	at := from + r.IntN(len(buf)-1-from)
	c, tail := buf[at], string(buf[at+1:])
	const hex = "0123456789abcdef"
	buf = append(buf[:at], '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
	return append(buf, tail...)
}

package generator

import (
	"math/rand/v2"
	"strconv"

	"kinesql/operators/batch"
)

// Events appends the events of Nexmark as JSON lines of one stream: event_type (0
// person, 1 auction, 2 bid), the three of which one is not null, and dateTime.
// Instants are milliseconds since 1970, and no two events have the same one: they
// are a millisecond apart. They are written up to EventsDisorder out of order.
// Equal seeds give equal bytes.
type Events struct {
	kind  *kind
	draw  draw
	seed  uint64
	pcg   *rand.PCG
	r     *rand.Rand
	row   []cell
	event int64
}

// EventsDisorder is how many milliseconds an event of Events may come after a later one.
const EventsDisorder = 1000

// disorderStep is a prime that does not divide EventsDisorder: steps of it meet
// each event of a group once.
const disorderStep = 953

// eventsRate is the events a second of event time.
const eventsRate = 1000

// NewEvents returns a generator of events.
func NewEvents(seed uint64) *Events {
	e := &Events{kind: nexmark(), seed: seed, pcg: rand.NewPCG(seed, 0)}
	e.r = rand.New(e.pcg)
	e.draw, e.row = e.kind.newDraw(seed, eventsRate), make([]cell, e.kind.schema.Len())
	return e
}

// Append appends the next event, a line.
func (e *Events) Append(buf []byte) []byte {
	group := e.event / EventsDisorder * EventsDisorder
	event := group + (e.event*disorderStep)%EventsDisorder
	e.event++
	e.pcg.Seed(e.seed, uint64(event))
	e.draw(e.r, event, (bidsStart+event)*1000, e.row)
	return append(appendObject(buf, e.kind.schema.Fields(), e.row), '\n')
}

func appendObject(buf []byte, fields []batch.Field, row []cell) []byte {
	buf = append(buf, '{')
	for i, f := range fields {
		if i > 0 {
			buf = append(buf, ',')
		}
		buf = append(strconv.AppendQuote(buf, f.Name), ':')
		buf = appendValue(buf, f.Type, &row[i])
	}
	return append(buf, '}')
}

func appendValue(buf []byte, t batch.Type, c *cell) []byte {
	switch {
	case c.null:
		return append(buf, "null"...)
	case t.ID == batch.Row:
		return appendObject(buf, t.Fields, c.row)
	case t.ID == batch.Timestamp:
		return strconv.AppendInt(buf, c.num/1000, 10)
	case t.ID == batch.Varchar:
		return strconv.AppendQuote(buf, string(c.text)) // all text here is printable ASCII, which JSON quotes alike
	}
	return strconv.AppendInt(buf, c.num, 10)
}

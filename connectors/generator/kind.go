package generator

import (
	"math/rand/v2"

	"kinesql/operators/batch"
)

// kind is a sort of stream.
type kind struct {
	name   string
	schema *batch.Schema
	time   string // the time attribute, one of the columns
	rate   int64  // default, events a second
	// wants says which events are rows of this kind; nil: all.
	wants func(event int64) bool
	// newDraw returns what fills in the values of an event, one a column. Events
	// come in order, from 0; those not wanted are left out.
	newDraw func(seed uint64, rate int64) draw
}

// draw fills in the row of an event whose time is at. r is seeded for the event.
type draw func(r *rand.Rand, event int64, at int64, row []cell)

func kinds() []*kind {
	return []*kind{
		clickstream(), stock(), telemetry(), nexmark(), nexmarkPerson(), nexmarkAuction(), nexmarkBid(),
	}
}

func kindNames() (names []string) {
	for _, k := range kinds() {
		names = append(names, k.name)
	}
	return names
}

// schemaOf builds a schema of names and types in turn.
func schemaOf(columns ...any) *batch.Schema { return batch.NewSchema(fieldsOf(columns...)...) }

func fieldsOf(columns ...any) (fields []batch.Field) {
	for i := 0; i < len(columns); i += 2 {
		t, ok := columns[i+1].(batch.Type)
		if !ok {
			t = batch.Of(columns[i+1].(batch.TypeID))
		}
		fields = append(fields, batch.Field{Name: columns[i].(string), Type: t})
	}
	return fields
}

// pick returns one of the words; the earlier ones come more often.
func pick(r *rand.Rand, words []string) string {
	return words[min(r.IntN(len(words)), r.IntN(len(words)))]
}

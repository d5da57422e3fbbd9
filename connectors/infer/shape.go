package infer

import (
	"math"
	"strconv"
	"strings"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// kind is a sort of value that a column was seen to hold.
type kind uint8

const (
	boolean kind = 1 << iota
	integer
	large // an integer beyond 64 bits
	fraction
	text
	object
	list
)

// maxMembers is how many different keys an object may have before it is taken
// for a map, which is JSON.
const maxMembers = 100

// shape is what was seen of a column.
type shape struct {
	name    string
	kinds   kind
	values  int // that are not NULL
	ints    []int64
	texts   []string
	members *shapes // of objects
	elem    *shape  // of arrays
}

// shapes are columns or members in the order in which they were seen.
type shapes struct {
	all   []*shape
	index map[string]*shape
}

func newShapes() *shapes { return &shapes{index: map[string]*shape{}} }

func (s *shapes) get(name string) *shape {
	if c := s.index[name]; c != nil {
		return c
	}
	c := &shape{name: name}
	s.all, s.index[name] = append(s.all, c), c
	return c
}

func (c *shape) see(k kind) {
	c.kinds |= k
	c.values++
}

func (c *shape) seeText(s string) {
	c.see(text)
	c.texts = append(c.texts, s)
}

// seeNumber takes a number as it is written.
func (c *shape) seeNumber(s string) {
	n, err := strconv.ParseInt(s, 10, 64)
	switch {
	case err == nil:
		c.see(integer)
		c.ints = append(c.ints, n)
	case strings.ContainsAny(s, ".eE"):
		c.see(fraction)
	default:
		c.see(large)
	}
}

// typ is the narrowest type that holds all that was seen.
func (c *shape) typ() batch.Type {
	switch {
	case c.kinds == 0:
		return batch.Of(batch.Varchar)
	case c.kinds == boolean:
		return batch.Of(batch.Boolean)
	case c.kinds == integer:
		return batch.Of(batch.BigInt)
	case c.kinds&^(integer|large) == 0:
		return batch.DecimalOf(38, 0)
	case c.kinds&^(integer|large|fraction) == 0:
		return batch.Of(batch.Double)
	case c.kinds == text:
		return c.textType()
	case c.kinds == object && len(c.members.all) > 0 && len(c.members.all) <= maxMembers && c.members.named():
		return batch.RowOf(c.members.fields()...)
	case c.kinds == list && c.elem.kinds != 0:
		if elem := c.elem.typ(); elem.ID != batch.JSON {
			return batch.ArrayOf(elem)
		}
	}
	return batch.Of(batch.JSON)
}

func (c *shape) textType() batch.Type {
	dates := true
	for _, s := range c.texts {
		if !isTime(s) {
			return batch.Of(batch.Varchar)
		}
		_, ok := format.ParseDate([]byte(s))
		dates = dates && ok
	}
	if dates {
		return batch.Of(batch.Date)
	}
	return batch.Of(batch.Timestamp)
}

// isTime reports whether s is a date or a time with a date, not a bare number.
func isTime(s string) bool {
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return false
	}
	micros, ok := anyTime([]byte(s))
	return ok && micros > math.MinInt64
}

// anyTime is the parser of timestamp.format = 'auto'.
func anyTime(s []byte) (int64, bool) {
	parse, err := format.NewTimeParser("auto")
	if err != nil {
		return 0, false
	}
	return parse(s)
}

// named reports whether all members have names that SQL can hold.
func (s *shapes) named() bool {
	_, nameless := s.index[""]
	return !nameless
}

func (s *shapes) fields() []batch.Field {
	var fields []batch.Field
	for _, c := range s.all {
		if c.name != "" {
			fields = append(fields, batch.Field{Name: c.name, Type: c.typ()})
		}
	}
	return fields
}

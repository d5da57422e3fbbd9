package json

import (
	"encoding/binary"
	"slices"

	"kinesql/operators/batch"
)

// shape is a way in which records are written: the exact bytes around their
// values. A record that has these bytes has the keys of the record that the
// shape was learned from, so the same values are wanted, and its structure is
// sound if each value is.
type shape struct {
	steps  []step
	tail   []byte // behind the last value
	absent []int  // columns that such records lack
}

// step is a value and the bytes before it, from the end of the value before.
type step struct {
	first    uint64 // the first eight bytes of head at most
	mask     uint64 // over those bytes
	last     uint64 // the last eight bytes of head, if it has more than eight
	lastMask uint64
	lastAt   int
	size     int // of head
	reach    int // bytes that must be there to compare words
	op       op
	tested   bool // the column has predicates
	isLong   bool // more than two words
	column   int
	col      *column
	head     []byte
}

// op is what to do with a value.
type op uint8

const (
	skip      op = iota
	asInteger    // TINYINT to BIGINT
	asTime       // TIMESTAMP that may be a number
	asFloat
	asText   // CHAR, VARCHAR and binary of no declared length
	asOther  // any other scalar
	asNested // ROW, ARRAY
)

func opOf(c *column) op {
	switch {
	case c.lane == batch.LaneNested:
		return asNested
	case c.typ.IsInteger():
		return asInteger
	case c.epoch != nil:
		return asTime
	case c.typ.IsFloat():
		return asFloat
	case (c.typ.IsString() || c.typ.IsBinary()) && c.typ.Precision == 0:
		return asText
	}
	return asOther
}

// setHead prepares the head to be compared by words: two of eight bytes that
// may overlap, or one under a mask.
func (s *step) setHead(head []byte) {
	s.head, s.size, s.reach, s.isLong = slices.Clone(head), len(head), max(8, len(head)), len(head) > 16
	var word [8]byte
	n := copy(word[:], head)
	s.first, s.mask = binary.LittleEndian.Uint64(word[:]), ^uint64(0)>>(64-8*n)
	if s.size > 8 {
		s.lastAt, s.lastMask = s.size-8, ^uint64(0)
		s.last = binary.LittleEndian.Uint64(head[s.lastAt:])
	}
}

// learn makes a shape of a record that the exact decoder has just read without
// fault. It returns nil for what a shape cannot tell: a value that is wanted
// both whole and in part, or twice.
func learn(d *decoder, line []byte) *shape {
	l := learner{scanner: scanner{b: line}, d: d, shape: &shape{}}
	wants := make([]bool, len(d.columns))
	i := l.space(0)
	if i = l.walk(i, d.root); i < 0 {
		return nil
	}
	l.shape.tail = slices.Clone(line[l.done:])
	for _, s := range l.shape.steps {
		if s.op != skip {
			wants[s.column] = true
		}
	}
	for c := range d.columns {
		if !wants[c] {
			l.shape.absent = append(l.shape.absent, c)
		}
	}
	return l.shape
}

// learner walks a sound record once more.
type learner struct {
	scanner
	d     *decoder
	shape *shape
	done  int // the end of the last value
}

// walk adds steps for the members of the object at i, whose node is n.
func (l *learner) walk(i int, n *node) int {
	if i = l.space(i + 1); l.at(i) == '}' {
		return i + 1
	}
	for {
		_, i = l.key(i)
		if i = l.member(i, n); i < 0 {
			return -1
		}
		if i = l.space(i); l.at(i) == '}' {
			return i + 1
		}
		i = l.space(i + 1)
	}
}

// member adds what there is at i, which belongs to the child of n that has its
// value there, if any.
func (l *learner) member(i int, n *node) int {
	for _, c := range n.children {
		if c.value.kind == none || c.value.start != i {
			continue
		}
		if len(c.children) == 0 {
			return l.add(i, c)
		}
		if len(c.columns) > 0 {
			return -1
		}
		if l.at(i) == '{' {
			return l.walk(i, c)
		}
		return i + len("null") // becomes part of the next head
	}
	return l.add(i, nil)
}

// add adds a step for the value at i, which n wants if it is not nil.
func (l *learner) add(i int, n *node) int {
	var s step
	s.setHead(l.b[l.done:i])
	if n != nil {
		if len(n.columns) != 1 {
			return -1
		}
		s.column = n.columns[0]
		s.col = &l.d.columns[s.column]
		s.op, s.tested = opOf(s.col), s.col.numbers != nil || s.col.texts != nil
	}
	l.shape.steps = append(l.shape.steps, s)
	_, l.done = l.value(i)
	return l.done
}

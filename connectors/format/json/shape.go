package json

import (
	"bytes"
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
	heads  [][]byte // by step
	end    step     // behind the last value, with the newline
	absent []int    // columns that such records lack
	nested []int    // columns that are appended when all else is right
}

// step is a value and the bytes before it, its head, from the end of the value
// before. It fills one line of the processor's cache.
type step struct {
	first    uint64 // the first eight bytes of the head at most
	mask     uint64 // over those bytes
	last     uint64 // the last eight bytes of the head, if it has more than eight
	lastMask uint64
	lastAt   uint32
	size     uint32 // of the head
	op       op
	tested   bool // the column has predicates
	isLong   bool // more than two words
	isTime   bool // the column is the time attribute
	column   int
	col      *column
}

// op is what to do with a value.
type op uint8

const (
	skip       op = iota
	skipText      // what is wanted of no record, and was a string in the one learned from
	skipNumber    // the same of a number
	asInteger     // TINYINT to BIGINT
	asTime        // TIMESTAMP that may be a number
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
	s.size, s.isLong = uint32(len(head)), len(head) > 16
	var bytes [8]byte
	n := copy(bytes[:], head)
	s.first, s.mask = binary.LittleEndian.Uint64(bytes[:]), ^uint64(0)>>(64-8*n)
	if s.size > 8 {
		s.lastAt, s.lastMask = s.size-8, ^uint64(0)
		s.last = binary.LittleEndian.Uint64(head[s.lastAt:])
	}
}

// differs returns 0 if the words of the head are at i, behind which b has at
// least maxHead bytes.
func (s *step) differs(b []byte, i int) uint64 {
	return word(b, i)&s.mask ^ s.first | (word(b, i+int(s.lastAt))^s.last)&s.lastMask
}

// differsLong reports whether head k, of more than two words, is not at i.
//
//go:noinline
func (s *shape) differsLong(b []byte, i, k int) bool { return !bytes.HasPrefix(b[i:], s.heads[k]) }

// maxHead is the longest head that a shape may have.
const maxHead = 256

// learn makes a shape of a record that the exact decoder has just read without
// fault. It returns nil for what a shape cannot tell: a value that is wanted
// both whole and in part, or twice; or is not worth it: heads of great length.
func learn(d *decoder, line []byte) *shape {
	l := learner{scanner: scanner{b: line}, d: d, shape: &shape{}}
	wants := make([]bool, len(d.columns))
	i := l.space(0)
	if i = l.walk(i, d.root); i < 0 {
		return nil
	}
	if len(line)-l.done >= maxHead {
		return nil
	}
	tail := append(slices.Clone(line[l.done:]), '\n')
	l.shape.end.setHead(tail)
	l.shape.heads = append(l.shape.heads, tail)
	for _, s := range l.shape.steps {
		if s.col != nil {
			wants[s.column] = true
		}
		if s.op == asNested {
			l.shape.nested = append(l.shape.nested, s.column)
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
	if i-l.done > maxHead {
		return -1
	}
	head := slices.Clone(l.b[l.done:i])
	s := step{op: skip}
	s.setHead(head)
	switch kindOf[l.at(i)] {
	case aText:
		s.op = skipText
	case aNumber:
		s.op = skipNumber
	}
	if n != nil {
		if len(n.columns) != 1 {
			return -1
		}
		s.column = n.columns[0]
		s.col = &l.d.columns[s.column]
		s.op, s.tested, s.isTime = opOf(s.col), s.col.numbers != nil || s.col.texts != nil, s.col.isTime
	}
	l.shape.steps = append(l.shape.steps, s)
	l.shape.heads = append(l.shape.heads, head)
	_, l.done = l.value(i)
	return l.done
}

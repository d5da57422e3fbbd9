package json

import (
	"bytes"
	"encoding/binary"
	"math"
)

// bets keeps the shapes that records had lately and decodes records that have
// one of them. Where bets are mostly lost it stops betting for a while, so that
// records of no common shape cost little more than exact decoding.
type bets struct {
	shapes []*shape // the most recently won first
	credit int      // what may be lost; none left: pause
	pause  int      // records to go without a bet
	length int      // of the next pause: twice the last, unless a bet was won since
}

const (
	maxShapes   = 8
	startCredit = 64
	minLearning = 16 // credit without which nothing new is learned
	winBet      = 3
	costOfBet   = 2
	costOfLearn = 6
	minPause    = 512
	maxPause    = 16_384
)

func (b *bets) reset() { *b = bets{credit: startCredit, length: minPause} }

// play decodes the record line[:n] if it has a known shape; line goes on to the
// end of the block.
func (b *bets) play(d *decoder, line []byte, n int) outcome {
	if b.pause > 0 {
		if b.pause--; b.pause == 0 {
			b.credit = startCredit / 2
		}
		return lost
	}
	for k, s := range b.shapes {
		what := d.run(s, line, n)
		if what == lost {
			continue
		}
		if k > 0 {
			copy(b.shapes[1:k+1], b.shapes[:k])
			b.shapes[0] = s
		}
		if b.credit < startCredit {
			b.credit += winBet
		}
		b.length = minPause
		return what
	}
	return lost
}

// learn takes the shape of a record that was read exactly.
func (b *bets) learn(d *decoder, line []byte) {
	if b.pause > 0 {
		return
	}
	if b.credit -= costOfBet; b.credit <= 0 {
		b.pause, b.length = b.length, min(2*b.length, maxPause)
		return
	}
	if b.credit < minLearning {
		return
	}
	b.credit -= costOfLearn
	s := learn(d, line)
	if s == nil {
		return
	}
	if len(b.shapes) < maxShapes {
		b.shapes = append(b.shapes, nil)
	}
	copy(b.shapes[1:], b.shapes)
	b.shapes[0] = s
}

// run decodes the record b[:n] if it is of the shape. b goes on behind n, so
// that words can be loaded; no head has a newline, so none matches across n.
func (d *decoder) run(s *shape, b []byte, n int) outcome {
	d.read.b, d.read.arena = b[:n:n], d.read.arena[:0]
	i, passed := 0, true
	for k := range s.steps {
		st := &s.steps[k]
		if i+st.reach <= len(b) {
			w := binary.LittleEndian.Uint64(b[i:])&st.mask ^ st.first
			w |= (binary.LittleEndian.Uint64(b[i+st.lastAt:]) ^ st.last) & st.lastMask
			if w != 0 || st.isLong && !bytes.HasPrefix(b[i:], st.head) {
				return lost
			}
		} else if !bytes.HasPrefix(b[i:], st.head) {
			return lost
		}
		if i += st.size; i >= n {
			return lost
		}
		if st.op == skip || !passed && !st.col.isTime {
			i = d.skip(b, i, n)
		} else if i = d.take(st, b, i, n); i > 0 && st.tested {
			passed = st.col.passes(&d.read, &d.values[st.column]) && passed
		}
		if i < 0 {
			return lost
		}
	}
	if !bytes.Equal(b[i:n], s.tail) {
		return lost
	}
	return d.finish(s, passed)
}

// finish sets the columns that records of the shape lack.
func (d *decoder) finish(s *shape, passed bool) outcome {
	for _, c := range s.absent {
		d.values[c] = value{null: true}
		passed = passed && d.columns[c].passes(&d.read, &d.values[c])
	}
	if !passed {
		return dropped
	}
	return kept
}

// skip finds the end of an unwanted value in b[:n], or returns -1 where there
// is none, or one that is not simple enough.
func (d *decoder) skip(b []byte, i, n int) int {
	if b[i] == '"' {
		if end := bytes.IndexByte(b[i+1:n], '"'); end > 0 && b[i+end] != '\\' || end == 0 {
			return i + end + 2
		}
	} else if b[i]-'1' < 9 && i+8 <= len(b) {
		for j := i; j+8 <= len(b); j += 8 {
			_, k := digitsOf(binary.LittleEndian.Uint64(b[j:]))
			if k == 8 {
				continue
			}
			if c := b[j+k]; c != '.' && c|0x20 != 'e' {
				return j + k
			}
			break
		}
	}
	in := scanner{b: b[:n]}
	_, i = in.value(i)
	return i
}

// take decodes the value at i of b[:n] and returns its end, or -1 where it is
// not of the column's type.
func (d *decoder) take(st *step, b []byte, i, n int) int {
	v := &d.values[st.column]
	switch st.op {
	case asInteger:
		if x, end := shortNumber(b, i); end > 0 && x >= st.col.low && x <= st.col.high {
			*v = value{bits: x}
			return end
		}
	case asTime:
		if x, end := shortNumber(b, i); end > 0 {
			if micros, ok := st.col.epoch(x); ok {
				*v = value{bits: micros}
				return end
			}
		}
	case asFloat:
		if f, size := simpleFloat(b[i:n]); size > 0 {
			*v = value{bits: int64(math.Float64bits(f))}
			return i + size
		}
	case asText:
		if b[i] == '"' {
			if end := plain(b[:n], i+1); end < n && b[end] == '"' {
				*v = value{start: i + 1, end: end}
				return end + 1
			}
		}
	}
	return d.takeExactly(st, i)
}

// takeExactly is take by the exact decoder.
func (d *decoder) takeExactly(st *step, i int) int {
	in := scanner{b: d.read.b}
	at, end := in.value(i)
	if end < 0 {
		return -1
	}
	problem := ""
	if st.op == asNested {
		d.values[st.column] = value{start: at.start, end: at.end, null: at.kind == aNull}
		problem = st.col.nested.append(&d.read, at, nil)
	} else {
		d.values[st.column], problem = d.read.read(st.col, at)
		d.decimals[st.column] = d.read.dec
	}
	if problem != "" {
		return -1
	}
	return end
}

// shortNumber reads an integer of at most maxDigits that is written as such.
// end is 0 where there is something else.
func shortNumber(b []byte, i int) (x int64, end int) {
	negative := b[i] == '-'
	if negative {
		i++
	}
	u, k := leading(b[i:])
	if end = i + k; k == 0 || k > maxDigits || k > 1 && b[i] == '0' || end >= len(b) || b[end] == '.' || b[end]|0x20 == 'e' {
		return 0, 0
	}
	if negative {
		return -int64(u), end
	}
	return int64(u), end
}

package json

import (
	"bytes"
	"math"

	"kinesql/operators/batch"
	"kinesql/window"
)

// runner is what run knows of the record at hand.
type runner struct {
	passed  bool // the predicates so far
	dirty   bool // the builder has values of the record
	bounded bool // reader.b is the record
}

// margin is how many bytes run wants to be there behind the end of any value.
const margin = maxHead + 64

// run decodes the record that b starts with if it is of the shape. It appends
// its values, but only sets d.at and does not end the row. No head has a newline
// and no value is read across one, so a record of the shape ends with its line.
// Of what comes within margin of the end of b it returns cut.
func (d *decoder) run(s *shape, b []byte, out *batch.Builder) (what outcome, size int) {
	d.at, d.runner = window.Min, runner{passed: true}
	i, room := 0, len(b)-margin
	for k := range s.steps {
		st := &s.steps[k]
		if i > room {
			return d.lose(cut, out)
		}
		if st.differs(b, i) != 0 || st.isLong && s.differsLong(b, i, k) {
			return d.lose(lost, out)
		}
		i += int(st.size)
		switch {
		case st.op == skipText:
			if b[i] == '"' {
				if end := stopsAhead(b, i+1); b[end] == '"' {
					i = end + 1
					continue
				}
			}
			i = d.skip(b, i)
		case st.op == skipNumber:
			w := word(b, i)
			if _, n := digitsOf(w); n < 8 && n > 0 && byte(w) != '0' {
				i += n
				continue
			}
			i = d.skip(b, i)
		case st.op == skip || !d.passed && !st.isTime:
			i = d.skip(b, i)
		case st.op <= asTime:
			i = d.takeInteger(st, b, i, out)
		case st.op == asText:
			i = d.takeText(st, b, i, out)
		default:
			i = d.takeOther(st, b, i, out)
		}
		if i < 0 {
			return d.lose(lost, out)
		}
	}
	if i > room {
		return d.lose(cut, out)
	}
	if s.end.differs(b, i) != 0 || s.end.isLong && s.differsLong(b, i, len(s.steps)) {
		return d.lose(lost, out)
	}
	return d.finish(s, out), i + int(s.end.size)
}

// runCut is run of a record near the end of the block. If it is there whole it
// is copied to where there is room.
func (d *decoder) runCut(s *shape, b []byte, out *batch.Builder) (what outcome, size int) {
	n := bytes.IndexByte(b, '\n')
	if n < 0 {
		return lost, 0
	}
	d.copy = append(append(d.copy[:0], b[:n+1]...), make([]byte, margin)...)
	return d.run(s, d.copy, out)
}

// lose takes back what the record has left in the builder.
func (d *decoder) lose(what outcome, out *batch.Builder) (outcome, int) {
	if d.dirty {
		out.Truncate()
	}
	return what, 0
}

// finish appends the columns that records of the shape lack, and the nested
// ones, which cannot be taken back.
func (d *decoder) finish(s *shape, out *batch.Builder) outcome {
	for _, c := range s.absent {
		d.values[c] = value{null: true}
		d.passed = d.passed && d.columns[c].passes(&d.read, &d.values[c])
	}
	if !d.passed {
		d.lose(dropped, out)
		return dropped
	}
	for _, c := range s.absent {
		d.append(c, out)
	}
	for _, c := range s.nested {
		d.append(c, out)
	}
	return kept
}

// bound makes reader.b the record that b starts with.
func (d *decoder) bound(b []byte) {
	if d.bounded {
		return
	}
	d.bounded = true
	if n := bytes.IndexByte(b, '\n'); n >= 0 {
		b = b[:n:n]
	}
	d.read.b, d.read.arena = b, d.read.arena[:0]
}

// skip finds the end of an unwanted value, or returns -1. If it is a number it
// may end where its leading digits do: the head that must come next shows
// whether it does.
func (d *decoder) skip(b []byte, i int) int {
	if c := b[i]; c == '"' {
		if end := stops(b, i+1); end < len(b) && b[end] == '"' {
			return end + 1
		}
	} else if c-'1' < 9 {
		_, k := digitsOf(word(b, i))
		if k < 8 {
			return i + k
		}
		if _, k = digitsOf(word(b, i+8)); k < 8 {
			return i + 8 + k
		}
	}
	d.bound(b)
	in := scanner{b: d.read.b}
	_, i = in.value(i)
	return i
}

// takeInteger appends a value of op asInteger or asTime.
func (d *decoder) takeInteger(st *step, b []byte, i int, out *batch.Builder) int {
	w := word(b, i)
	values, k := digitsOf(w)
	x, end := int64(eight(values<<(64-8*k))), i+k
	if k == 8 || k == 0 || byte(w) == '0' {
		if x, end = integerAt(b, i); end == 0 {
			return d.takeOther(st, b, i, out)
		}
	}
	if st.op == asTime {
		var ok bool
		if x, ok = st.col.epoch(x); !ok {
			return d.takeOther(st, b, i, out)
		}
		if st.isTime {
			d.at = window.Micros(x)
		}
	} else if x < st.col.low || x > st.col.high {
		return -1
	}
	if st.tested {
		d.passed = st.col.passesNumber(x) && d.passed
	}
	if d.passed {
		col := &out.Cols[st.column]
		col.I64 = append(col.I64, x)
		d.dirty = true
	}
	return end
}

// floatAt reads a number in the form of simpleFloat at i. end is 0 where there is
// something else. The caller must check what comes behind it.
func floatAt(b []byte, i int) (f float64, end int) {
	f, n := simpleFloat(b[i:])
	if n == 0 {
		return 0, 0
	}
	return f, i + n
}

// integerAt reads an integer at i of less than sixteen digits. end is 0 where
// there is something else. The caller must check what comes behind it.
func integerAt(b []byte, i int) (x int64, end int) {
	w := word(b, i)
	values, k := digitsOf(w)
	if k < 8 {
		if k == 0 || k > 1 && byte(w) == '0' {
			return shortNumber(b, i)
		}
		return int64(eight(values << (64 - 8*k))), i + k
	}
	more, k := digitsOf(word(b, i+8))
	if k == 8 || byte(w) == '0' {
		return shortNumber(b, i)
	}
	return int64(eight(values)*powers[k] + eight(more<<(64-8*k))), i + 8 + k
}

// takeText appends a value of op asText.
func (d *decoder) takeText(st *step, b []byte, i int, out *batch.Builder) int {
	if b[i] != '"' {
		return d.takeOther(st, b, i, out)
	}
	end := plain(b, i+1)
	if end >= len(b) || b[end] != '"' {
		return d.takeOther(st, b, i, out)
	}
	if st.tested {
		d.passed = st.col.passesText(b[i+1:end]) && d.passed
	}
	if d.passed {
		col := &out.Cols[st.column]
		col.Buf = append(col.Buf, b[i+1:end]...)
		col.Off = append(col.Off, int32(len(col.Buf)))
		d.dirty = true
	}
	return end + 1
}

// takeOther appends any value, as the exact decoder would, but for nested ones,
// which it checks.
func (d *decoder) takeOther(st *step, b []byte, i int, out *batch.Builder) int {
	v := &d.values[st.column]
	end := 0
	if st.op == asFloat {
		var f float64
		f, end = floatAt(b, i)
		*v = value{bits: int64(math.Float64bits(f))}
	}
	if end == 0 {
		if end = d.takeExactly(st, b, i); end < 0 {
			return -1
		}
	}
	if st.isTime && !v.null {
		d.at = window.Micros(v.bits)
	}
	if st.tested {
		d.passed = st.col.passes(&d.read, v) && d.passed
	}
	if d.passed && st.op != asNested {
		d.append(st.column, out)
		d.dirty = true
	}
	return end
}

// takeExactly reads the value at i as the exact decoder does.
func (d *decoder) takeExactly(st *step, b []byte, i int) (end int) {
	d.bound(b)
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

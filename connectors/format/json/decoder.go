package json

import (
	"bytes"
	"fmt"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// decoder implements format.Decoder.
type decoder struct {
	columns []column
	order   []int // of columns in the exact decoder: those with predicates, the time, the rest
	time    int   // column, or -1
	root    *node
	faults  operators.Faults
	maxTime window.Micros

	at window.Micros // the event time of the record at hand; window.Min: none
	runner

	// The record at hand, by column.
	read     reader
	values   []value
	decimals []decimal128.Num

	bets    bets
	missing missing
	copy    []byte // of a record near the end of the block
	line    counter
}

func newDecoder(spec connectors.SourceSpec, faults operators.Faults) (*decoder, error) {
	parse, epoch, err := timeParsers(spec.Options)
	if err != nil {
		return nil, err
	}
	d := &decoder{root: newTree(spec.Want), time: spec.Time, faults: faults, maxTime: window.Min}
	for _, w := range spec.Want {
		if len(w.Path) == 0 {
			return nil, fmt.Errorf("a column of type %s without a path", w.Type)
		}
		c := newColumn(w, parse, epoch)
		c.parents, c.node = d.root.way(w.Path)
		d.columns = append(d.columns, c)
	}
	for _, p := range spec.Predicates {
		c := &d.columns[p.Column]
		if p.Int != nil {
			c.numbers = append(c.numbers, p.Int)
		} else {
			c.texts = append(c.texts, p.Bytes)
		}
	}
	if d.time >= 0 {
		d.columns[d.time].isTime = true
	}
	d.order = d.readingOrder()
	d.values = make([]value, len(d.columns))
	d.decimals = make([]decimal128.Num, len(d.columns))
	d.bets.reset()
	d.missing = newMissing(len(d.columns))
	return d, nil
}

func (d *decoder) readingOrder() (order []int) {
	isTested := func(c *column) bool { return c.numbers != nil || c.texts != nil }
	for _, take := range [...]func(c *column) bool{
		isTested,
		func(c *column) bool { return c.isTime && !isTested(c) },
		func(c *column) bool { return !c.isTime && !isTested(c) },
	} {
		for i := range d.columns {
			if take(&d.columns[i]) {
				order = append(order, i)
			}
		}
	}
	return order
}

// MaxTime implements format.Decoder.
func (d *decoder) MaxTime() window.Micros { return d.maxTime }

// Decode implements format.Decoder.
func (d *decoder) Decode(in format.Input, out *batch.Builder) (used, records int) {
	d.line.start(in)
	block := in.Block
	for used < len(block) && out.Rows < cap(out.Starts) {
		what, size := d.bets.play(d, block[used:], out)
		switch what {
		case kept:
			d.keep(out, used)
			out.EndRow()
			d.count()
			records++
		case dropped:
			d.note()
			d.count()
			records++
		case lost:
			end := bytes.IndexByte(block[used:], '\n')
			if size = end + 1; end < 0 {
				if !in.Final {
					return used, records
				}
				size = len(block) - used
				end = size
			}
			if d.exact(block, used, used+end, in.Split, out) {
				records++
			}
		}
		used += size
	}
	return used, records
}

// note takes the event time of a record into account.
func (d *decoder) note() { d.maxTime = max(d.maxTime, d.at) }

// keep makes a row of a record whose values have been appended, but for its end.
func (d *decoder) keep(out *batch.Builder, start int) {
	out.Starts = append(out.Starts, uint32(start))
	if d.time >= 0 {
		out.Marks = append(out.Marks, d.maxTime)
		d.note()
	}
}

// outcome is what became of a record.
type outcome uint8

const (
	lost    outcome = iota // not decided: the exact decoder must
	kept                   // decoded
	dropped                // a predicate failed
	failed                 // an error
	cut                    // too near to the end of the block to be decided
)

// exact decodes the record in block[start:end], reports it if it is bad, and
// says whether it was a record at all.
func (d *decoder) exact(block []byte, start, end int, split string, out *batch.Builder) bool {
	in := scanner{b: block[start:end]}
	if in.space(0) == len(in.b) {
		return false
	}
	d.root.forget()
	d.read.b, d.read.arena = in.b, d.read.arena[:0]
	problem := ""
	what := failed
	if in.record(d.root) {
		d.look()
		what, problem = d.readAll(&in)
	} else {
		problem = fmt.Sprintf("bad JSON at byte %d: %s", in.bad+1, in.message)
	}
	if what == failed {
		d.fault(block, start, in.b, split, problem)
		return true
	}
	if d.missing.first.Line == 0 {
		d.begin(block, start, in.b, split)
	}
	if what == kept {
		d.keep(out, start)
		d.commit(out)
	} else {
		d.note()
	}
	d.count()
	d.bets.learn(d, in.b)
	return true
}

// readAll reads the columns of a record whose structure is known. A failed
// predicate outdoes a problem with another column.
func (d *decoder) readAll(in *scanner) (what outcome, problem string) {
	passed, first := true, ""
	d.at = window.Min
	for _, c := range d.order {
		col := &d.columns[c]
		if !passed && !col.isTime {
			d.values[c] = value{null: true}
			continue
		}
		v, problem := d.readColumn(in, c)
		if problem == "" {
			d.values[c] = v
			if col.isTime && !v.null {
				d.at = window.Micros(v.bits)
			}
			if passed && (col.numbers != nil || col.texts != nil) {
				passed = col.passes(&d.read, &v)
			}
			continue
		}
		d.values[c] = value{null: true}
		if first == "" {
			first = fmt.Sprintf("column %q: %s", col.path, problem)
		}
	}
	switch {
	case !passed:
		return dropped, ""
	case first != "":
		return failed, first
	}
	return kept, ""
}

// passesNumber applies the predicates of the column to a value that is not NULL.
func (c *column) passesNumber(x int64) bool {
	for _, test := range c.numbers {
		if !test(x) {
			return false
		}
	}
	return true
}

// passesText applies the predicates of the column to a value that is not NULL.
func (c *column) passesText(text []byte) bool {
	for _, test := range c.texts {
		if !test(text) {
			return false
		}
	}
	return true
}

// passes applies the predicates of the column.
func (c *column) passes(r *reader, v *value) bool {
	if v.null {
		return c.numbers == nil && c.texts == nil
	}
	return c.passesNumber(v.bits) && (c.texts == nil || c.passesText(r.bytes(v)))
}

func (d *decoder) readColumn(in *scanner, c int) (v value, problem string) {
	col := &d.columns[c]
	for _, n := range col.parents {
		if n.ambiguous() {
			return v, in.ambiguity(n)
		}
		if k := n.value.kind; k != none && k != aNull && k != anObject {
			return v, fmt.Sprintf("want an object at %q, got %s", n.path, kindNames[k])
		}
	}
	if col.node.ambiguous() {
		return v, in.ambiguity(col.node)
	}
	at := col.node.value
	if col.nested == nil {
		if v, problem = d.read.read(col, at); col.lane == batch.LaneDecimal {
			d.decimals[c] = d.read.dec
		}
		return v, problem
	}
	return value{start: at.start, end: at.end, null: at.kind == none || at.kind == aNull}, col.nested.append(&d.read, at, nil)
}

// fault reports a record that cannot be decoded.
func (d *decoder) fault(block []byte, start int, raw []byte, split, problem string) {
	d.faults.RowError(operators.RowError{
		Where:    operators.Where{Split: split, Line: d.line.at(block, start), Raw: bytes.TrimSuffix(raw, []byte{'\r'})},
		Operator: "decode",
		Code:     operators.CodeDecode,
		Message:  problem,
	})
}

// counter finds line numbers of places that only go forward in a block.
type counter struct {
	line int64
	seen int
}

func (c *counter) start(in format.Input) { c.line, c.seen = in.Line, 0 }

func (c *counter) at(block []byte, i int) int64 {
	c.line += int64(bytes.Count(block[c.seen:i], []byte{'\n'}))
	c.seen = i
	return c.line
}

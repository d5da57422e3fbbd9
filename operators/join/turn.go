package join

import (
	"kinesql/operators/batch"
	"kinesql/operators/state"
)

// turn is a batch of one side that looks for partners on the other.
type turn struct {
	port int
	in   batch.Batch
	cols []batch.Vector
	keys []batch.Vector
	rows []int32    // those that take part, in order
	ids  []uint32   // by place in rows: the number of the key, where it has one
	kept []state.ID // by place in rows: the row as it is kept, or None

	pos      int      // the row whose partners are looked for
	at       state.ID // the next candidate
	started  bool     // at is set
	entered  int      // rows that have been entered
	partners uint32   // of the row that was entered last
	before   uint32   // of that row, where it is taken back, while it was there
	skip     bool     // that row has no effect
}

// noKey is the number of a key that equals nothing.
const noKey = 1<<32 - 1

// adds reports whether the row at a place is added.
func (t *turn) adds(pos int) bool { return t.in.Kind(int(t.rows[pos])).Adds() }

// begin makes a turn of rows of a batch.
func (o *base) begin(in batch.Batch, port int, rows []int32) *turn {
	s := o.sides[port]
	t := &o.turn
	*t = turn{
		port: port, in: in, cols: state.Columns(in), keys: t.keys[:0], rows: rows,
		ids: sized(t.ids, len(rows)), kept: sized(t.kept, len(rows)),
	}
	for _, k := range s.Keys {
		t.keys = append(t.keys, t.cols[k])
	}
	o.probe = nil
	o.number(t)
	return t
}

// number finds the numbers of the keys of a turn.
func (o *base) number(t *turn) {
	o.live = append(o.live[:0], t.rows...)
	o.live = joinable(t.keys, o.cfg.NullSafe, o.live)
	if len(o.live) == len(t.rows) {
		o.keys.Assign(t.keys, t.rows, t.ids)
		return
	}
	o.found = sized(o.found, len(o.live))
	o.keys.Assign(t.keys, o.live, o.found)
	next := 0
	for i, r := range t.rows {
		t.ids[i] = noKey
		if next < len(o.live) && o.live[next] == r {
			t.ids[i] = o.found[next]
			next++
		}
	}
}

// sized returns a slice of n elements of any value.
func sized[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n)
	}
	return s[:n]
}

// pairs is candidates: rows of a turn's batch and of the other side.
type pairs struct {
	rows []int32
	ids  []state.ID
	ends []int32 // by row of the turn that is through, after first: where its pairs end
	from int     // the first row of the turn that ends speaks of
}

func (p *pairs) reset(from int) {
	p.rows, p.ids, p.ends, p.from = p.rows[:0], p.ids[:0], p.ends[:0], from
}

func (p *pairs) add(row int32, id state.ID) {
	p.rows = append(p.rows, row)
	p.ids = append(p.ids, id)
}

// end says that the next row of the turn has all its pairs.
func (p *pairs) end() { p.ends = append(p.ends, int32(len(p.rows))) }

// keep leaves only the pairs for which v is true.
func (p *pairs) keep(v *batch.Vector) {
	n, next := 0, 0
	for i := range p.rows {
		for next < len(p.ends) && int(p.ends[next]) == i {
			p.ends[next] = int32(n)
			next++
		}
		if v.IsValid(i) && v.Bool[v.At(i)] {
			p.rows[n], p.ids[n] = p.rows[i], p.ids[i]
			n++
		}
	}
	for ; next < len(p.ends); next++ {
		p.ends[next] = int32(n)
	}
	p.rows, p.ids = p.rows[:n], p.ids[:n]
}

// orphans removes keys of which neither side has a row. Each may be given more
// than once.
func (o *base) orphans() {
	if len(o.maybe) == 0 {
		return
	}
	n := 0
	o.marked = sized(o.marked, o.keys.Len())
	for _, key := range o.maybe {
		alone := o.sides[0].byKey.First(key) == state.None && o.sides[1].byKey.First(key) == state.None
		if alone && !o.marked[key] {
			o.marked[key] = true
			o.maybe[n] = key
			n++
		}
	}
	for _, key := range o.maybe[:n] {
		o.marked[key] = false
	}
	o.keys.Remove(o.maybe[:n])
	o.maybe = o.maybe[:0]
}

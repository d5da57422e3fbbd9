package windowed

import (
	"fmt"
	"slices"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// faults is who is told of rows that no window counts.
type faults interface {
	late(b batch.Batch, row int, l operators.LateRow)
	bad(b batch.Batch, row int, message string)
}

// spanPlacer places rows of aligned windows by the reading of their event time.
// Panes, marks and watermarks are readings here; for UTC that is what they are.
type spanPlacer struct {
	panes    *panes
	spec     window.Spec
	wall     *window.Wall
	pane     window.Micros // length
	column   int
	faults   faults
	current  *pane   // the last row's, if it counts in all windows of its time
	touched  []*pane // by this batch
	readings []int64
	marks    []window.Micros
}

// newSpanPlacer places rows by an event time column on a clock.
func newSpanPlacer(p *panes, cfg Config, wall *window.Wall, to faults) *spanPlacer {
	return &spanPlacer{panes: p, spec: cfg.Window, wall: wall, pane: cfg.Window.Pane(), column: cfg.Time, faults: to}
}

// read turns the times and marks of a batch into readings.
func (p *spanPlacer) read(times *batch.Vector, marks []window.Micros) []window.Micros {
	if p.wall == nil {
		return marks
	}
	p.readings = p.wall.Readings(p.readings[:0], times.I64)
	times.I64 = p.readings
	if marks == nil {
		return nil
	}
	p.marks = p.marks[:0]
	for _, m := range marks {
		p.marks = append(p.marks, p.wall.At(m))
	}
	return p.marks
}

func (p *spanPlacer) forget() { p.current = nil }

func (p *spanPlacer) place(b batch.Batch, watermark window.Micros) []*pane {
	p.touched = p.touched[:0]
	times := b.Vector(p.column)
	marks := p.read(&times, b.Marks)
	if p.current != nil {
		p.touched = append(p.touched, p.current)
	}
	for i, n := 0, b.Rows(); i < n; i++ {
		if p.current != nil {
			if i = p.run(p.current, &times, marks, i); i == n {
				break
			}
		}
		p.slow(b, i, &times, max(watermark, b.Mark(i)))
	}
	return used(p.touched)
}

// run gives pane c the rows from row i on that belong to it, and returns the
// first that does not.
func (p *spanPlacer) run(c *pane, times *batch.Vector, marks []window.Micros, i int) int {
	ts, valid := times.I64, times.Valid
	start, length, enter := uint64(c.start), uint64(p.pane), c.enter
	rows := slices.Grow(c.rows, len(ts)-i)
	for ; i < len(ts); i++ {
		if uint64(ts[i])-start >= length || marks != nil && marks[i] >= enter || valid != nil && !valid[i] {
			break
		}
		rows = append(rows, int32(i))
	}
	c.rows = rows
	return i
}

// used leaves out the panes that got no row.
func used(touched []*pane) []*pane {
	n := 0
	for _, p := range touched {
		if len(p.rows) > 0 {
			touched[n] = p
			n++
		}
	}
	return touched[:n]
}

// slow places a row that is not in the pane of the row before it.
func (p *spanPlacer) slow(b batch.Batch, i int, times *batch.Vector, watermark window.Micros) {
	if !times.IsValid(i) {
		p.faults.bad(b, i, fmt.Sprintf("event time %s is NULL", b.SQLSchema().Field(p.column).Name))
		return
	}
	t := window.Micros(times.I64[i])
	if c := p.recent(t, p.wall.At(watermark)); c != nil {
		c.rows = append(c.rows, int32(i))
		p.current = c
		return
	}
	if !window.InRange(t) {
		p.faults.bad(b, i, fmt.Sprintf("event time %s = %s is out of range", b.SQLSchema().Field(p.column).Name, t))
		return
	}
	first, last, ok := p.spec.Ends(p.spec.PaneStart(t))
	if !ok {
		return // in a gap
	}
	passed := p.wall.At(watermark)
	if passed >= last {
		p.faults.late(b, i, operators.LateRow{
			EventTime: window.Micros(b.Vector(p.column).I64[i]), Watermark: watermark,
			WindowStart: p.wall.Instant(p.spec.StartOf(last)), WindowEnd: p.wall.Instant(last),
		})
		return
	}
	enter := first
	if passed >= first {
		enter = p.spec.EndAfter(passed)
	}
	found := p.panes.at(paneKey{p.spec.PaneStart(t), enter})
	p.touch(found)
	found.rows = append(found.rows, int32(i))
	found.whole = enter == first
	if p.current = nil; found.whole {
		p.current = found
	}
}

// lookBack is how many panes recent looks at.
const lookBack = 4

// recent finds the pane of t among the last that the batch touched.
func (p *spanPlacer) recent(t, watermark window.Micros) *pane {
	for i := len(p.touched) - 1; i >= max(0, len(p.touched)-lookBack); i-- {
		c := p.touched[i]
		if t >= c.start && t-c.start < p.pane && watermark < c.enter && c.whole {
			return c
		}
	}
	return nil
}

// touch adds a pane to those of this batch, unless it has rows already.
func (p *spanPlacer) touch(found *pane) {
	if len(found.rows) == 0 && found != p.current {
		p.touched = append(p.touched, found)
	}
}

// attachedPlacer places rows by the window that stands in their columns.
type attachedPlacer struct {
	panes      *panes
	start, end int
	faults     faults
	current    *pane
	touched    []*pane
}

func (p *attachedPlacer) forget() { p.current = nil }

func (p *attachedPlacer) place(b batch.Batch, watermark window.Micros) []*pane {
	p.touched = p.touched[:0]
	starts, ends := b.Vector(p.start), b.Vector(p.end)
	for i := range b.Rows() {
		if !starts.IsValid(i) || !ends.IsValid(i) {
			p.faults.bad(b, i, "the bounds of the window are NULL")
			continue
		}
		key := paneKey{window.Micros(starts.I64[i]), window.Micros(ends.I64[i])}
		if wm := max(watermark, b.Mark(i)); key.enter <= wm {
			p.faults.late(b, i, operators.LateRow{
				EventTime: key.enter - 1, Watermark: wm, WindowStart: key.start, WindowEnd: key.enter,
			})
			continue
		}
		if p.current == nil || p.current.paneKey != key {
			p.current = p.panes.at(key)
		}
		if len(p.current.rows) == 0 {
			p.touched = append(p.touched, p.current)
		}
		p.current.rows = append(p.current.rows, int32(i))
	}
	return p.touched
}

package optest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Law is what every operator keeps: its output, folded, is what its query makes of
// its folded inputs, for any history of inserts, updates and deletes, and however
// that is cut into batches.
type Law struct {
	// New makes the operator. It is called many times.
	New  func() (operators.Operator, error)
	In   []Port
	Out  Edge
	Keys []int // columns that tell the rows of the output apart, for Fold

	// Query computes from the rows of each port, as Rows reads them and in the
	// order in which they came, the rows of the output, in any order. It is to be
	// as naive as can be.
	Query func(in [][]string) []string
	// Always says that the law holds after each batch, not only when all windows
	// have closed and the input has ended.
	Always bool
	// Steps is how long a history is at most, 40 where it is 0.
	Steps int
}

// Port is an input and its histories.
type Port struct {
	Schema *batch.Schema
	// Row draws a row, as Rows reads it.
	Row func(t *rapid.T) string
	// Retracts says that rows may be taken back and updated.
	Retracts bool
	// Timed says that column Time is the event time. Then watermarks come, and
	// neither a row that is added nor one that is taken back is behind them: there
	// are no late rows. Row must draw times that are not NULL.
	Timed bool
	Time  int
}

// Hold tests the law with random histories, each cut into batches of 1 and 3 rows,
// at random and not at all. Output that breaks a contract of Check, a fault that
// is reported, and memory that is not given back are failures too. The package's
// TestMain should set rapid.seed, see that of package window.
func (l Law) Hold(t *testing.T) {
	t.Helper()
	rapid.Check(t, func(t *rapid.T) {
		steps := l.history(t)
		cuts := []cutter{fixed(1), fixed(3), fixed(1 << 20), random(rapid.Uint64().Draw(t, "cuts"))}
		for i, cut := range cuts {
			l.once(t, steps, cut, [...]string{"batches of 1", "batches of 3", "whole batches", "random batches"}[i])
		}
	})
}

// once gives the operator a history.
func (l Law) once(t *rapid.T, steps []step, cut cutter, how string) {
	c := Case{New: l.New, Out: l.Out, Keys: l.Keys}
	for _, p := range l.In {
		c.In = append(c.In, p.Schema)
	}
	r, held := c.start(t), newTable(len(l.In))
	r.seen = func(rows []step) {
		held.apply(rows)
		if l.Always {
			l.compare(t, r, held, how)
		}
	}
	err := r.play(t.Context(), steps, cut)
	r.close()
	if err != nil {
		t.Fatalf("%s: %v\nhistory:\n%s", how, err, script(steps))
	}
	if faults := slices.Concat(r.faults.errors, r.faults.late); len(faults) > 0 {
		t.Fatalf("%s: faults %q\nhistory:\n%s", how, faults, script(steps))
	}
	l.compare(t, r, held, how)
	if t.Failed() {
		t.Fatalf("history:\n%s", script(steps))
	}
}

func (l Law) compare(t *rapid.T, r *run, held *table, how string) {
	same(t, how, r.fold.String(), strings.Join(l.Query(held.rows), "\n"), false)
}

// table is the rows that each port holds.
type table struct{ rows [][]string }

func newTable(ports int) *table { return &table{rows: make([][]string, ports)} }

func (h *table) apply(steps []step) {
	for _, s := range steps {
		kind, row := kindOf(s.line)
		if kind.Adds() {
			h.rows[s.port] = append(h.rows[s.port], row)
			continue
		}
		i := slices.Index(h.rows[s.port], row)
		h.rows[s.port] = slices.Delete(slices.Clone(h.rows[s.port]), i, i+1)
	}
}

// kindOf parts a line into its kind and its row.
func kindOf(line string) (batch.Kind, string) {
	kind, _ := cut(line)
	if word, row, ok := strings.Cut(line, " "); ok && word == kind.String() {
		return kind, row
	}
	return kind, line
}

// history draws what happens to the ports.
func (l Law) history(t *rapid.T) []step {
	h := &history{law: l, t: t, held: newTable(len(l.In)), at: window.Min}
	most := l.Steps
	if most == 0 {
		most = 40
	}
	for range rapid.IntRange(0, most).Draw(t, "steps") {
		h.step(rapid.IntRange(0, len(l.In)-1).Draw(t, "port"))
	}
	return h.steps
}

type history struct {
	law   Law
	t     *rapid.T
	steps []step
	held  *table
	at    window.Micros // the watermark
	high  window.Micros // the greatest event time
}

func (h *history) step(port int) {
	p := h.law.In[port]
	old := h.old(port)
	what := rapid.IntRange(0, 9).Draw(h.t, "what")
	switch {
	case what == 9 && p.Timed:
		h.advance()
	case what >= 5 && what <= 6 && p.Retracts && len(old) > 0:
		h.add(port, "-D "+h.choose(old))
	case what >= 7 && p.Retracts && len(old) > 0:
		if row, ok := h.row(port); ok {
			h.add(port, "-U "+h.choose(old), "+U "+row)
		}
	default:
		if row, ok := h.row(port); ok {
			h.add(port, row)
		}
	}
}

func (h *history) choose(rows []string) string {
	return rows[rapid.IntRange(0, len(rows)-1).Draw(h.t, "which")]
}

func (h *history) add(port int, lines ...string) {
	for _, line := range lines {
		h.steps = append(h.steps, step{port: port, line: line})
		h.held.apply(h.steps[len(h.steps)-1:])
	}
}

// row draws a row that is not late.
func (h *history) row(port int) (string, bool) {
	row := h.law.In[port].Row(h.t)
	at, timed := h.time(port, row)
	if !timed {
		return row, true
	}
	h.high = max(h.high, at)
	return row, at >= h.at
}

// old returns the rows of a port that may be taken back.
func (h *history) old(port int) []string {
	var out []string
	for _, row := range h.held.rows[port] {
		if at, timed := h.time(port, row); !timed || at >= h.at {
			out = append(out, row)
		}
	}
	return out
}

func (h *history) time(port int, row string) (window.Micros, bool) {
	p := h.law.In[port]
	if !p.Timed {
		return 0, false
	}
	_, cells := cut(row)
	at, err := Time(cells[p.Time])
	if err != nil {
		panic("optest: " + err.Error())
	}
	return at, true
}

// advance moves the watermark on towards the greatest time, or a little beyond.
func (h *history) advance() {
	from := max(h.at, 0)
	to := from + window.Micros(rapid.Int64Range(0, max(1, int64(h.high-from)*5/4)).Draw(h.t, "watermark"))
	h.at = to
	h.steps = append(h.steps, step{mark: &to})
}

// script prints steps as Case.Script reads them.
func script(steps []step) string {
	var out strings.Builder
	port := 0
	for _, s := range steps {
		if s.mark != nil {
			fmt.Fprintf(&out, "@ %s\n", s.mark)
			continue
		}
		if s.port != port {
			port = s.port
			fmt.Fprintf(&out, "port %d\n", port)
		}
		out.WriteString(s.line + "\n")
	}
	return out.String()
}

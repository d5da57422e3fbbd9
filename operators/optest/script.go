package optest

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"kinesql/operators"
	"kinesql/window"
)

// step is a line of a script: a row of a port, a watermark, or the stop.
type step struct {
	port int
	line string
	mark *window.Micros
	stop bool
}

func parse(c Case) []step {
	var steps []step
	port := 0
	for line := range strings.Lines(c.Script) {
		line = strings.TrimSpace(line)
		switch word, rest, _ := strings.Cut(line, " "); {
		case line == "":
		case line == "stop":
			steps = append(steps, step{stop: true})
		case word == "@":
			at, err := Time(rest)
			if err != nil {
				panic("optest: " + err.Error())
			}
			steps = append(steps, step{mark: &at})
		case word == "port":
			n, err := strconv.Atoi(rest)
			if err != nil || n >= len(c.In) {
				panic("optest: no such port: " + line)
			}
			port = n
		default:
			steps = append(steps, step{port: port, line: line})
		}
	}
	return steps
}

// together counts the rows at the head of steps that may be one batch.
func together(steps []step) int {
	n := 0
	for n < len(steps) && steps[n].line != "" && steps[n].port == steps[0].port {
		n++
	}
	return n
}

// takenBack makes insert, delete, insert of each insert.
func takenBack(steps []step) []step {
	var out []step
	for _, s := range steps {
		out = append(out, s)
		if s.line == "" || strings.HasPrefix(s.line, "-") || strings.HasPrefix(s.line, "+U") {
			continue
		}
		plain := strings.TrimPrefix(s.line, "+I ")
		out = append(out, step{port: s.port, line: "-D " + plain}, s)
	}
	return out
}

// withNulls replaces about a third of the cells by NULL. Rows that are taken back
// must equal those that were added, so scripts with changes stay as they are.
func withNulls(steps []step) []step {
	for _, s := range steps {
		if strings.HasPrefix(s.line, "-") || strings.HasPrefix(s.line, "+") {
			return steps
		}
	}
	rnd := rand.New(rand.NewPCG(7, 7))
	out := slices.Clone(steps)
	for i, s := range out {
		if s.line == "" {
			continue
		}
		_, cells := cut(s.line)
		for k := range cells {
			if rnd.IntN(3) == 0 {
				cells[k] = "NULL"
			}
		}
		out[i].line = strings.Join(cells, "|")
	}
	return out
}

// faults keeps the faults as text.
type faults struct{ errors, late []string }

// RowError implements operators.Faults.
func (f *faults) RowError(e operators.RowError) {
	f.errors = append(f.errors, e.Code+" "+string(e.Raw))
}

// LateRow implements operators.Faults.
func (f *faults) LateRow(l operators.LateRow) { f.late = append(f.late, string(l.Raw)) }

// tidy trims lines and leaves out blank ones, and sorts them unless their order
// counts.
func tidy(text string, ordered bool) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	if !ordered {
		slices.Sort(lines)
	}
	return strings.Join(lines, "\n")
}

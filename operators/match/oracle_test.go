package match_test

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/operators/optest"
	"kinesql/operators/pattern"
	"kinesql/window"
)

// The rows of the tests: a key, a time, a number, and for each of three variables
// whether the row alone may be it.
const (
	colKey = iota
	colTime
	colX
	colFirst
)

var input = batch.NewSchema(
	batch.Field{Name: "k", Type: batch.Of(batch.Varchar)}, batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
	batch.Field{Name: "x", Type: batch.Of(batch.BigInt)}, batch.Field{Name: "a", Type: batch.Of(batch.Boolean)},
	batch.Field{Name: "b", Type: batch.Of(batch.Boolean)}, batch.Field{Name: "c", Type: batch.Of(batch.Boolean)},
)

// row is a row as the oracle sees it.
type row struct {
	text string
	key  string
	time window.Micros
	x    int64
	may  [3]bool
}

func parseRow(line string) row {
	cells := strings.Split(line, "|")
	r := row{text: line, key: cells[colKey]}
	var err error
	if r.time, err = optest.Time(cells[colTime]); err != nil {
		panic(err)
	}
	r.x, _ = strconv.ParseInt(cells[colX], 10, 64)
	for v := range r.may {
		r.may[v] = cells[colFirst+v] == "true"
	}
	return r
}

// test is a condition: that a slot is NULL, or less than a number.
type test struct {
	variable int
	slot     pattern.Slot
	less     int64
}

func (c test) node(i int) expr.Node {
	col := &expr.Column{Index: i, Name: "slot", Typ: c.slot.Type, At: -1}
	null, err := expr.New("ISNULL", []expr.Node{col}, -1)
	if err != nil {
		panic(err)
	}
	less, err := expr.New("<", []expr.Node{col, expr.NewLiteral(c.less, batch.Of(batch.BigInt), -1)}, -1)
	if err != nil {
		panic(err)
	}
	out, err := expr.New("OR", []expr.Node{null, less}, -1)
	if err != nil {
		panic(err)
	}
	return out
}

// oracle finds matches by trying everything in turn.
type oracle struct {
	cfg   pattern.Config
	tests []test
	rows  []row // of one key, sorted
	count int64
}

// matches is what MATCH_RECOGNIZE gives for rows in the order of arrival.
func matches(cfg pattern.Config, tests []test, lines []string) []string {
	byKey := map[string][]row{}
	for _, line := range lines {
		r := parseRow(line)
		byKey[r.key] = append(byKey[r.key], r)
	}
	var out []string
	for _, rows := range byKey {
		slices.SortStableFunc(rows, func(a, b row) int { return cmp.Compare(a.time, b.time) })
		o := &oracle{cfg: cfg, tests: tests, rows: rows}
		out = append(out, o.all()...)
	}
	return out
}

func (o *oracle) all() []string {
	var out []string
	for start := 0; start < len(o.rows); {
		o.count++ // the number of the match that is searched
		labels, ok := o.from(start)
		if !ok {
			o.count--
			start++
			continue
		}
		out = append(out, o.show(start, labels)...)
		start = o.skip(start, labels)
	}
	return out
}

// from returns the preferred match from a row: the variables of its rows.
func (o *oracle) from(start int) (labels []int, ok bool) {
	ok = o.try(o.cfg.Pattern, start, nil, func(got []int) bool {
		labels = slices.Clone(got)
		return true
	})
	return labels, ok
}

// try matches p after labels, and calls then for each way in turn until it is
// content.
func (o *oracle) try(p *pattern.Pattern, start int, labels []int, then func([]int) bool) bool {
	switch p.Kind {
	case pattern.One:
		at := start + len(labels)
		if at >= len(o.rows) || !o.holds(start, labels, p.Variable) {
			return false
		}
		return then(append(slices.Clone(labels), p.Variable))
	case pattern.All:
		return o.sequence(p.Parts, start, labels, then)
	case pattern.Any:
		for _, part := range p.Parts {
			if o.try(part, start, labels, then) {
				return true
			}
		}
		return false
	}
	return o.repeat(p, 0, start, labels, then)
}

func (o *oracle) sequence(parts []*pattern.Pattern, start int, labels []int, then func([]int) bool) bool {
	if len(parts) == 0 {
		return then(labels)
	}
	return o.try(parts[0], start, labels, func(got []int) bool { return o.sequence(parts[1:], start, got, then) })
}

func (o *oracle) repeat(p *pattern.Pattern, done, start int, labels []int, then func([]int) bool) bool {
	again := func() bool {
		if p.Max >= 0 && done == p.Max {
			return false
		}
		return o.try(p.Parts[0], start, labels, func(got []int) bool {
			if done >= p.Min && p.Max < 0 && len(got) == len(labels) {
				return false
			}
			return o.repeat(p, done+1, start, got, then)
		})
	}
	switch {
	case done < p.Min:
		return again()
	case p.Reluctant:
		return then(labels) || again()
	}
	return again() || then(labels)
}

// holds reports whether the next row may be a variable.
func (o *oracle) holds(start int, labels []int, v int) bool {
	at := start + len(labels)
	if !o.rows[at].may[v] || o.cfg.Within > 0 && o.rows[at].time-o.rows[start].time > o.cfg.Within {
		return false
	}
	with := append(slices.Clone(labels), v)
	for _, c := range o.tests {
		if c.variable != v {
			continue
		}
		if got, ok := o.value(c.slot, start, with, len(labels)); ok && got >= c.less {
			return false
		}
	}
	return true
}

// value is a slot seen from row at of a match; false is NULL.
func (o *oracle) value(s pattern.Slot, start int, labels []int, at int) (int64, bool) {
	if s.Final {
		at = len(labels) - 1
	}
	var of []int // rows of the variable up to at
	for i := 0; i <= at; i++ {
		if s.Variable == pattern.Every || labels[i] == s.Variable {
			of = append(of, i)
		}
	}
	switch {
	case s.Kind == pattern.Number:
		return o.count, true
	case s.Kind == pattern.Aggregate && s.Call.Name == "COUNT":
		return int64(len(of)), true
	case s.Kind == pattern.Aggregate:
		total := int64(0)
		for _, i := range of {
			total += o.rows[start+i].x
		}
		return total, len(of) > 0
	case s.Offset >= len(of):
		return 0, false
	}
	i := of[len(of)-1-s.Offset]
	if s.First {
		i = of[s.Offset]
	}
	if s.Kind == pattern.Classifier {
		if i -= s.Prev; i < 0 {
			return 0, false
		}
		return int64(labels[i]), true
	}
	if i += start - s.Prev; i < 0 {
		return 0, false
	}
	return o.rows[i].x, true
}

// show prints the output rows of a match.
func (o *oracle) show(start int, labels []int) []string {
	first := len(labels) - 1
	if o.cfg.AllRows {
		first = 0
	}
	var out []string
	for at := first; at < len(labels); at++ {
		cells := []string{o.rows[start].key}
		if o.cfg.AllRows {
			cells = []string{o.rows[start+at].text}
		}
		for _, s := range o.cfg.Measures {
			v, ok := o.value(s, start, labels, at)
			switch {
			case !ok:
				cells = append(cells, "NULL")
			case s.Kind == pattern.Classifier:
				cells = append(cells, o.cfg.Variables[v].Name)
			default:
				cells = append(cells, strconv.FormatInt(v, 10))
			}
		}
		out = append(out, strings.Join(cells, "|"))
	}
	return out
}

func (o *oracle) skip(start int, labels []int) int {
	switch o.cfg.Skip.To {
	case pattern.ToNext:
		return start + 1
	case pattern.ToFirst:
		return start + slices.Index(labels, o.cfg.Skip.Variable)
	case pattern.ToLast:
		last := 0
		for i, v := range labels {
			if v == o.cfg.Skip.Variable {
				last = i
			}
		}
		return start + last
	}
	return start + len(labels)
}

// compared is a comparison of two slots.
func compared(op string, a, b int) expr.Node {
	col := func(i int) expr.Node {
		return &expr.Column{Index: i, Name: "slot", Typ: batch.Of(batch.BigInt), At: -1}
	}
	out, err := expr.New(op, []expr.Node{col(a), col(b)}, -1)
	if err != nil {
		panic(err)
	}
	return out
}

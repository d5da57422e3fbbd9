package logical

import (
	"fmt"
	"strings"

	"kinesql/operators/batch"
	"kinesql/operators/pattern"
)

// Match finds a regular expression in the rows of each partition, in the order of
// time. With one row a match its columns are those of the partition, with all rows
// those of the input; then the measures.
type Match struct {
	Input  Node
	Config pattern.Config // In and Out are left out
	Names  []string       // of the measures
}

// config is the description with its schema.
func (m *Match) config() pattern.Config {
	c := m.Config
	c.In = m.Input.Schema()
	return c
}

// Operator is the whole description.
func (m *Match) Operator() pattern.Config {
	c := m.config()
	c.Out = m.Schema()
	return c
}

// Schema implements Node.
func (m *Match) Schema() *batch.Schema {
	c := m.config()
	return c.Schema(m.Names)
}

// Inputs implements Node.
func (m *Match) Inputs() []Node { return []Node{m.Input} }

// With implements Node.
func (m *Match) With(in []Node) Node {
	c := *m
	c.Input = in[0]
	return &c
}

// Traits implements Node. How far a row is behind the watermark is bounded by
// WITHIN, or where a match is complete with its last row; otherwise watermarks
// say nothing of the rows.
func (m *Match) Traits() Traits {
	t := Traits{Bounded: m.Input.Traits().Bounded}
	c := m.config()
	if c.Within == 0 && (c.AllRows || !c.Fixed()) {
		return t
	}
	base := len(c.Partition)
	if c.AllRows {
		base = c.In.Len()
		t.Times = append(t.Times, c.Time)
	}
	for i, s := range c.Measures {
		if s.Kind == pattern.Value && s.Column == c.Time && s.Variable == pattern.Every && !s.First && s.Offset == 0 && s.Prev == 0 {
			t.Times = append(t.Times, base+i)
		}
	}
	return t
}

// waits reports whether rows are kept without bound where nothing says that a match
// is over: one of any number of rows, or one for each key that ever came.
func (m *Match) waits() bool {
	_, most := m.Config.Pattern.Length()
	return m.Config.Within == 0 && (most < 0 || most > 1 && len(m.Config.Partition) > 0)
}

// Label implements Node.
func (m *Match) Label() string {
	c := m.Config
	names := make([]string, len(c.Variables))
	var defines []string
	for i, v := range c.Variables {
		names[i] = v.Name
		var conds []string
		if v.Filter >= 0 {
			conds = append(conds, m.Input.Schema().Field(v.Filter).Name)
		}
		if v.Cond != nil {
			conds = append(conds, v.Cond.String())
		}
		if len(conds) > 0 {
			defines = append(defines, v.Name+" AS "+strings.Join(conds, " AND "))
		}
	}
	out := fmt.Sprintf("Match partition=%s order=%s pattern=(%s)", columnNames(m.Input, c.Partition),
		m.Input.Schema().Field(c.Time).Name, c.Pattern.String(names))
	if c.Within > 0 {
		out += " within=" + Duration(c.Within)
	}
	out += " define=" + list(defines) + " measures=" + list(m.Names)
	if c.AllRows {
		out += " all rows"
	}
	return out + skipString(c.Skip, names)
}

func skipString(s pattern.Skip, names []string) string {
	switch s.To {
	case pattern.ToNext:
		return " skip to next row"
	case pattern.ToFirst:
		return " skip to first " + names[s.Variable]
	case pattern.ToLast:
		return " skip to last " + names[s.Variable]
	}
	return ""
}

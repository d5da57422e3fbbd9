package infer

import (
	"fmt"
	"strings"

	"github.com/pingcap/tidb/pkg/parser"

	"kinesql/operators/batch"
	"kinesql/window"
)

// statement prints the CREATE STREAM.
func (p *proposal) statement(s *sample) string {
	var b strings.Builder
	remark := p.remark
	if p.time == "" && remark == "" {
		remark = "No column looks like an event time. Windows need one: add WATERMARK FOR it."
	}
	for line := range strings.Lines(remark) {
		b.WriteString("-- " + strings.TrimRight(line, "\n") + "\n")
	}
	p.options = append([][2]string{{"connector", "file"}, {"path", s.path}}, p.options...)
	b.WriteString("CREATE STREAM " + identifier(streamName(s.path)) + " (")
	if len(p.columns) == 0 {
		b.WriteString(p.watermark() + ") WITH (" + p.with(", ", "=") + ");\n")
		return b.String()
	}
	var items []string
	for _, c := range p.columns {
		items = append(items, "\n  "+identifier(c.Name)+" "+typeName(c.Type))
	}
	if p.time != "" {
		items = append(items, "\n  "+p.watermark())
	}
	b.WriteString(strings.Join(items, ",") + "\n) WITH (\n  " + p.with(",\n  ", " = ") + "\n);\n")
	return b.String()
}

func (p *proposal) watermark() string {
	if p.time == "" {
		return ""
	}
	name := identifier(p.time)
	return fmt.Sprintf("WATERMARK FOR %s AS %s - %s", name, name, friendly(p.delay))
}

func (p *proposal) with(separator, equals string) string {
	var items []string
	for _, o := range p.options {
		key := o[0]
		if strings.Contains(key, ".") {
			key = literal(key)
		}
		items = append(items, key+equals+literal(o[1]))
	}
	return strings.Join(items, separator)
}

// literal quotes a string as SQL does.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// identifier quotes a name if it must be.
func identifier(name string) string {
	plain := name != "" && !reserved(name)
	for i, r := range name {
		letter := r == '_' || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z')
		plain = plain && (letter || (i > 0 && r >= '0' && r <= '9'))
	}
	if plain {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// streaming are words with a meaning in streaming SQL, or behind SELECT, that
// MySQL does not reserve.
var streaming = []string{
	"array", "ceil", "cumulate", "descriptor", "emit", "floor", "hop", "pump", "qualify", "rowtime",
	"session", "sql_buffer_result", "sql_cache", "sql_no_cache", "step", "stream", "tumble", "watermark", "windowed",
}

func reserved(name string) bool {
	for _, k := range parser.Keywords {
		if k.Reserved && strings.EqualFold(k.Word, name) {
			return true
		}
	}
	for _, word := range streaming {
		if strings.EqualFold(word, name) {
			return true
		}
	}
	return false
}

// typeName is the type with the names of its members quoted.
func typeName(t batch.Type) string {
	switch t.ID {
	case batch.Array:
		return "ARRAY<" + typeName(*t.Elem) + ">"
	case batch.Row:
		members := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			members[i] = identifier(f.Name) + " " + typeName(f.Type)
		}
		return "ROW<" + strings.Join(members, ", ") + ">"
	}
	return t.String()
}

// steps are the delays that are proposed.
var steps = []struct {
	length window.Micros
	text   string
}{
	{10 * window.Second, "INTERVAL '10' SECOND"}, {30 * window.Second, "INTERVAL '30' SECOND"},
	{window.Minute, "INTERVAL '1' MINUTE"}, {5 * window.Minute, "INTERVAL '5' MINUTE"},
	{10 * window.Minute, "INTERVAL '10' MINUTE"}, {30 * window.Minute, "INTERVAL '30' MINUTE"},
	{window.Hour, "INTERVAL '1' HOUR"}, {2 * window.Hour, "INTERVAL '2' HOUR"},
	{6 * window.Hour, "INTERVAL '6' HOUR"}, {12 * window.Hour, "INTERVAL '12' HOUR"},
	{window.Day, "INTERVAL '1' DAY"}, {7 * window.Day, "INTERVAL '7' DAY"}, {30 * window.Day, "INTERVAL '30' DAY"},
}

// friendly rounds a delay up to an interval that people use.
func friendly(delay window.Micros) string {
	for _, s := range steps {
		if delay <= s.length {
			return s.text
		}
	}
	return fmt.Sprintf("INTERVAL '%d' DAY", delay/window.Day+1)
}

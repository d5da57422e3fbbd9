package infer

import (
	"errors"
	"strings"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
	"kinesql/window"
)

// units are the epoch formats with what the years 2000 to 2100 are in each.
var units = []struct {
	name      string
	low, high int64
}{
	{"epoch_s", 946684800, 4102444800},
	{"epoch_ms", 946684800e3, 4102444800e3},
	{"epoch_us", 946684800e6, 4102444800e6},
	{"epoch_ns", 946684800e9, 4102444800e9},
}

// epoch returns the unit in which all integers of a column are plausible times.
func (c *shape) epoch() string {
	if c.kinds != integer {
		return ""
	}
	for _, u := range units {
		all := true
		for _, n := range c.ints {
			all = all && n >= u.low && n < u.high
		}
		if all {
			return u.name
		}
	}
	return ""
}

// patterns are tried for texts that timestamp.format = 'auto' does not read.
var patterns = []string{
	"%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%d/%m/%Y %H:%M", "%m/%d/%Y", "%d/%m/%Y",
	"%d.%m.%Y %H:%M:%S", "%d.%m.%Y %H:%M", "%d.%m.%Y", "%Y%m%d%H%M%S", "%d %b %Y %H:%M:%S", "%b %d %Y %H:%M:%S",
	"%a %b %d %H:%M:%S %Y", "%a, %d %b %Y %H:%M:%S %z",
}

// pattern returns the strftime pattern that reads all texts of a column.
func (c *shape) pattern() string {
	if c.kinds != text {
		return ""
	}
	for _, p := range patterns {
		if _, all := c.instants(p); all {
			return p
		}
	}
	return ""
}

// instants reads a column by a value of timestamp.format.
func (c *shape) instants(option string) (times []window.Micros, all bool) {
	if c.kinds == integer {
		toMicros := format.NewEpochParser(option)
		for _, n := range c.ints {
			micros, ok := toMicros(n)
			if !ok {
				return nil, false
			}
			times = append(times, window.Micros(micros))
		}
		return times, true
	}
	parse, err := format.NewTimeParser(option)
	if err != nil {
		return nil, false
	}
	for _, s := range c.texts {
		micros, ok := parse([]byte(s))
		if !ok {
			return nil, false
		}
		times = append(times, window.Micros(micros))
	}
	return times, true
}

// timeName says how much a name sounds like an event time.
func timeName(name string) int {
	lower := strings.ToLower(strings.Trim(name, "@_"))
	switch strings.ReplaceAll(lower, "_", "") {
	case "eventtime", "eventtimestamp", "rowtime":
		return 4
	case "timestamp", "time", "ts", "datetime", "date", "occurredat", "when":
		return 3
	}
	for _, end := range []string{"_at", "_ts", "time", "date", "timestamp", "_on"} {
		if strings.HasSuffix(lower, end) || strings.HasSuffix(name, "At") {
			return 2
		}
	}
	if strings.Contains(lower, "time") || strings.Contains(lower, "date") {
		return 1
	}
	return 0
}

// candidate is a column that may be the event time.
type candidate struct {
	column *shape
	format string
	score  int
}

// settle chooses the columns' types and the event time.
func (p *proposal) settle(columns *shapes, records int) error {
	p.columns = columns.fields()
	if len(p.columns) == 0 {
		return errors.New("the records have no members")
	}
	best := candidate{}
	for _, f := range p.columns {
		c := columns.index[f.Name]
		if k, ok := c.candidate(f.Type, records); ok && k.score > best.score {
			best = k
		}
	}
	if best.column == nil {
		return nil
	}
	p.time = best.column.name
	times, _ := best.column.instants(best.format)
	p.delay = disorder(times)
	p.typeTimes(columns, best)
	return nil
}

// candidate rates a column. One with NULLs is worse than one of the next lower
// name; text is better than numbers of the same name.
func (c *shape) candidate(t batch.Type, records int) (k candidate, ok bool) {
	name := timeName(c.name)
	k = candidate{column: c, format: "auto", score: 4*name + 2}
	switch {
	case t.ID == batch.Timestamp || t.ID == batch.Date:
		k.score++
	case name > 0 && c.epoch() != "":
		k.format = c.epoch()
	case name > 0 && c.pattern() != "":
		k.format = c.pattern()
	default:
		return k, false
	}
	if c.values < records {
		k.score -= 5
	}
	return k, k.score > 0 || c.values > 0
}

// typeTimes makes the event time a TIMESTAMP, with the option timestamp.format
// if the other TIMESTAMP columns can be read by it. Columns of the same epoch
// unit that sound like times follow it.
func (p *proposal) typeTimes(columns *shapes, time candidate) {
	others := 0
	for i, f := range p.columns {
		c := columns.index[f.Name]
		follows := timeName(f.Name) > 0 && strings.HasPrefix(time.format, "epoch") && c.epoch() == time.format
		switch {
		case c == time.column || follows:
			p.columns[i].Type = batch.Of(batch.Timestamp)
		case holdsTime(f.Type):
			others++
		}
	}
	if time.format != "auto" && (others == 0 || !strings.HasPrefix(time.format, "epoch")) {
		p.options = append(p.options, [2]string{"timestamp.format", time.format})
	}
}

// holdsTime reports whether reading t depends on timestamp.format.
func holdsTime(t batch.Type) bool {
	if t.ID == batch.Array {
		return holdsTime(*t.Elem)
	}
	for _, f := range t.Fields {
		if holdsTime(f.Type) {
			return true
		}
	}
	return t.ID == batch.Timestamp
}

// disorder is how far a time is behind a greater one before it, at most.
func disorder(times []window.Micros) (most window.Micros) {
	high := window.Min
	for _, t := range times {
		high = max(high, t)
		most = max(most, high-t)
	}
	return most
}

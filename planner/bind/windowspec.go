package bind

import (
	"fmt"
	"slices"
	"strings"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/sql/diag"
	"kinesql/window"
)

// windowKind is how a window is written. Arguments are given in this order, or
// by name in a table function; the time zone may stand in the place of the offset.
type windowKind struct {
	kind       window.Kind
	timed      bool // the first argument is the time
	needs, may []string
	usage      string
}

var windowKinds = map[string]windowKind{
	"TUMBLE": {
		kind: window.Tumble, timed: true, needs: []string{"SIZE"}, may: []string{"OFFSET", "TIMEZONE"},
		usage: "ts, size [, offset] [, 'time zone']",
	},
	"HOP": {
		kind: window.Hop, timed: true, needs: []string{"SLIDE", "SIZE"}, may: []string{"OFFSET", "TIMEZONE"},
		usage: "ts, slide, size [, offset] [, 'time zone']",
	},
	"CUMULATE": {
		kind: window.Cumulate, timed: true, needs: []string{"STEP", "SIZE"}, may: []string{"OFFSET", "TIMEZONE"},
		usage: "ts, step, size [, offset] [, 'time zone']",
	},
	"SESSION": {
		kind: window.Session, timed: true, needs: []string{"GAP"}, may: []string{"LONGEST"},
		usage: "ts, gap [, longest]",
	},
	"STAGGER":      {kind: window.Stagger, timed: true, needs: []string{"SIZE"}, usage: "ts, size"},
	"COUNT_WINDOW": {kind: window.Count, needs: []string{"ROWS"}, may: []string{"EVERY"}, usage: "rows [, every]"},
}

// intervalArg is a bound argument and where it stands.
type intervalArg struct {
	node expr.Node
	at   diag.Span
}

// windowArg is an argument of a window; name is empty where it is given by position.
type windowArg struct {
	intervalArg
	name   string
	nameAt diag.Span
}

// windowCall is a window as written: its name, where it stands, and its arguments
// after the time.
type windowCall struct {
	name  string
	table bool // it stands in FROM
	at    diag.Span
	args  []windowArg
}

// usage is how to write the window.
func (c windowCall) usage() string {
	if !c.table {
		return c.name + "(" + windowKinds[c.name].usage + ")"
	}
	source := "TABLE s"
	if !windowKinds[c.name].kind.Aligned() {
		source += " PARTITION BY k"
	}
	return c.name + "(" + source + ", " + strings.Replace(windowKinds[c.name].usage, "ts,", "DESCRIPTOR(ts),", 1) + ")"
}

// spec makes windows of their arguments.
func (q *query) spec(c windowCall) (window.Spec, error) {
	got, err := q.windowArgs(c)
	if err != nil {
		return window.Spec{}, err
	}
	out, err := q.lengths(c, got)
	if err != nil {
		return out, err
	}
	if zone, ok := got["TIMEZONE"]; ok {
		if out.Zone, err = q.zone(zone); err != nil {
			return out, err
		}
	}
	if err := q.checkLengths(c, out, got); err != nil {
		return out, err
	}
	if err := out.Validate(); err != nil {
		return out, q.errorAt(diag.Invalid, c.at, "%s", err)
	}
	return out, nil
}

// windowArgs gives the arguments their names.
func (q *query) windowArgs(c windowCall) (map[string]windowArg, error) {
	k := windowKinds[c.name]
	names := append(slices.Clone(k.needs), k.may...)
	out := map[string]windowArg{}
	next := 0
	for _, a := range c.args {
		name := a.name
		zone := slices.Index(names, "TIMEZONE")
		switch {
		case name != "" && !slices.Contains(names, name):
			return nil, q.unknownArgument(c, a, names)
		case name == "" && zone > next && next >= len(k.needs) && a.node.Type().IsString():
			next = zone
		}
		if name == "" {
			if next >= len(names) {
				return nil, q.windowArity(c)
			}
			name = names[next]
			next++
		}
		if _, twice := out[name]; twice {
			return nil, q.errorAt(diag.Invalid, a.nameAt, "%s is given twice", name)
		}
		out[name] = a
	}
	for _, name := range k.needs {
		if _, ok := out[name]; !ok {
			return nil, q.windowArity(c)
		}
	}
	return out, nil
}

func (q *query) unknownArgument(c windowCall, a windowArg, names []string) error {
	err := q.errorAt(diag.UnknownName, a.nameAt, "%s has no argument %q", c.name, a.name)
	if near, ok := diag.Suggest(a.name, names); ok {
		return err.WithHint("did you mean %s?", near)
	}
	return err.WithHint("its arguments are %s", strings.Join(names, ", "))
}

func (q *query) windowArity(c windowCall) error {
	k := windowKinds[c.name]
	least, most := len(k.needs), len(k.needs)+len(k.may)
	count := fmt.Sprintf("%d arguments", most)
	switch {
	case most == 1:
		count = "1 argument"
	case most-least == 1:
		count = fmt.Sprintf("%d or %s", least, count)
	case most > least:
		count = fmt.Sprintf("%d to %s", least, count)
	}
	after := ""
	if k.timed {
		after = " after the time"
	}
	return q.errorAt(diag.Invalid, c.at, "%s takes %s%s, got %d", c.name, count, after, len(c.args)).
		WithHint("write %s", c.usage())
}

// lengths reads the intervals and counts.
func (q *query) lengths(c windowCall, got map[string]windowArg) (window.Spec, error) {
	out := window.Spec{Kind: windowKinds[c.name].kind}
	into := map[string]*window.Micros{
		"SIZE": &out.Size, "SLIDE": &out.Slide, "STEP": &out.Slide, "OFFSET": &out.Offset, "GAP": &out.Gap, "LONGEST": &out.Size,
	}
	counts := map[string]*int64{"ROWS": &out.Rows, "EVERY": &out.Every}
	for _, name := range []string{"SLIDE", "STEP", "GAP", "SIZE", "LONGEST", "OFFSET", "ROWS", "EVERY"} {
		a, given := got[name]
		if !given {
			continue
		}
		var err error
		if to := counts[name]; to != nil {
			*to, err = q.rowCount(a.intervalArg, c.name)
		} else if *into[name], err = q.micros(a.intervalArg, c.name); err == nil && name != "OFFSET" && *into[name] <= 0 {
			err = q.errorAt(diag.Invalid, a.at, "%s needs an interval greater than zero", c.name)
		}
		if err != nil {
			return out, err
		}
	}
	switch {
	case out.Kind == window.Tumble:
		out.Slide = out.Size
	case out.Kind == window.Count && out.Every == 0:
		out.Every = out.Rows
	}
	return out, nil
}

// checkLengths holds the lengths against one another.
func (q *query) checkLengths(c windowCall, s window.Spec, got map[string]windowArg) error {
	var at diag.Span
	var problem string
	switch {
	case s.Kind == window.Hop && s.Slide > s.Size:
		at, problem = got["SLIDE"].at, "the slide of HOP is longer than its size"
	case s.Kind == window.Cumulate && s.Size%s.Slide != 0:
		at, problem = got["SIZE"].at, "the size of CUMULATE is not a multiple of its step"
	case s.Kind == window.Session && s.Size > 0 && s.Size < s.Gap:
		at, problem = got["LONGEST"].at, "the longest SESSION is shorter than its gap"
	case s.Kind == window.Count && s.Every > s.Rows:
		at, problem = got["EVERY"].at, "COUNT_WINDOW would leave rows out: windows begin more rows apart than they hold"
	case s.Kind == window.Count && s.Rows/s.CountPane() > window.MaxCountPanes:
		return q.errorAt(diag.Invalid, got["EVERY"].at, "windows of %d rows, one every %d, consist of %d pieces each, more than %d",
			s.Rows, s.Every, s.Rows/s.CountPane(), window.MaxCountPanes).
			WithHint("let windows begin less often, at a divisor of their rows")
	default:
		return nil
	}
	return q.errorAt(diag.Invalid, at, "%s", problem).WithHint("write %s", c.usage())
}

// maxWindowRows is the most rows of a COUNT_WINDOW.
const maxWindowRows = 100_000_000

// rowCount is the value of a constant number of rows.
func (q *query) rowCount(a intervalArg, name string) (int64, error) {
	v, _ := expr.ConstValue(expr.Fold(a.node))
	n, ok := v.(int64)
	if !ok || !a.node.Type().IsInteger() {
		return 0, q.errorAt(diag.Type, a.at, "%s wants a constant number of rows here, got %s", name, a.node.Type())
	}
	if n < 1 || n > maxWindowRows {
		return 0, q.errorAt(diag.Invalid, a.at, "%s takes 1 to %d rows, not %d", name, maxWindowRows, n)
	}
	return n, nil
}

// zone is the value of a constant time zone.
func (q *query) zone(a windowArg) (string, error) {
	v, _ := expr.ConstValue(expr.Fold(a.node))
	name, ok := v.(string)
	if !ok {
		return "", q.errorAt(diag.Type, a.at, "a time zone is a constant text, got %s", a.node.Type()).
			WithHint("write 'Europe/Berlin'")
	}
	zone, err := window.ParseZone(name)
	if err == nil {
		return zone, nil
	}
	out := q.errorAt(diag.UnknownName, a.at, "%s", err)
	if near, ok := diag.Suggest(name, window.Zones()); ok {
		return "", out.WithHint("did you mean '%s'?", near)
	}
	city := slices.IndexFunc(window.Zones(), func(z string) bool { return strings.EqualFold(z[strings.LastIndexByte(z, '/')+1:], name) })
	if city >= 0 {
		return "", out.WithHint("did you mean '%s'?", window.Zones()[city])
	}
	return "", out.WithHint("zones are named by area and city: 'UTC', 'Europe/Berlin', 'America/New_York'")
}

// micros is the value of a constant interval of days or less.
func (q *query) micros(a intervalArg, name string) (window.Micros, error) {
	n := expr.Fold(a.node)
	v, ok := expr.ConstValue(n)
	m, isInt := v.(int64)
	switch {
	case n.Type().ID == batch.IntervalMonth:
		return 0, q.errorAt(diag.Invalid, a.at, "%s needs an interval of fixed length: months and years differ", name)
	case n.Type().ID != batch.IntervalDay:
		return 0, q.errorAt(diag.Type, a.at, "%s wants an INTERVAL here, got %s", name, n.Type()).
			WithHint("write INTERVAL '10' SECOND")
	case !ok || !isInt:
		return 0, q.errorAt(diag.Invalid, a.at, "%s needs a constant interval", name)
	}
	return window.Micros(m), nil
}

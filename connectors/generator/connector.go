package generator

import (
	"fmt"
	"math"
	"strings"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Connector makes sources of made-up rows.
type Connector struct{}

// New returns the connector.
func New() connectors.Connector { return Connector{} }

// Name implements connectors.Connector.
func (Connector) Name() string { return "generator" }

// Describe implements connectors.Connector.
func (Connector) Describe(spec connectors.Spec) (connectors.Description, error) {
	p, err := parse(spec.Options)
	if err != nil {
		return connectors.Description{}, err
	}
	schema := spec.Schema
	if schema == nil {
		schema = p.kind.schema
	} else if err := p.kind.check(schema); err != nil {
		return connectors.Description{}, err
	}
	return connectors.Description{
		Schema: schema, CanRead: true, Bounded: p.rows >= 0, MaxSources: 1, Time: p.kind.time, Delay: p.disorder,
	}, nil
}

// Source implements connectors.Connector.
func (Connector) Source(spec connectors.SourceSpec) (operators.Source, error) {
	p, err := parse(spec.Options)
	if err != nil {
		return nil, err
	}
	return newSource(p, spec)
}

// Sink implements connectors.Connector: there is none.
func (Connector) Sink(spec connectors.SinkSpec) (operators.Sink, error) {
	return nil, fmt.Errorf("stream %q: connector generator cannot be written to", spec.Stream)
}

// plan is the options of a stream.
type plan struct {
	kind     *kind
	seed     uint64
	rows     int64 // -1: no end
	rate     int64 // events a second
	paced    bool
	start    window.Micros // window.Min: when the source is opened
	disorder window.Micros
}

// defaultStart is 2026-01-01T00:00:00Z.
const defaultStart window.Micros = 1_767_225_600 * window.Second

func parse(o connectors.Options) (p plan, err error) {
	o.Lookup("connector")
	if p.kind, err = kindOf(o); err != nil {
		return p, err
	}
	seed, err := o.Int("seed", 1, 0, math.MaxInt64)
	if err != nil {
		return p, err
	}
	p.seed = uint64(seed)
	if p.rows, err = rowsOf(o); err != nil {
		return p, err
	}
	if p.rate, err = o.Int("rate", p.kind.rate, 0, 1_000_000_000); err != nil {
		return p, err
	}
	if p.paced, err = o.Bool("pace", p.rows < 0 && p.rate > 0); err != nil {
		return p, err
	}
	if p.rate == 0 {
		p.rate, p.paced = p.kind.rate, false
	}
	disorder, err := o.Duration("disorder", 0)
	if err != nil {
		return p, err
	}
	p.disorder = window.Micros(disorder.Microseconds())
	return p, p.setStart(o)
}

func kindOf(o connectors.Options) (*kind, error) {
	name, err := o.Require("kind")
	if err != nil {
		return nil, &connectors.OptionError{Key: "kind", Message: "is required: one of " + strings.Join(kindNames(), ", ")}
	}
	for _, k := range kinds() {
		if k.name == strings.ToLower(name) {
			return k, nil
		}
	}
	message := fmt.Sprintf("want one of %s, got %q", strings.Join(kindNames(), ", "), name)
	if near := connectors.Nearest(name, kindNames()); near != "" {
		message += fmt.Sprintf("; did you mean %q?", near)
	}
	return nil, &connectors.OptionError{Key: "kind", Message: message}
}

func rowsOf(o connectors.Options) (int64, error) {
	rows, err := o.Int("rows", -1, 0, math.MaxInt64)
	if err != nil {
		return 0, err
	}
	count, err := o.Int("count", rows, 0, math.MaxInt64)
	if err == nil && rows >= 0 && count != rows {
		err = &connectors.OptionError{Key: "count", Message: fmt.Sprintf("is another name of rows: want %d, got %d", rows, count)}
	}
	return count, err
}

func (p *plan) setStart(o connectors.Options) error {
	p.start = defaultStart
	if p.paced && p.rows < 0 {
		p.start = window.Min
	}
	text, given := o.Lookup("start")
	if !given {
		return nil
	}
	read, err := format.NewTimeParser("auto")
	if err != nil {
		return err
	}
	micros, ok := read([]byte(text))
	if !ok {
		return &connectors.OptionError{Key: "start", Message: fmt.Sprintf("want an instant such as 2026-01-01T00:00:00Z, got %q", text)}
	}
	p.start = window.Micros(micros)
	return nil
}

// check refuses declared columns that the kind does not have.
func (k *kind) check(schema *batch.Schema) error {
	var names []string
	for _, f := range k.schema.Fields() {
		names = append(names, f.Name)
	}
	for _, f := range schema.Fields() {
		i := find(k.schema.Fields(), f.Name)
		if i < 0 {
			hint := "it has " + strings.Join(names, ", ")
			if near := connectors.Nearest(f.Name, names); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			return fmt.Errorf("generator %s has no column %q; %s", k.name, f.Name, hint)
		}
		if own := k.schema.Field(i).Type; !fits(own, f.Type) {
			return fmt.Errorf("column %q of generator %s is %s, declared as %s", f.Name, k.name, own, f.Type)
		}
	}
	return nil
}

// find returns the field of that name, else one that differs only in case.
func find(fields []batch.Field, name string) int {
	folded := -1
	for i, f := range fields {
		if f.Name == name {
			return i
		}
		if strings.EqualFold(f.Name, name) {
			folded = i
		}
	}
	return folded
}

// fits reports whether all values of a kind's column can be of the declared type.
func fits(own, declared batch.Type) bool {
	switch {
	case own.IsInteger():
		return declared.ID == batch.BigInt || own.ID == batch.Integer && declared.ID == batch.Integer
	case own.IsString():
		return declared.IsString() && declared.Precision == 0
	case own.IsFloat():
		return declared.IsFloat()
	}
	return own.Equal(declared)
}

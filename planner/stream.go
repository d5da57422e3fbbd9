package planner

import (
	"errors"
	"slices"
	"strings"
	"time"

	"kinesql/connectors"
	"kinesql/operators/batch"
	"kinesql/planner/bind"
	"kinesql/planner/catalog"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
	"kinesql/sql/parse"
)

// idleTimeout is how long a split may be quiet before watermarks go on without it.
const idleTimeout = 5 * time.Second

func (p *Planner) createStream(st *ast.CreateStream) (*Plan, error) {
	kind := ast.StreamObject
	if st.Table {
		kind = ast.TableObject
	}
	old, plan, err := p.mayCreate(st.Base, st.Name, kind, st.OrReplace, st.IfNotExists)
	if plan != nil || err != nil {
		return plan, err
	}
	s, err := p.stream(st)
	if err != nil {
		return nil, err
	}
	p.catalog.Put(s)
	return &Plan{Kind: Change, Created: s, Dropped: old, Message: created(kind, s.Name)}, nil
}

// stream makes a stream of its statement: columns, connector, options, watermark.
func (p *Planner) stream(st *ast.CreateStream) (*catalog.Stream, error) {
	options, err := optionMap(st)
	if err != nil {
		return nil, err
	}
	s := &catalog.Stream{Name: st.Name.Name, Time: -1, Options: options, Comment: st.Description, Source: st.Src, At: st.Name.At}
	s.Text(st.Text())
	if len(st.Columns) > 0 {
		fields, err := bind.Columns(st.Src, st.Columns)
		if err != nil {
			return nil, err
		}
		s.Schema = batch.NewSchema(fields...)
	}
	if err := changelog(st, s); err != nil {
		return nil, err
	}
	if s.Connector, err = p.connector(st, options); err != nil {
		return nil, err
	}
	if s.Description, err = s.Connector.Describe(s.Spec()); err != nil {
		return nil, optionError(st, options, err)
	}
	if s.Changelog == "" {
		s.Schema = s.Description.Schema
	}
	if err := checkChangelog(st, s); err != nil {
		return nil, err
	}
	if s.Schema == nil || s.Schema.Len() == 0 {
		return nil, diag.Errorf(diag.Invalid, st.Src, st.Name.At, "stream %q has no columns", s.Name).
			WithHint("kinesql infer FILE prints the columns of a file")
	}
	if st.Table {
		if err := p.table(st, s); err != nil {
			return nil, err
		}
	} else if s.IdleTimeout, err = options.Duration("idle_timeout", idleTimeout); err != nil {
		return nil, optionError(st, options, err)
	}
	if err := options.Unknown(); err != nil {
		return nil, optionError(st, options, err)
	}
	if err := p.key(st, s); err != nil {
		return nil, err
	}
	return s, timeAttribute(st, s)
}

// key binds the expression that an option gave as the stream's key. Its errors
// point at the option: the expression has no place of its own in the statement.
func (p *Planner) key(st *ast.CreateStream, s *catalog.Stream) error {
	d := s.Description
	if d.Key == "" {
		return nil
	}
	src := &diag.Source{Name: st.Src.Name, Text: d.Key}
	e, err := parse.Expression(src)
	if err == nil {
		s.Key, err = bind.Key(src, e, s.Schema)
	}
	var de *diag.Error
	if errors.As(err, &de) {
		return diag.Errorf(diag.BadOption, st.Src, optionSpan(st, d.KeyOption, true), "option %q: %s", d.KeyOption, de.Message).
			WithHint("%s", de.Hint)
	}
	return err
}

// timeAttribute sets the time column: by WATERMARK FOR, else as the format says.
func timeAttribute(st *ast.CreateStream, s *catalog.Stream) error {
	if st.Watermark == nil {
		if s.Description.Time != "" {
			s.Time = slices.IndexFunc(s.Fields(), func(f batch.Field) bool { return f.Name == s.Description.Time })
			s.Delay = s.Description.Delay
		}
		return nil
	}
	var err error
	s.Time, s.Delay, err = bind.Watermark(st.Src, st.Watermark, batch.NewSchema(s.Fields()...))
	return err
}

func optionMap(st *ast.CreateStream) (connectors.Options, error) {
	values := map[string]string{}
	for _, o := range st.Options {
		if _, twice := values[o.Key]; twice {
			return connectors.Options{}, diag.Errorf(diag.BadOption, st.Src, o.KeyAt, "option %q is given twice", o.Key)
		}
		values[o.Key] = o.Value
	}
	return connectors.NewOptions(values), nil
}

// connector finds the connector that the options name.
func (p *Planner) connector(st *ast.CreateStream, options connectors.Options) (connectors.Connector, error) {
	name, given := options.Lookup("connector")
	if !given {
		if p.options.Unnamed != nil {
			if c := p.options.Unnamed(options); c != nil {
				return c, nil
			}
		}
		if c := p.memory(); c != nil {
			return c, nil
		}
		return nil, diag.Errorf(diag.BadOption, st.Src, st.Name.At, "stream %q names no connector", st.Name.Name)
	}
	var known []string
	for _, c := range p.options.Connectors {
		if strings.EqualFold(c.Name(), name) {
			return c, nil
		}
		known = append(known, c.Name())
	}
	err := diag.Errorf(diag.BadOption, st.Src, optionSpan(st, "connector", true), "unknown connector %q", name)
	if near, ok := diag.Suggest(name, known); ok {
		return nil, err.WithHint("did you mean %q?", near)
	}
	return nil, err.WithHint("the connectors are %s", strings.Join(known, ", "))
}

// memory is the connector of streams that name none, or nil.
func (p *Planner) memory() connectors.Connector {
	for _, c := range p.options.Connectors {
		if c.Name() == catalog.MemoryConnector {
			return c
		}
	}
	return nil
}

// optionSpan is where an option's value stands, or its key; the stream's name if
// the option was not given.
func optionSpan(st *ast.CreateStream, key string, value bool) diag.Span {
	for _, o := range st.Options {
		if o.Key == key && value {
			return o.At
		}
		if o.Key == key {
			return o.KeyAt
		}
	}
	return st.Name.At
}

// optionError points at the option to blame.
func optionError(st *ast.CreateStream, options connectors.Options, err error) error {
	var de *diag.Error
	if errors.As(err, &de) {
		return de
	}
	var oe *connectors.OptionError
	if !errors.As(err, &oe) {
		return diag.Errorf(diag.BadOption, st.Src, st.Name.At, "%s", err)
	}
	if _, given := options.Lookup(oe.Key); given && !strings.HasPrefix(oe.Message, "unknown;") {
		return diag.Errorf(diag.BadOption, st.Src, optionSpan(st, oe.Key, true), "%s", err)
	}
	if !strings.HasPrefix(oe.Message, "unknown;") {
		return diag.Errorf(diag.BadOption, st.Src, st.Name.At, "%s", err)
	}
	var known []string
	for _, k := range options.Known() {
		if k != oe.Key {
			known = append(known, k)
		}
	}
	out := diag.Errorf(diag.BadOption, st.Src, optionSpan(st, oe.Key, false), "unknown option %q", oe.Key)
	if near, ok := diag.Suggest(oe.Key, known); ok {
		return out.WithHint("did you mean %q?", near)
	}
	return out.WithHint("the options here are %s", strings.Join(known, ", "))
}

package json

import (
	"fmt"
	"math"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/operators/batch"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
)

// shapeOf is how to read the values of a ROW or ARRAY, or of a member or item
// of one. Arrow's builders cannot take back what they were given, so a value is
// read twice: with a nil builder to see whether it is right, then to append it.
type shapeOf struct {
	column
	members *node      // of a ROW, its names
	nodes   []*node    // of a ROW, by member; members of one name share one
	fields  []*shapeOf // of a ROW, by member; of an ARRAY its items alone
}

func newShapeOf(t batch.Type, path string, parse format.TimeParser) *shapeOf {
	s := &shapeOf{column: column{path: path, typ: t, lane: t.Lane(), class: classOf(t), parse: parse}}
	s.low, s.high = bounds(t.ID)
	switch t.ID {
	case batch.Row:
		var want []connectors.Want
		for _, f := range t.Fields {
			want = append(want, connectors.Want{Path: []string{f.Name}})
			s.fields = append(s.fields, newShapeOf(f.Type, path+"."+f.Name, parse))
		}
		s.members = newTree(want)
		for _, f := range t.Fields {
			s.nodes = append(s.nodes, s.members.child(f.Name))
		}
	case batch.Array:
		s.fields = []*shapeOf{newShapeOf(*t.Elem, path+"[]", parse)}
	}
	return s
}

// append reads the value at v and appends it to to, or only checks it if to is
// nil. The problem, if there is one, names the place.
func (s *shapeOf) append(r *reader, v span, to array.Builder) (problem string) {
	if v.kind == none || v.kind == aNull {
		if to != nil {
			to.AppendNull()
		}
		return ""
	}
	switch s.typ.ID {
	case batch.Row:
		if v.kind == anObject {
			return s.appendRow(r, v, to)
		}
		return s.at(r.wrong(&s.column, v))
	case batch.Array:
		if v.kind == anArray {
			return s.appendItems(r, v, to)
		}
		return s.at(r.wrong(&s.column, v))
	}
	got, problem := r.read(&s.column, v)
	if problem != "" {
		return s.at(problem)
	}
	if to != nil {
		appendScalar(r, &got, s.lane, to)
	}
	return ""
}

func (s *shapeOf) at(problem string) string { return fmt.Sprintf("%s: %s", s.path, problem) }

func (s *shapeOf) appendRow(r *reader, v span, to array.Builder) (problem string) {
	in := scanner{b: r.b}
	s.members.forget()
	in.object(v.start, s.members) // its structure has been checked before
	var row *array.StructBuilder
	if to != nil {
		row = to.(*array.StructBuilder)
		row.Append(true)
	}
	for _, n := range s.members.children {
		if n.ambiguous() {
			return s.at(in.ambiguity(n))
		}
	}
	for i, f := range s.fields {
		var member array.Builder
		if row != nil {
			member = row.FieldBuilder(i)
		}
		if problem = f.append(r, s.nodes[i].value, member); problem != "" {
			return problem
		}
	}
	return ""
}

func (s *shapeOf) appendItems(r *reader, v span, to array.Builder) (problem string) {
	in := scanner{b: r.b}
	var items array.Builder
	if to != nil {
		list := to.(*array.ListBuilder)
		list.Append(true)
		items = list.ValueBuilder()
	}
	i := in.space(v.start + 1)
	for in.at(i) != ']' {
		var item span
		item, i = in.value(i)
		if problem = s.fields[0].append(r, item, items); problem != "" {
			return problem
		}
		if i = in.space(i); in.at(i) == ',' {
			i = in.space(i + 1)
		}
	}
	return ""
}

// appendScalar appends to the builder that Type.Arrow() of a scalar makes.
func appendScalar(r *reader, v *value, lane batch.Lane, to array.Builder) {
	if v.null {
		to.AppendNull()
		return
	}
	switch to := to.(type) {
	case *array.Int64Builder:
		to.Append(v.bits)
	case *array.Date32Builder:
		to.Append(arrow.Date32(v.bits))
	case *array.Time64Builder:
		to.Append(arrow.Time64(v.bits))
	case *array.TimestampBuilder:
		to.Append(arrow.Timestamp(v.bits))
	case *array.Float64Builder:
		to.Append(math.Float64frombits(uint64(v.bits)))
	case *array.BooleanBuilder:
		to.Append(v.bits != 0)
	case *array.Decimal128Builder:
		to.Append(r.dec)
	case *array.StringBuilder:
		to.Append(string(r.bytes(v)))
	case *array.BinaryBuilder:
		to.Append(r.bytes(v))
	default:
		panic(fmt.Sprintf("json: no way to append to %T of lane %d", to, lane))
	}
}

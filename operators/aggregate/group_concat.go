package aggregate

import (
	"fmt"
	"unicode/utf8"

	"kinesql/operators/batch"
)

// MaxConcat is how many bytes GROUP_CONCAT returns at most. What is longer is
// cut, between characters.
const MaxConcat = 64 << 10

func groupConcat() *Function {
	return &Function{
		Name: "GROUP_CONCAT", Signature: "GROUP_CONCAT([DISTINCT] x [, y ...] [ORDER BY z [DESC], ...] [SEPARATOR ','])",
		Summary: "Texts of the rows without NULL, joined in the given order, else that of arrival; cut after 64 KiB.",
		Example: "SELECT GROUP_CONCAT(path ORDER BY path SEPARATOR ' ') FROM s",
		Params:  1, Ordered: true,
		resolve: func(args []batch.Type) (batch.Type, []batch.Type, error) {
			if err := arity("GROUP_CONCAT", args, 1, 64); err != nil {
				return batch.Type{}, nil, err
			}
			return batch.Of(batch.Varchar), textTypes(args), nil
		},
		make: makeConcat, changing: changingCollection(makeConcat),
	}
}

func makeConcat(s spec) (func() State, error) {
	separator := ","
	if len(s.Params) > 0 {
		text, ok := s.Params[0].(string)
		if !ok {
			return nil, fmt.Errorf("the separator of GROUP_CONCAT must be a string, not %v", s.Params[0])
		}
		separator = text
	}
	for i, t := range s.args {
		if t.Lane() != batch.LaneBytes {
			return nil, mismatch("GROUP_CONCAT", i, "VARCHAR", t)
		}
	}
	return func() State { return &concat{collector: collector{order: s.Order}, separator: separator} }, nil
}

// concat is the state of GROUP_CONCAT.
type concat struct {
	collector
	separator string
}

func (s *concat) Add(in *Rows, rows []int32, ids []uint32) {
	for i, r := range rows {
		e := s.begin(in, r)
		for a := range in.Args {
			s.arena = append(s.arena, in.Args[a].Bytes(int(r))...)
		}
		s.end(e, ids[i])
	}
}

func (s *concat) Merge(from State, src, dst []uint32) { s.merge(&from.(*concat).collector, src, dst) }

func (s *concat) Result(ids []uint32, out *batch.Vector, _ Fail) {
	for _, id := range ids {
		list := s.sorted(id)
		if len(list) == 0 {
			appendNull(out)
			continue
		}
		var text []byte
		for i, e := range list {
			if i > 0 {
				text = append(text, s.separator...)
			}
			if text = append(text, s.textOf(e)...); len(text) > MaxConcat {
				text = cut(text, MaxConcat)
				break
			}
		}
		appendBytes(out, text)
	}
}

// cut shortens text to at most n bytes, without splitting a character.
func cut(text []byte, n int) []byte {
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

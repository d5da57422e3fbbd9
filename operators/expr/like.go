package expr

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"kinesql/operators/batch"
)

func likeFunctions() []*Function {
	return []*Function{operator("LIKE", resolveLike(true)), operator("NOT LIKE", resolveLike(false))}
}

// resolveLike is text LIKE pattern [ESCAPE escape]: % stands for any characters,
// _ for one; case counts. The escape is a backslash unless given; an empty one
// means none.
func resolveLike(want bool) func([]Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		if len(args) != 2 && len(args) != 3 {
			return nil, nil, typeErrorf(-1, "LIKE takes 2 operands and an escape, got %d", len(args))
		}
		cast := make([]Node, len(args))
		for i, a := range args {
			c := class("BYTES")
			if t := a.Type(); !isText(t) {
				return nil, nil, typeErrorf(i, "LIKE wants VARCHAR, got %s", t)
			}
			n, err := c.coerce(a)
			if err != nil {
				return nil, nil, blame(err, i)
			}
			cast[i] = n
		}
		m := func(args []Node) (kernel, error) { return makeLike(args, want) }
		return &implementation{typ: batch.Of(batch.Boolean), total: true, make: m, print: printLike}, cast, nil
	}
}

func makeLike(args []Node, want bool) (kernel, error) {
	escape := `\`
	if len(args) == 3 {
		v, ok := ConstValue(Fold(args[2]))
		s, isText := v.(string)
		if !ok || v != nil && (!isText || utf8.RuneCountInString(s) > 1) {
			return nil, fmt.Errorf("ESCAPE wants one character, got %s", args[2])
		}
		escape = s
	}
	if v, ok := ConstValue(args[1]); ok && v != nil {
		match := parseLike([]byte(v.(string)), escape).matcher()
		return func(f *frame) {
			text := f.args[0]
			for i := range f.n {
				f.out.Bool[i] = match(text.Bytes(i)) == want
			}
		}, nil
	}
	return likeByRow(escape, want), nil
}

// likeByRow compiles the pattern anew only where it changes.
func likeByRow(escape string, want bool) kernel {
	var last []byte
	var match func([]byte) bool
	return func(f *frame) {
		runBool(f, func(r *row) bool {
			if p := r.text(1); match == nil || !bytes.Equal(p, last) {
				last = append(last[:0], p...)
				match = parseLike(last, escape).matcher()
			}
			return match(r.text(0)) == want
		})
	}
}

// likePattern is the pieces of a pattern between its %: pieces of literal text in
// which a negative rune stands for _.
type likePattern struct{ pieces [][]rune }

const anyRune = rune(-1)

func parseLike(pattern []byte, escape string) likePattern {
	esc, _ := utf8.DecodeRuneInString(escape)
	if escape == "" {
		esc = anyRune
	}
	pieces := [][]rune{nil}
	literal := false
	add := func(r rune) { pieces[len(pieces)-1] = append(pieces[len(pieces)-1], r) }
	for _, r := range string(pattern) {
		switch {
		case literal:
			literal = false
			add(r)
		case r == esc:
			literal = true
		case r == '%':
			pieces = append(pieces, nil)
		case r == '_':
			add(anyRune)
		default:
			add(r)
		}
	}
	if literal {
		add(esc)
	}
	return likePattern{pieces}
}

// plain returns the pieces as bytes if no piece has a _.
func (p likePattern) plain() ([][]byte, bool) {
	out := make([][]byte, len(p.pieces))
	for i, piece := range p.pieces {
		for _, r := range piece {
			if r == anyRune {
				return nil, false
			}
			out[i] = utf8.AppendRune(out[i], r)
		}
	}
	return out, true
}

// matcher returns the fastest test for the pattern.
func (p likePattern) matcher() func([]byte) bool {
	pieces, ok := p.plain()
	if !ok {
		return func(s []byte) bool { return matchRunes(s, p.pieces) }
	}
	switch last := len(pieces) - 1; {
	case last == 0:
		return func(s []byte) bool { return bytes.Equal(s, pieces[0]) }
	case last == 1:
		return func(s []byte) bool {
			return len(s) >= len(pieces[0])+len(pieces[1]) && bytes.HasPrefix(s, pieces[0]) && bytes.HasSuffix(s, pieces[1])
		}
	case last == 2 && len(pieces[0]) == 0 && len(pieces[2]) == 0:
		return func(s []byte) bool { return bytes.Contains(s, pieces[1]) }
	}
	return func(s []byte) bool { return matchPieces(s, pieces) }
}

// matchPieces finds the first and last piece at the ends and the others, each as
// early as it can be, between them.
func matchPieces(s []byte, pieces [][]byte) bool {
	first, last := pieces[0], pieces[len(pieces)-1]
	if len(s) < len(first)+len(last) || !bytes.HasPrefix(s, first) || !bytes.HasSuffix(s, last) {
		return false
	}
	s = s[len(first) : len(s)-len(last)]
	for _, piece := range pieces[1 : len(pieces)-1] {
		at := bytes.Index(s, piece)
		if at < 0 {
			return false
		}
		s = s[at+len(piece):]
	}
	return true
}

// matchRunes is matchPieces for pieces with _.
func matchRunes(s []byte, pieces [][]rune) bool {
	rest, ok := cutPrefix(s, pieces[0])
	if !ok || len(pieces) == 1 {
		return ok && len(rest) == 0
	}
	for _, piece := range pieces[1 : len(pieces)-1] {
		if rest, ok = cutAnywhere(rest, piece); !ok {
			return false
		}
	}
	last := pieces[len(pieces)-1]
	for skip := utf8.RuneCount(rest) - len(last); skip > 0; skip-- {
		_, size := utf8.DecodeRune(rest)
		rest = rest[size:]
	}
	rest, ok = cutPrefix(rest, last)
	return ok && len(rest) == 0
}

func cutAnywhere(s []byte, piece []rune) ([]byte, bool) {
	for {
		if rest, ok := cutPrefix(s, piece); ok {
			return rest, true
		}
		if len(s) == 0 {
			return nil, false
		}
		_, size := utf8.DecodeRune(s)
		s = s[size:]
	}
}

func cutPrefix(s []byte, piece []rune) ([]byte, bool) {
	for _, want := range piece {
		if len(s) == 0 {
			return nil, false
		}
		got, size := utf8.DecodeRune(s)
		if want != anyRune && got != want {
			return nil, false
		}
		s = s[size:]
	}
	return s, true
}

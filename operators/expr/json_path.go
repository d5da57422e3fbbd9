package expr

import (
	"encoding/json"
	"fmt"
	"strings"
)

// leg is a step of a MySQL JSON path: .key, .*, [i], [last-i], [i to j], [*], **.
type leg struct {
	kind     legKind
	key      string
	from, to place // of an index or a range
}

type legKind uint8

const (
	legKey legKind = iota
	legAnyKey
	legIndex
	legRange
	legAnyIndex
	legDeep
)

// place is an index, counted from the end if last is set.
type place struct {
	n    int64
	last bool
}

func (p place) in(length int) int64 {
	if p.last {
		return int64(length) - 1 - p.n
	}
	return p.n
}

// path is a parsed path; many says that it may select several values.
type path struct {
	legs []leg
	many bool
}

// parsePath reads a path that begins with $.
func parsePath(text string) (path, error) {
	p := pathParser{s: strings.TrimSpace(text)}
	if !p.take("$") {
		return path{}, fmt.Errorf("JSON path %q does not begin with $", text)
	}
	var out path
	for p.blanks(); p.s != ""; p.blanks() {
		l, ok := p.leg()
		if !ok {
			return path{}, fmt.Errorf("JSON path %q is wrong at %q", text, p.s)
		}
		out.legs = append(out.legs, l)
		out.many = out.many || l.kind != legKey && l.kind != legIndex
	}
	if n := len(out.legs); n > 0 && out.legs[n-1].kind == legDeep {
		return path{}, fmt.Errorf("JSON path %q ends with **", text)
	}
	return out, nil
}

type pathParser struct{ s string }

func (p *pathParser) take(prefix string) bool {
	rest, ok := strings.CutPrefix(p.s, prefix)
	p.s = rest
	return ok
}

func (p *pathParser) blanks() { p.s = strings.TrimLeft(p.s, " \t\n\r") }

func (p *pathParser) leg() (leg, bool) {
	switch {
	case p.take("**"):
		return leg{kind: legDeep}, true
	case p.take("."):
		p.blanks()
		if p.take("*") {
			return leg{kind: legAnyKey}, true
		}
		key, ok := p.key()
		return leg{kind: legKey, key: key}, ok
	case p.take("["):
		return p.index()
	}
	return leg{}, false
}

func (p *pathParser) key() (string, bool) {
	if strings.HasPrefix(p.s, `"`) {
		d := json.NewDecoder(strings.NewReader(p.s))
		t, err := d.Token()
		key, ok := t.(string)
		if err != nil || !ok {
			return "", false
		}
		p.s = p.s[d.InputOffset():]
		return key, true
	}
	end := strings.IndexAny(p.s, ".[ \t*")
	if end < 0 {
		end = len(p.s)
	}
	key := p.s[:end]
	p.s = p.s[end:]
	return key, key != ""
}

func (p *pathParser) index() (leg, bool) {
	p.blanks()
	if p.take("*") {
		p.blanks()
		return leg{kind: legAnyIndex}, p.take("]")
	}
	from, ok := p.place()
	if !ok {
		return leg{}, false
	}
	p.blanks()
	if p.take("]") {
		return leg{kind: legIndex, from: from}, true
	}
	if !p.take("to") {
		return leg{}, false
	}
	p.blanks()
	to, ok := p.place()
	p.blanks()
	return leg{kind: legRange, from: from, to: to}, ok && p.take("]")
}

func (p *pathParser) place() (place, bool) {
	if p.take("last") {
		p.blanks()
		if !p.take("-") {
			return place{last: true}, true
		}
		p.blanks()
		n, ok := p.number()
		return place{n, true}, ok
	}
	n, ok := p.number()
	return place{n: n}, ok
}

func (p *pathParser) number() (int64, bool) {
	s := scanner{[]byte(p.s)}
	n, ok := s.number(1, 9)
	p.s = string(s.s)
	return n, ok
}

// walkPath hands every value that the legs lead to from v to yield, until it returns
// false. A scalar counts as an array of itself, as in MySQL.
func walkPath(v any, legs []leg, yield func(any) bool) bool {
	if len(legs) == 0 {
		return yield(v)
	}
	l, rest := legs[0], legs[1:]
	switch l.kind {
	case legKey, legAnyKey:
		return findKey(v, l, rest, yield)
	case legDeep:
		return findDeep(v, rest, yield)
	}
	list, ok := v.([]any)
	if !ok {
		if l.kind == legAnyIndex || l.from.in(1) > 0 || l.kind == legIndex && l.from.in(1) != 0 {
			return true
		}
		return walkPath(v, rest, yield)
	}
	from, to := int64(0), int64(len(list)-1)
	if l.kind != legAnyIndex {
		from = l.from.in(len(list))
		to = from
	}
	if l.kind == legRange {
		to = l.to.in(len(list))
	}
	if l.kind == legIndex && from < 0 {
		return true
	}
	for i := max(from, 0); i <= to && i < int64(len(list)); i++ {
		if !walkPath(list[i], rest, yield) {
			return false
		}
	}
	return true
}

func findKey(v any, l leg, rest []leg, yield func(any) bool) bool {
	o, ok := v.(*object)
	if !ok {
		return true
	}
	if l.kind == legKey {
		member, ok := o.values[l.key]
		return !ok || walkPath(member, rest, yield)
	}
	for _, k := range o.keys {
		if !walkPath(o.values[k], rest, yield) {
			return false
		}
	}
	return true
}

func findDeep(v any, rest []leg, yield func(any) bool) bool {
	if !walkPath(v, rest, yield) {
		return false
	}
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if !findDeep(e, rest, yield) {
				return false
			}
		}
	case *object:
		for _, k := range v.keys {
			if !findDeep(v.values[k], rest, yield) {
				return false
			}
		}
	}
	return true
}

// first returns the first value that the path selects.
func (p path) first(v any) (found any, ok bool) {
	walkPath(v, p.legs, func(v any) bool {
		found, ok = v, true
		return false
	})
	return found, ok
}

// all returns the values that the path selects.
func (p path) all(v any) []any {
	var out []any
	walkPath(v, p.legs, func(v any) bool {
		out = append(out, v)
		return true
	})
	return out
}

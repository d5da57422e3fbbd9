package expr

import (
	"fmt"
	"regexp"
)

// searcher collects the paths of the strings that match, beneath the place that
// the legs of a path lead to.
type searcher struct {
	match func([]byte) bool
	all   bool
	found []any
}

func (s *searcher) walk(v any, legs []leg, at string) {
	if len(s.found) > 0 && !s.all {
		return
	}
	if text, ok := v.(string); ok && len(legs) == 0 && s.match([]byte(text)) {
		s.add(at)
	}
	if len(legs) > 0 && legs[0].kind == legDeep {
		s.walk(v, legs[1:], at)
	}
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			if rest, ok := descend(legs, "", i, len(v)); ok {
				s.walk(e, rest, fmt.Sprintf("%s[%d]", at, i))
			}
		}
	case *object:
		for _, k := range v.keys {
			if rest, ok := descend(legs, k, -1, 0); ok {
				s.walk(v.values[k], rest, at+"."+pathKey(k))
			}
		}
	}
}

func (s *searcher) add(at string) {
	for _, have := range s.found {
		if have == at {
			return
		}
	}
	if len(s.found) == 0 || s.all {
		s.found = append(s.found, at)
	}
}

// descend reports whether legs lead to a member (index -1) or an element, and
// with which legs to go on there.
func descend(legs []leg, key string, index, length int) (rest []leg, ok bool) {
	if len(legs) == 0 {
		return nil, true
	}
	l := legs[0]
	switch l.kind {
	case legDeep:
		return legs, true
	case legKey:
		return legs[1:], index < 0 && l.key == key
	case legAnyKey:
		return legs[1:], index < 0
	case legAnyIndex:
		return legs[1:], index >= 0
	case legIndex:
		return legs[1:], index >= 0 && l.from.in(length) == int64(index)
	}
	return legs[1:], index >= 0 && int64(index) >= l.from.in(length) && int64(index) <= l.to.in(length)
}

func pathKey(key string) string {
	if plain, _ := regexp.MatchString(`^[A-Za-z_$][A-Za-z0-9_$]*$`, key); plain {
		return key
	}
	return string(quoteJSON(nil, key))
}

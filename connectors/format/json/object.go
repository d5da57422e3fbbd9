package json

import "bytes"

// record reads the structure of the record: its wanted values are then in the
// nodes at and below n.
func (s *scanner) record(n *node) bool {
	i := s.space(0)
	if s.at(i) != '{' {
		s.fail(i, "an object")
		return false
	}
	n.value.start, n.value.kind = i, anObject
	if i = s.object(i, n); i < 0 {
		return false
	}
	n.value.end = i
	if i = s.space(i); i < len(s.b) {
		s.fail(i, "the end of the record")
		return false
	}
	return true
}

// object reads the members of the object at i into the children of n.
func (s *scanner) object(i int, n *node) int {
	i = s.space(i + 1)
	if s.at(i) == '}' {
		return i + 1
	}
	folds := false
	for {
		key, next := s.key(i)
		if i = next; i < 0 {
			return -1
		}
		child, exact := s.lookUp(key, n)
		switch {
		case child == nil:
			i = s.skip(i)
		case exact:
			i = s.wanted(i, child)
		default:
			i, folds = s.inOtherCase(i, key, child), true
		}
		if i < 0 {
			return -1
		}
		switch i = s.space(i); s.at(i) {
		case ',':
			i = s.space(i + 1)
		case '}':
			if folds && !s.settle(n) {
				return -1
			}
			return i + 1
		default:
			return s.fail(i, "a comma or }")
		}
	}
}

// lookUp finds the node of a key.
func (s *scanner) lookUp(key span, n *node) (child *node, exact bool) {
	if key.escaped {
		return s.lookUpEscaped(key, n)
	}
	return n.find(s.b[key.start+1 : key.end-1])
}

func (s *scanner) lookUpEscaped(key span, n *node) (child *node, exact bool) {
	var room [64]byte
	name, ok := unescapeWell(room[:0], s.b, key.start+1, key.end-1)
	if !ok {
		var problem string
		if name, problem = unescape(room[:0], s.b[key.start+1:key.end-1]); problem != "" {
			return nil, false // no name is like this key
		}
	}
	return n.find(name)
}

// wanted reads the value at i into n, in place of one that an equal key brought.
func (s *scanner) wanted(i int, n *node) int {
	if n.value.kind != none {
		n.forget()
	}
	if len(n.children) == 0 || s.at(i) != '{' {
		n.value, i = s.value(i)
		return i
	}
	start := i
	i = s.object(i, n)
	n.value = span{start: start, end: i, kind: anObject}
	return i
}

// inOtherCase keeps the value at i, whose key differs from the name in case.
func (s *scanner) inOtherCase(i int, key span, n *node) int {
	v, next := s.value(i)
	if next < 0 {
		return -1
	}
	if n.folded.kind == none {
		n.rival.kind = none
	} else if !bytes.Equal(s.of(n.foldedKey), s.of(key)) {
		n.rival = n.foldedKey
	}
	n.folded, n.foldedKey = v, key
	return next
}

func (s *scanner) of(v span) []byte { return s.b[v.start:v.end] }

// settle gives the children of n that no key named exactly the value of the one
// key that did but for the case.
func (s *scanner) settle(n *node) bool {
	for _, c := range n.children {
		if c.folded.kind == none || c.value.kind != none || c.rival.kind != none {
			continue
		}
		if s.wanted(c.folded.start, c) < 0 {
			return false
		}
	}
	return true
}

// ambiguity says which keys an ambiguous node could mean.
func (s *scanner) ambiguity(n *node) string {
	return "two keys differ from the name only in case: " + string(s.of(n.foldedKey)) + " and " + string(s.of(n.rival))
}

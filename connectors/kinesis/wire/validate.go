package wire

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	codeValidation = "ValidationException"
	// maxReported is how many errors one answer lists.
	maxReported = 10
	// maxListed bounds how many elements of a list an error shows.
	maxListed = 1000
)

// violations are what a request has done wrong, in the service's words.
type violations struct {
	d     *Document
	found []string
	soft  int // of found, what may be right after all
}

// validate checks the whole document, which has passed for types.
func (d *Document) validate(s *shape) *Error {
	v := violations{d: d}
	v.structure(s, 0, "")
	if len(v.found) == v.soft {
		return nil
	}
	return invalid(v.found)
}

// Missing is the error that members, such as shardCount, are not there.
func Missing(paths ...string) *Error {
	var found []string
	for _, p := range paths {
		found = append(found, sentence("null ", p, notNull))
	}
	return invalid(found)
}

func invalid(found []string) *Error {
	plural := "s"
	if len(found) == 1 {
		plural = ""
	}
	return Errorf(codeValidation, "%d validation error%s detected: %s", len(found), plural, strings.Join(found, "; "))
}

const notNull = "Member must not be null"

// sentence is one error. value is what stands there, in quotes, or null.
func sentence(value, path, demand string) string {
	return "Value " + value + "at '" + path + "' failed to satisfy constraint: " + demand
}

func (v *violations) full() bool { return len(v.found) >= maxReported }

// fail notes an unmet demand on the value at i.
func (v *violations) fail(s *shape, i int32, path, demand string) {
	if !v.full() {
		v.found = append(v.found, sentence(v.d.show(s, i), path, demand))
	}
}

// structure checks the members of the structure at i in the service's order.
func (v *violations) structure(s *shape, i int32, prefix string) {
	var buffer [16]int32 // of the places of members; 0: not there
	places := append(buffer[:0], make([]int32, len(s.members))...)
	if v.d.values[i].kind == object {
		for key := i + 1; key < v.d.values[i].end; {
			at := key + 1
			if m, ok := s.byName[string(v.d.values[key].text)]; ok && v.d.values[at].kind != null {
				places[m] = at
			}
			key = v.d.values[at].end
		}
	}
	for m := range s.members {
		if v.full() {
			return
		}
		if at := places[m]; at != 0 {
			v.value(s.members[m].shape, at, prefix+s.members[m].path)
		} else {
			v.absent(s, m, places, prefix)
		}
	}
}

// absent checks that a member may be left out.
func (v *violations) absent(s *shape, m int, places []int32, prefix string) {
	mem := &s.members[m]
	if !mem.required {
		return
	}
	for _, other := range mem.or {
		if places[s.byName[other]] != 0 {
			return
		}
	}
	if mem.soft {
		v.soft++
	}
	v.found = append(v.found, sentence("null ", prefix+mem.path, notNull))
}

// value checks one value that is there.
func (v *violations) value(s *shape, i int32, path string) {
	switch s.kind {
	case kindString:
		v.text(s, i, path)
	case kindInteger, kindLong:
		v.number(s, i, path)
	case kindBlob:
		v.size(s, i, path, v.d.blobLength(i))
	case kindList:
		v.list(s, i, path)
	case kindMap:
		v.mapping(s, i, path)
	case kindStructure:
		v.structure(s, i, path+".")
	}
}

func (v *violations) text(s *shape, i int32, path string) {
	b := v.d.values[i].text
	if s.enum != nil && !s.lists(b) {
		v.fail(s, i, path, s.enumDemand())
	}
	if s.match != nil && !s.match.Match(b) {
		v.fail(s, i, path, s.patternDemand())
	}
	if s.min != nil || s.max != nil {
		v.size(s, i, path, utf8.RuneCount(b))
	}
}

func (s *shape) enumDemand() string {
	return "Member must satisfy enum value set: [" + strings.Join(s.enum, ", ") + "]"
}

func (s *shape) patternDemand() string {
	return "Member must satisfy regular expression pattern: " + s.pattern
}

// lists reports whether a text is one of an enum.
func (s *shape) lists(b []byte) bool {
	for _, e := range s.enum {
		if e == string(b) {
			return true
		}
	}
	return false
}

func (v *violations) number(s *shape, i int32, path string) {
	v.within(s, i, path, "value", v.d.number(s, i))
}

func (v *violations) size(s *shape, i int32, path string, n int) {
	v.within(s, i, path, "length", int64(n))
}

// within checks a value or length against the shape's range.
func (v *violations) within(s *shape, i int32, path, what string, n int64) {
	if s.min != nil && n < *s.min {
		v.fail(s, i, path, atLeast(what, *s.min))
	}
	if s.max != nil && n > *s.max {
		v.fail(s, i, path, atMost(what, *s.max))
	}
}

func atLeast(what string, n int64) string {
	return fmt.Sprintf("Member must have %s greater than or equal to %d", what, n)
}

func atMost(what string, n int64) string {
	return fmt.Sprintf("Member must have %s less than or equal to %d", what, n)
}

// list checks the length, then elements: scalars all in one demand, structures each
// for itself.
func (v *violations) list(s *shape, i int32, path string) {
	v.size(s, i, path, v.d.length(i))
	if s.element.kind != kindStructure {
		ok := true
		for at := i + 1; at < v.d.values[i].end; at = v.d.values[at].end {
			ok = ok && s.element.accepts(&v.d.values[at])
		}
		if !ok {
			v.fail(s, i, path, "Member must satisfy constraint: ["+s.element.demands()+"]")
		}
		return
	}
	n := 1
	for at := i + 1; at < v.d.values[i].end && !v.full(); at = v.d.values[at].end {
		v.structure(s.element, at, path+"."+strconv.Itoa(n)+".member.")
		n++
	}
}

func (v *violations) mapping(s *shape, i int32, path string) {
	v.size(s, i, path, v.d.length(i)/2)
	keys, elements := true, true
	for key := i + 1; key < v.d.values[i].end; {
		at := key + 1
		keys = keys && s.key.accepts(&v.d.values[key])
		elements = elements && s.element.accepts(&v.d.values[at])
		key = v.d.values[at].end
	}
	if !keys {
		v.fail(s, i, path, "Map keys must satisfy constraint: ["+s.key.demands()+"]")
	}
	if !elements {
		v.fail(s, i, path, "Map value must satisfy constraint: ["+s.element.demands()+"]")
	}
}

// accepts reports whether a text meets all demands.
func (s *shape) accepts(x *value) bool {
	n := int64(utf8.RuneCount(x.text))
	return (s.min == nil || n >= *s.min) && (s.max == nil || n <= *s.max) &&
		(s.match == nil || s.match.Match(x.text)) && (s.enum == nil || s.lists(x.text))
}

// demands lists the demands on an element.
func (s *shape) demands() string {
	var all []string
	if s.max != nil {
		all = append(all, atMost("length", *s.max))
	}
	if s.min != nil {
		all = append(all, atLeast("length", *s.min))
	}
	if s.match != nil {
		all = append(all, s.patternDemand())
	}
	if s.enum != nil {
		all = append(all, s.enumDemand())
	}
	return strings.Join(all, ", ")
}

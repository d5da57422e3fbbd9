package wire

import (
	_ "embed"
	"fmt"
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed model.txt
var modelText string

// shapeKind is what a member of a request is to be. The names are those of error texts.
type shapeKind string

const (
	kindBoolean   shapeKind = "Boolean"
	kindInteger   shapeKind = "Integer"
	kindLong      shapeKind = "Long"
	kindString    shapeKind = "String"
	kindBlob      shapeKind = "Blob"
	kindTimestamp shapeKind = "Timestamp"
	kindList      shapeKind = "List"
	kindMap       shapeKind = "Map"
	kindStructure shapeKind = "Structure"
)

// shape is a type of the service's model with its constraints.
type shape struct {
	kind     shapeKind
	name     string
	min, max *int64 // of the value of a number, else of the length
	pattern  string
	match    *regexp.Regexp
	enum     []string
	key      *shape // of a map
	element  *shape // of a list or map
	members  []member
	byName   map[string]int

	bind   sync.Once
	fields []int // of the Go type, by member
}

// member is a part of a structure.
type member struct {
	name     string // as on the wire: StreamName
	path     string // as in errors: streamName
	required bool
	soft     bool     // required is for the action to tell, unless there are other errors
	or       []string // one of these in its place will do
	shape    *shape
}

// actionShapes are the inputs of all actions, by the action's name.
var actionShapes = readModel(modelText)

// readModel reads model.txt. It is part of the program, so that a mistake in it is
// told by panic, and found by every test.
func readModel(text string) map[string]*shape {
	r := modelReader{shapes: map[string]*shape{}, actions: map[string]*shape{}}
	for n, line := range strings.Split(text, "\n") {
		if err := r.line(line); err != nil {
			panic(fmt.Sprintf("model.txt:%d: %v", n+1, err))
		}
	}
	for name, s := range r.shapes {
		if s.kind == "" {
			panic(fmt.Sprintf("model.txt: shape %s is used and not defined", name))
		}
	}
	return r.actions
}

type modelReader struct {
	shapes, actions map[string]*shape
	in              *shape // whose members follow
}

func (r *modelReader) line(line string) error {
	line, pattern, _ := strings.Cut(line, " ~ ")
	words := strings.Fields(line)
	switch {
	case len(words) == 0 || words[0][0] == '#':
		return nil
	case line[0] == '\t':
		return r.member(words)
	case len(words) < 2:
		return fmt.Errorf("%q: want KIND NAME", line)
	}
	var s *shape
	if words[0] == "action" {
		s = &shape{name: words[1]}
		r.actions[s.name] = s
	} else {
		s = r.shape(words[1])
	}
	if pattern != "" {
		s.pattern, s.match = pattern, regexp.MustCompile(`^(?:`+pattern+`)$`)
	}
	return r.define(s, words[0], words[2:])
}

// shape returns the shape of a name, which may be defined only later.
func (r *modelReader) shape(name string) *shape {
	if r.shapes[name] == nil {
		r.shapes[name] = &shape{name: name}
	}
	return r.shapes[name]
}

// define sets what kind a shape is from the words after its name.
func (r *modelReader) define(s *shape, kind string, words []string) error {
	need := map[string]int{"list": 1, "map": 2}[kind]
	if len(words) < need {
		return fmt.Errorf("%s %s: want the names of %d shapes after it", kind, s.name, need)
	}
	switch kind {
	case "structure", "action":
		s.kind, s.byName, r.in = kindStructure, map[string]int{}, s
		return nil
	case "enum":
		s.kind, s.enum = kindString, words
		return nil
	case "list":
		s.kind, s.element = kindList, r.shape(words[0])
	case "map":
		s.kind, s.key, s.element = kindMap, r.shape(words[0]), r.shape(words[1])
	case "string", "blob", "integer", "long", "boolean", "timestamp":
		s.kind = shapeKind(strings.ToUpper(kind[:1]) + kind[1:])
	default:
		return fmt.Errorf("%q is no kind of shape", kind)
	}
	if len(words) == need {
		return nil
	}
	return s.limit(words[need])
}

// limit reads FROM..TO.
func (s *shape) limit(text string) error {
	from, to, ok := strings.Cut(text, "..")
	if !ok {
		return fmt.Errorf("%q: want FROM..TO", text)
	}
	for _, end := range []struct {
		text string
		to   **int64
	}{{from, &s.min}, {to, &s.max}} {
		if end.text == "" {
			continue
		}
		n, err := strconv.ParseInt(end.text, 10, 64)
		if err != nil {
			return err
		}
		*end.to = &n
	}
	return nil
}

// member reads NAME[MARK][|OTHER...] SHAPE.
func (r *modelReader) member(words []string) error {
	if r.in == nil || len(words) != 2 {
		return fmt.Errorf("%q: want NAME SHAPE within a structure", words)
	}
	names := strings.Split(words[0], "|")
	m := member{or: names[1:], shape: r.shape(words[1])}
	m.name = strings.TrimRight(names[0], "!?")
	m.required, m.soft = m.name != names[0], strings.HasSuffix(names[0], "?")
	m.path = lowerFirst(m.name)
	r.in.byName[m.name] = len(r.in.members)
	r.in.members = append(r.in.members, m)
	return nil
}

func lowerFirst(s string) string { return strings.ToLower(s[:1]) + s[1:] }

// fieldsOf finds the fields of a Go type for the members of a structure. The types
// are the SDK's; a test binds them all.
func (s *shape) fieldsOf(t reflect.Type) []int {
	s.bind.Do(func() {
		for _, m := range s.members {
			f, ok := t.FieldByName(m.name)
			if !ok {
				panic(fmt.Sprintf("%s has no member %s, which model.txt gives %s", t, m.name, s.name))
			}
			s.fields = append(s.fields, f.Index[0])
		}
	})
	return s.fields
}

package logical

import (
	"fmt"
	"reflect"
	"strings"
	"time"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/catalog"
)

// Intern makes one step of those that are equal and read the same inputs: the tree
// becomes a graph in which a step may have several readers. Steps that compute
// RAND, UUID or the clock stay apart, and so does what holds a value whose equality
// cannot be told. The names of columns are part of a step, places in the text of
// the statement are not.
func Intern(root Node) Node {
	in := interner{done: map[Node]Node{}, steps: map[string]Node{}, ids: map[Node]int{}}
	return in.node(root)
}

type interner struct {
	done  map[Node]Node   // of a step, the one that stands for it
	steps map[string]Node // by key
	ids   map[Node]int
}

func (in *interner) node(n Node) Node {
	if one, ok := in.done[n]; ok {
		return one
	}
	inputs, moved := n.Inputs(), false
	over := make([]Node, len(inputs))
	for i, input := range inputs {
		over[i] = in.node(input)
		moved = moved || over[i] != input
	}
	one := n
	if moved {
		one = n.With(over)
	}
	one = in.unique(one)
	in.done[n] = one
	return one
}

// unique returns the first step that equals n.
func (in *interner) unique(n Node) Node {
	k := keyer{ids: map[Node]int{}}
	for _, input := range n.Inputs() {
		k.ids[input] = in.ids[input]
	}
	told := k.of(n)
	key := k.text.String()
	if first, ok := in.steps[key]; ok && told {
		return first
	}
	if told {
		in.steps[key] = n
	}
	in.ids[n] = len(in.ids)
	return n
}

// keyer writes what tells a step from others. Its methods return false where that
// cannot be told.
type keyer struct {
	text  strings.Builder
	ids   map[Node]int // of the step's inputs
	depth int
}

// deepest is how far values may nest: a guard against cycles.
const deepest = 100

func (k *keyer) of(n Node) bool {
	v := reflect.ValueOf(n)
	fmt.Fprintf(&k.text, "%T", n)
	if v.Kind() == reflect.Pointer {
		v = v.Elem()
	}
	return k.value(v)
}

func (k *keyer) value(v reflect.Value) bool {
	k.depth++
	defer func() { k.depth-- }()
	switch v.Kind() {
	case reflect.Invalid:
		k.text.WriteString("nil;")
	case reflect.Slice, reflect.Array:
		fmt.Fprintf(&k.text, "%d[", v.Len())
		return k.each(v.Len(), v.Index)
	case reflect.Struct:
		k.text.WriteString("{")
		return k.each(v.NumField(), v.Field)
	case reflect.Pointer, reflect.Interface:
		return k.reference(v)
	case reflect.Map, reflect.Func, reflect.Chan, reflect.UnsafePointer:
		k.text.WriteString("nil;")
		return v.IsNil()
	case reflect.String:
		fmt.Fprintf(&k.text, "%q;", v.String())
	default:
		fmt.Fprintf(&k.text, "%v;", v)
	}
	return k.depth < deepest
}

func (k *keyer) each(n int, part func(int) reflect.Value) bool {
	for i := range n {
		if !k.value(part(i)) {
			return false
		}
	}
	return k.depth < deepest
}

// reference writes what a pointer or an interface holds: of an input its number, of
// a stream that it is this one.
func (k *keyer) reference(v reflect.Value) bool {
	if v.IsNil() {
		k.text.WriteString("nil;")
		return true
	}
	if !v.CanInterface() {
		return false
	}
	switch x := v.Interface().(type) {
	case expr.Node:
		return k.expression(x)
	case *catalog.Stream, *time.Location:
		fmt.Fprintf(&k.text, "%p;", x)
		return true
	case Node:
		if id, ok := k.ids[x]; ok {
			fmt.Fprintf(&k.text, "#%d;", id)
			return true
		}
	}
	if v.Kind() == reflect.Interface {
		fmt.Fprintf(&k.text, "%s:", v.Elem().Type())
	}
	return k.value(v.Elem())
}

func (k *keyer) expression(e expr.Node) bool {
	if !k.value(reflect.ValueOf(e.Type())) {
		return false
	}
	switch e := e.(type) {
	case *expr.Column:
		fmt.Fprintf(&k.text, "$%d;", e.Index)
		return true
	case *expr.Literal:
		value, ok := expr.ConstValue(e)
		fmt.Fprintf(&k.text, "%#v;", value)
		return ok && e.Type().Lane() != batch.LaneNested
	case *expr.Call:
		fmt.Fprintf(&k.text, "%s@%p(%d", e.Func.Name, e.Func, len(e.Args))
		return e.Func.Deterministic && k.each(len(e.Args), func(i int) reflect.Value { return reflect.ValueOf(&e.Args[i]).Elem() })
	}
	return false
}

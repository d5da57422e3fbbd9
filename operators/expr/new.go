package expr

import (
	"fmt"
	"strings"

	"kinesql/operators/batch"
)

// TypeError says that a call does not fit its function.
type TypeError struct {
	Arg     int // the argument to blame, from 0; -1: the call as a whole
	Message string
}

// Error implements error.
func (e *TypeError) Error() string { return e.Message }

func typeErrorf(arg int, format string, args ...any) error {
	return &TypeError{arg, fmt.Sprintf(format, args...)}
}

// UnknownError says that there is no function of a name.
type UnknownError struct{ Name string }

// Error implements error.
func (e *UnknownError) Error() string { return fmt.Sprintf("unknown function %q", e.Name) }

// New returns a call of the function or operator called name, with implicit casts
// put in. Errors are *TypeError and *UnknownError. Operators go by these names:
//
//   - - * / DIV % MOD NEG & | ^ ~ << >> ||      = <> != < <= > >= <=>
//     AND OR XOR NOT                              IS NULL, IS NOT NULL, IS [NOT] TRUE, IS [NOT] FALSE
//     IN(x, v1, v2, ..)  BETWEEN(x, low, high)    LIKE(x, pattern[, escape])  REGEXP(x, pattern)
//     CASE(when1, then1, .. [, else])             FIELD(row, 'member')  ELEMENT(array, i)
//     INTERVAL(n, 'UNIT')
func New(name string, args []Node, at int) (Node, error) {
	f, ok := Lookup(name)
	if !ok {
		return nil, &UnknownError{name}
	}
	resolve := f.resolve
	if resolve == nil {
		resolve = f.choose
	}
	impl, cast, err := resolve(args)
	if err != nil {
		return nil, err
	}
	call := &Call{Func: f, Args: cast, Typ: impl.typ, At: at, impl: impl}
	if impl.make != nil {
		if _, err := impl.make(cast); err != nil {
			return nil, typeErrorf(-1, "%s: %v", f.Name, err)
		}
	}
	return call, nil
}

// choose picks the overload that the arguments are nearest to.
func (f *Function) choose(args []Node) (*implementation, []Node, error) {
	best, bestCost := -1, impossible
	for i := range f.overloads {
		if c := f.overloads[i].accepts(args); c < bestCost {
			best, bestCost = i, c
		}
	}
	if best < 0 {
		return nil, nil, f.mismatch(args)
	}
	o := &f.overloads[best]
	cast, types := make([]Node, len(args)), make([]batch.Type, len(args))
	for i, a := range args {
		n, err := o.param(i).class.coerce(a)
		if err != nil {
			return nil, nil, blame(err, i)
		}
		cast[i], types[i] = n, n.Type()
	}
	impl := o.implementation
	impl.typ = o.result(types)
	return &impl, cast, nil
}

func blame(err error, arg int) error {
	if te, ok := err.(*TypeError); ok {
		return &TypeError{arg, te.Message}
	}
	return &TypeError{arg, err.Error()}
}

// mismatch explains why no overload takes the arguments.
func (f *Function) mismatch(args []Node) error {
	lines := strings.Split(f.Signature, "\n")
	fewest, most := f.arity()
	switch {
	case len(args) < fewest:
		return typeErrorf(-1, "%s takes at least %d arguments, got %d: %s", f.Name, fewest, len(args), lines[0])
	case len(args) > most:
		return typeErrorf(-1, "%s takes at most %d arguments, got %d: %s", f.Name, most, len(args), lines[0])
	}
	for i, a := range args {
		var wants []string
		taken := false
		for _, o := range f.overloads {
			if i >= len(o.params) && !o.variadic {
				continue
			}
			p := o.param(i)
			taken = taken || p.class.cost(a.Type()) < impossible
			wants = appendNew(wants, string(p.class))
		}
		if !taken {
			return typeErrorf(i, "%s wants %s as argument %d, got %s", f.Name, strings.Join(wants, " or "), i+1, a.Type())
		}
	}
	return typeErrorf(-1, "%s cannot be applied to (%s): want %s", f.Name, typeList(args), strings.Join(lines, " or "))
}

func (f *Function) arity() (fewest, most int) {
	fewest = impossible
	for _, o := range f.overloads {
		fewest = min(fewest, o.required)
		most = max(most, len(o.params))
		if o.variadic {
			most = impossible
		}
	}
	return fewest, most
}

func appendNew(list []string, s string) []string {
	for _, have := range list {
		if have == s {
			return list
		}
	}
	return append(list, s)
}

func typeList(args []Node) string {
	names := make([]string, len(args))
	for i, a := range args {
		names[i] = a.Type().String()
	}
	return strings.Join(names, ", ")
}

// coerce puts in the cast that an argument of the class needs, if any.
func (c class) coerce(a Node) (Node, error) {
	t := a.Type()
	switch {
	case t.ID == batch.Null && (c == "ANY" || c == "ARRAY" || c == "ROW"):
		return a, nil
	case t.ID != batch.Null && c.cost(t) == 0, c == "ANY":
		return a, nil
	}
	to := c.typ()
	if to.ID == batch.Decimal {
		to = decimalFor(t)
	}
	return implicit(a, to)
}

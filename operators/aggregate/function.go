package aggregate

import (
	"fmt"
	"slices"
	"strings"

	"kinesql/operators/batch"
)

// Function is an aggregate function as SHOW FUNCTIONS lists it.
type Function struct {
	Name, Signature, Summary, Example string

	// Params is how many arguments at the end are constants, which go to
	// Call.Params and not to Call.Args.
	Params int
	// Ordered says that ORDER BY may stand among the arguments.
	Ordered bool

	seesNulls  bool // Add is given rows with NULL arguments as well
	noDistinct bool // DISTINCT makes no sense
	nested     bool // arguments may be ARRAY and ROW
	resolve    func(args []batch.Type) (result batch.Type, cast []batch.Type, err error)
	make       func(spec) (func() State, error)
	// changing makes the states over rows that may be taken back; nil: make's can.
	changing func(spec) (func() State, error)
}

// spec is what a function's states are made for.
type spec struct {
	Call
	args []batch.Type // of the input columns
	sort []batch.Type // of the Order columns

	timed bool // there is an event time
}

// Functions returns all aggregate functions, sorted by name.
func Functions() []*Function {
	all := slices.Concat(
		counts(), sums(), extremes(), variances(), places(), bitwise(), booleans(), approximations(), collections(),
	)
	slices.SortFunc(all, func(a, b *Function) int { return strings.Compare(a.Name, b.Name) })
	return all
}

// Lookup returns the function of that name, in any case.
func Lookup(name string) (*Function, bool) {
	for _, f := range Functions() {
		if strings.EqualFold(f.Name, name) {
			return f, true
		}
	}
	return nil, false
}

// Resolve returns the type of a call's result, and the types that its arguments
// must be cast to. COUNT(*) is COUNT without arguments. The types of constant
// parameters may be left out; given, they are returned as they are.
func Resolve(name string, args []batch.Type, distinct bool) (batch.Type, []batch.Type, error) {
	f, ok := Lookup(name)
	if !ok {
		return batch.Type{}, nil, fmt.Errorf("unknown aggregate function %s", name)
	}
	if distinct && f.noDistinct {
		return batch.Type{}, nil, fmt.Errorf("%s does not take DISTINCT", f.Name)
	}
	if distinct && len(args) == 0 {
		return batch.Type{}, nil, fmt.Errorf("%s(DISTINCT) needs an argument", f.Name)
	}
	for i, a := range args {
		if a.Lane() == batch.LaneNested && (distinct || !f.nested) {
			return batch.Type{}, nil, fmt.Errorf("argument %d of %s cannot be of type %s", i+1, f.Name, a)
		}
	}
	return f.resolve(args)
}

// arity returns an error unless there are between least and most arguments.
func arity(name string, args []batch.Type, least, most int) error {
	switch n := len(args); {
	case least == most && n != least:
		return fmt.Errorf("%s takes %s, not %d", name, plural(least, "argument"), n)
	case n < least:
		return fmt.Errorf("%s takes at least %s, not %d", name, plural(least, "argument"), n)
	case n > most:
		return fmt.Errorf("%s takes at most %s, not %d", name, plural(most, "argument"), n)
	}
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// mismatch is the error of an argument of the wrong type.
func mismatch(name string, i int, want string, got batch.Type) error {
	return fmt.Errorf("argument %d of %s must be %s, not %s", i+1, name, want, got)
}

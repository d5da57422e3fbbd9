package expr

import (
	"slices"
	"strings"
	"sync"

	"kinesql/operators/batch"
)

// Kind tells functions, which are called by name, from operators and special
// forms, which have a syntax of their own.
type Kind uint8

// The kinds.
const (
	Scalar Kind = iota
	Operator
)

// Function is a scalar function or an operator with its documentation.
type Function struct {
	Name          string
	Kind          Kind
	Signature     string // NAME(param TYPE[, param TYPE]...) -> TYPE, overloads on lines of their own
	Summary       string
	Example       string // SQL text without columns
	Result        string // of Example, as CAST(.. AS VARCHAR) prints it
	Deterministic bool   // equal arguments give equal results, so that calls may be folded

	overloads []overload
	resolve   func(args []Node) (*implementation, []Node, error) // in place of overloads
}

// implementation is what a call came to once the types of its arguments were known.
type implementation struct {
	typ      batch.Type
	total    bool // never faults by itself
	nullable bool // the kernel sees NULL arguments; else one NULL makes the result NULL
	try      bool // faults are NULL
	volatile bool // differs from row to row even with constant arguments
	make     maker
	form     form    // in place of make: decides which arguments are evaluated for which rows
	print    printer // how the call is printed; nil: NAME(args)
}

// maker makes the kernel of one compiled call. It may prepare constant
// arguments; its error is an error of the statement.
type maker func(args []Node) (kernel, error)

// kernel fills frame.out from frame.args.
type kernel func(f *frame)

type printer func(args []Node) string

// registry is filled once, on first use, and not changed after.
var registry struct {
	sync.Once
	byName map[string]*Function
	sorted []*Function
}

func load() {
	registry.byName = map[string]*Function{}
	for _, family := range families() {
		for _, f := range family() {
			registry.byName[f.Name] = f
			if f.Kind == Scalar {
				registry.sorted = append(registry.sorted, f)
			}
		}
	}
	slices.SortFunc(registry.sorted, func(a, b *Function) int { return strings.Compare(a.Name, b.Name) })
}

// Functions returns all scalar functions sorted by name; do not change them.
func Functions() []*Function {
	registry.Do(load)
	return registry.sorted
}

// Lookup returns the function or operator called name, whatever its case.
func Lookup(name string) (*Function, bool) {
	registry.Do(load)
	f, ok := registry.byName[strings.ToUpper(name)]
	return f, ok
}

// define returns a function of one signature, from which its parameters and its
// name are read.
func define(signature string, m maker, summary, example, result string) *Function {
	name, _, _ := strings.Cut(signature, "(")
	return &Function{
		Name: name, Signature: signature, Summary: summary, Example: example, Result: result,
		Deterministic: true, overloads: []overload{parseSignature(signature, m)},
	}
}

// or adds an overload.
func (f *Function) or(signature string, m maker) *Function {
	f.Signature += "\n" + signature
	f.overloads = append(f.overloads, parseSignature(signature, m))
	return f
}

// each changes all overloads.
func (f *Function) each(change func(*overload)) *Function {
	for i := range f.overloads {
		change(&f.overloads[i])
	}
	return f
}

// total says that the function cannot fault.
func (f *Function) total() *Function { return f.each(func(o *overload) { o.total = true }) }

// nullable says that the kernel looks at NULL arguments itself.
func (f *Function) nullable() *Function { return f.each(func(o *overload) { o.nullable = true }) }

// perBatch says that the value is the same for all rows of a batch, not always.
func (f *Function) perBatch() *Function {
	f.Deterministic = false
	return f
}

// volatile says that each row has a value of its own.
func (f *Function) volatile() *Function {
	f.Deterministic = false
	return f.each(func(o *overload) { o.volatile = true })
}

// typed gives the result type as a function of the argument types.
func (f *Function) typed(result func(args []batch.Type) batch.Type) *Function {
	return f.each(func(o *overload) { o.result = result })
}

// as returns the function and copies of it under further names.
func (f *Function) as(names ...string) []*Function {
	all := []*Function{f}
	for _, name := range names {
		alias := *f
		alias.Name = name
		alias.Signature = renamed(f.Signature, f.Name, name)
		alias.Example = strings.Replace(f.Example, f.Name+"(", name+"(", 1)
		alias.Summary = strings.TrimSuffix(f.Summary, ".") + "; the same as " + f.Name + "."
		all = append(all, &alias)
	}
	return all
}

func renamed(signature, from, to string) string {
	lines := strings.Split(signature, "\n")
	for i, line := range lines {
		lines[i] = to + strings.TrimPrefix(line, from)
	}
	return strings.Join(lines, "\n")
}

// family joins functions with their aliases.
func family(groups ...[]*Function) []*Function { return slices.Concat(groups...) }

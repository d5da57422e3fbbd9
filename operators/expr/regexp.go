package expr

import (
	"bytes"
	"regexp"

	"kinesql/operators/batch"
)

// Regular expressions are Go's (RE2 syntax): linear in the text, without
// back-references. As in MySQL they match anywhere in the text unless anchored.

func regexpOperators() []*Function {
	return []*Function{
		operator("REGEXP", resolveRegexp(true)), operator("RLIKE", resolveRegexp(true)),
		operator("NOT REGEXP", resolveRegexp(false)),
	}
}

func resolveRegexp(want bool) func([]Node) (*implementation, []Node, error) {
	return func(args []Node) (*implementation, []Node, error) {
		if err := arity("REGEXP", args, 2); err != nil {
			return nil, nil, err
		}
		cast := make([]Node, len(args))
		for i, a := range args {
			if !isText(a.Type()) {
				return nil, nil, typeErrorf(i, "REGEXP wants VARCHAR, got %s", a.Type())
			}
			n, err := class("BYTES").coerce(a)
			if err != nil {
				return nil, nil, blame(err, i)
			}
			cast[i] = n
		}
		m := withPattern(1, -1, func(f *frame, p *patterns) {
			runBool(f, func(r *row) bool {
				re := p.get(r)
				return re != nil && re.Match(r.text(0)) == want
			})
		})
		return &implementation{typ: batch.Of(batch.Boolean), make: m, print: printLike}, cast, nil
	}
}

// patterns compiles the pattern in argument k with the flags in argument flags
// (-1: none), again only where one of them has changed.
type patterns struct {
	k, flags  int
	last      []byte
	lastFlags []byte
	re        *regexp.Regexp
	err       error
	known     bool
}

// withPattern makes a kernel with a pattern, which is compiled at once where it
// is constant: a bad one is then an error of the statement.
func withPattern(k, flags int, run func(f *frame, p *patterns)) maker {
	return func(args []Node) (kernel, error) {
		p := &patterns{k: k, flags: flags}
		if v, ok := ConstValue(args[k]); ok && v != nil {
			if _, err := compilePattern([]byte(v.(string)), nil); err != nil {
				return nil, err
			}
		}
		return func(f *frame) { run(f, p) }, nil
	}
}

// get returns the pattern of a row, or nil after a fault.
func (p *patterns) get(r *row) *regexp.Regexp {
	var flags []byte
	if p.flags >= 0 && p.flags < r.count() {
		flags = r.text(p.flags)
	}
	pattern := r.text(p.k)
	if !p.known || !bytes.Equal(pattern, p.last) || !bytes.Equal(flags, p.lastFlags) {
		p.last, p.lastFlags = append(p.last[:0], pattern...), append(p.lastFlags[:0], flags...)
		p.re, p.err = compilePattern(pattern, flags)
		p.known = true
	}
	if p.err != nil {
		r.argument("%v", p.err)
		return nil
	}
	return p.re
}

// compilePattern takes MySQL's flags: i and c (case), m (lines), n (. matches
// newlines), u (ignored).
func compilePattern(pattern, flags []byte) (*regexp.Regexp, error) {
	set := map[byte]bool{}
	for _, c := range flags {
		switch c {
		case 'i':
			set['i'] = true
		case 'c':
			delete(set, 'i')
		case 'm':
			set['m'] = true
		case 'n':
			set['s'] = true
		case 'u':
		default:
			return nil, typeErrorf(-1, "regular expression flag %q is none of c, i, m, n, u", c)
		}
	}
	prefix := ""
	for _, c := range "ims" {
		if set[byte(c)] {
			prefix += string(c)
		}
	}
	if prefix != "" {
		prefix = "(?" + prefix + ")"
	}
	return regexp.Compile(prefix + string(pattern))
}

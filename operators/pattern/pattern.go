package pattern

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Kind is the sort of a Pattern.
type Kind uint8

// The kinds.
const (
	One    Kind = iota // one row, of Variable
	All                // Parts one after another
	Any                // one of Parts, earlier ones preferred
	Repeat             // Parts[0], Min to Max times
)

// Pattern is a regular expression over rows. It is immutable.
type Pattern struct {
	Kind      Kind
	Variable  int
	Parts     []*Pattern
	Min, Max  int  // Max -1: no limit
	Reluctant bool // fewer times are preferred
}

// Length is the least and the most rows of a match; most is -1 where there is no
// limit.
func (p *Pattern) Length() (least, most int) {
	switch p.Kind {
	case One:
		return 1, 1
	case Repeat:
		least, most = p.Parts[0].Length()
		return least * p.Min, times(most, p.Max)
	}
	for i, part := range p.Parts {
		l, m := part.Length()
		switch {
		case i == 0:
			least, most = l, m
		case p.Kind == Any:
			least, most = min(least, l), longer(most, m)
		default:
			least, most = least+l, sum(most, m)
		}
	}
	return least, most
}

func times(n, by int) int {
	switch {
	case n == 0:
		return 0
	case n < 0 || by < 0:
		return -1
	}
	return n * by
}

func sum(a, b int) int {
	if a < 0 || b < 0 {
		return -1
	}
	return a + b
}

func longer(a, b int) int {
	if a < 0 || b < 0 {
		return -1
	}
	return max(a, b)
}

// String prints the pattern with the names of its variables.
func (p *Pattern) String(names []string) string {
	switch p.Kind {
	case One:
		return names[p.Variable]
	case Repeat:
		inner := p.Parts[0].String(names)
		if p.Parts[0].Kind != One {
			inner = "(" + inner + ")"
		}
		return inner + p.quantifier()
	}
	words := make([]string, len(p.Parts))
	for i, part := range p.Parts {
		words[i] = part.String(names)
		if part.Kind == Any {
			words[i] = "(" + words[i] + ")"
		}
	}
	if p.Kind == Any {
		return strings.Join(words, " | ")
	}
	return strings.Join(words, " ")
}

func (p *Pattern) quantifier() string {
	out := ""
	switch {
	case p.Min == 0 && p.Max < 0:
		out = "*"
	case p.Min == 1 && p.Max < 0:
		out = "+"
	case p.Min == 0 && p.Max == 1:
		out = "?"
	case p.Max < 0:
		out = fmt.Sprintf("{%d,}", p.Min)
	case p.Min == p.Max:
		out = "{" + strconv.Itoa(p.Min) + "}"
	default:
		out = fmt.Sprintf("{%d,%d}", p.Min, p.Max)
	}
	if p.Reluctant {
		out += "?"
	}
	return out
}

// Limits of the machine of a pattern.
const (
	maxNodes = 20_000  // variables with all repetitions written out, and forks
	maxSteps = 200_000 // ways from a row to the next
)

var errTooLarge = errors.New("the pattern is too large once its repetitions are written out")

// Check says whether matches of the pattern can be searched: it is not too large
// and no match of it is without rows.
func (p *Pattern) Check() error {
	if least, _ := p.Length(); least == 0 {
		return errors.New("the pattern matches no rows at all as well")
	}
	_, err := NewMachine(p)
	return err
}

// Firsts is the variables that the first row of a match may be, sorted.
func (p *Pattern) Firsts() []int {
	var out []int
	switch p.Kind {
	case One:
		return []int{p.Variable}
	case Repeat:
		return p.Parts[0].Firsts()
	}
	for _, part := range p.Parts {
		out = append(out, part.Firsts()...)
		if least, _ := part.Length(); p.Kind == All && least > 0 {
			break
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

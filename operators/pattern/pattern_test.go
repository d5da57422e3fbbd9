package pattern_test

import (
	"slices"
	"testing"

	"kinesql/operators/pattern"
)

func one(v int) *pattern.Pattern { return &pattern.Pattern{Variable: v} }

func many(p *pattern.Pattern, least, most int, reluctant bool) *pattern.Pattern {
	return &pattern.Pattern{Kind: pattern.Repeat, Parts: []*pattern.Pattern{p}, Min: least, Max: most, Reluctant: reluctant}
}

func all(parts ...*pattern.Pattern) *pattern.Pattern {
	return &pattern.Pattern{Kind: pattern.All, Parts: parts}
}

func either(parts ...*pattern.Pattern) *pattern.Pattern {
	return &pattern.Pattern{Kind: pattern.Any, Parts: parts}
}

// TestPattern looks at what is known of a pattern without running it.
func TestPattern(t *testing.T) {
	for _, c := range []struct {
		p           *pattern.Pattern
		text        string
		least, most int
		firsts      []int
	}{
		{all(one(0), many(one(1), 1, -1, false)), "A B+", 2, -1, []int{0}},
		{all(many(one(1), 0, 1, true), many(one(0), 3, 3, false)), "B?? A{3}", 3, 4, []int{0, 1}},
		{many(either(one(0), all(one(1), one(2))), 2, 5, true), "(A | B C){2,5}?", 2, 10, []int{0, 1}},
		{all(either(one(2), one(1)), many(one(0), 2, -1, false)), "(C | B) A{2,}", 3, -1, []int{1, 2}},
		{many(one(0), 0, -1, true), "A*?", 0, -1, []int{0}},
	} {
		if got := c.p.String([]string{"A", "B", "C"}); got != c.text {
			t.Errorf("%s prints as %s", c.text, got)
		}
		if least, most := c.p.Length(); least != c.least || most != c.most {
			t.Errorf("%s has %d to %d rows, want %d to %d", c.text, least, most, c.least, c.most)
		}
		if got := c.p.Firsts(); !slices.Equal(got, c.firsts) {
			t.Errorf("%s begins with %v, want %v", c.text, got, c.firsts)
		}
	}
}

// TestCheck refuses patterns without rows and those that are too large.
func TestCheck(t *testing.T) {
	nested := one(0)
	for range 4 {
		nested = many(nested, 100, 100, false)
	}
	for text, p := range map[string]*pattern.Pattern{
		"no rows":       many(one(0), 0, -1, false),
		"many places":   nested,
		"many ways":     all(one(1), many(many(one(0), 0, 1, false), 1000, 1000, false)),
		"no rows twice": either(one(0), all(many(one(1), 0, 1, false), many(one(0), 0, 2, true))),
	} {
		if p.Check() == nil {
			t.Errorf("a pattern of %s was taken", text)
		}
	}
	if err := all(one(0), many(either(one(1), one(2)), 1, 1000, false)).Check(); err != nil {
		t.Error(err)
	}
}

// TestPreference looks at the order of the places behind one.
func TestPreference(t *testing.T) {
	m, err := pattern.NewMachine(all(one(0), many(one(1), 0, -1, true), many(one(2), 0, 1, false)))
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, place := range m.Follow[m.Start[0]] {
		if place == pattern.Accept {
			got = append(got, -1)
			continue
		}
		got = append(got, m.Variable[place])
	}
	if want := []int{2, -1}; !slices.Equal(got, want) {
		t.Errorf("behind A of A B*? C? come %v, want %v: nothing goes after the end of a match", got, want)
	}
}

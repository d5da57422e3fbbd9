package match_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/match"
	"kinesql/operators/optest"
	"kinesql/operators/pattern"
	"kinesql/window"
)

var bigint = batch.Of(batch.BigInt)

// value, count and total are slots over column x.
func value(v int, first bool, offset, prev int) pattern.Slot {
	return pattern.Slot{Variable: v, First: first, Offset: offset, Prev: prev, Column: colX, Type: bigint}
}

func count(v int) pattern.Slot {
	return pattern.Slot{Kind: pattern.Aggregate, Variable: v, Call: aggregate.Call{Name: "COUNT", Filter: -1, Type: bigint}, Type: bigint}
}

func total(v int) pattern.Slot {
	call := aggregate.Call{Name: "SUM", Args: []int{colX}, Filter: -1, Type: bigint}
	return pattern.Slot{Kind: pattern.Aggregate, Variable: v, Call: call, Type: bigint}
}

// measures are of all sorts.
func measures() []pattern.Slot {
	final := value(1, false, 0, 0)
	final.Final = true
	return []pattern.Slot{
		{Kind: pattern.Number, Variable: pattern.Every, Type: bigint},
		{Kind: pattern.Classifier, Variable: pattern.Every, Type: batch.Of(batch.Varchar)},
		{Kind: pattern.Classifier, Variable: pattern.Every, First: true, Offset: 1, Type: batch.Of(batch.Varchar)},
		{Kind: pattern.Classifier, Variable: pattern.Every, Prev: 1, Type: batch.Of(batch.Varchar)},
		value(0, false, 0, 0), value(1, true, 1, 0), value(2, false, 1, 1), value(pattern.Every, true, 0, 2),
		final, count(1), total(pattern.Every), count(pattern.Every),
	}
}

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

// config is a search for p over three variables.
func config(p *pattern.Pattern, tests []test) pattern.Config {
	cfg := pattern.Config{In: input, Partition: []int{colKey}, Time: colTime, Pattern: p, Measures: measures()}
	for v, name := range []string{"A", "B", "C"} {
		cfg.Variables = append(cfg.Variables, pattern.Variable{Name: name, Filter: colFirst + v})
	}
	for i, c := range tests {
		cfg.Conds = append(cfg.Conds, c.slot)
		cfg.Variables[c.variable].Cond = c.node(i)
	}
	return cfg
}

func schemaOf(cfg pattern.Config) *batch.Schema {
	names := make([]string, len(cfg.Measures))
	for i := range names {
		names[i] = fmt.Sprintf("m%d", i)
	}
	return cfg.Schema(names)
}

// hold compares the operator with the oracle.
func hold(t *testing.T, cfg pattern.Config, tests []test) {
	t.Helper()
	cfg.Out = schemaOf(cfg)
	optest.Law{
		New: func() (operators.Operator, error) { return match.New(cfg) },
		In:  []optest.Port{{Schema: input, Row: drawRow, Timed: true, Time: colTime}},
		Out: optest.Edge{Schema: cfg.Out, Time: -1, AppendOnly: true},
		Query: func(in [][]string) []string {
			return matches(cfg, tests, in[0])
		},
		Steps: 20,
	}.Hold(t)
}

func drawRow(t *rapid.T) string {
	at := window.Micros(rapid.IntRange(0, 20).Draw(t, "second")) * window.Second
	often := rapid.SampledFrom([]bool{true, true, false})
	return fmt.Sprintf("%s|%s|%d|%t|%t|%t", rapid.SampledFrom([]string{"k", "j"}).Draw(t, "key"),
		at.Time().Format("2006-01-02T15:04:05"), rapid.IntRange(0, 9).Draw(t, "x"),
		often.Draw(t, "a"), often.Draw(t, "b"), often.Draw(t, "c"))
}

// TestPatterns holds the search to the oracle for patterns of all sorts.
func TestPatterns(t *testing.T) {
	for name, p := range map[string]*pattern.Pattern{
		"A B":             all(one(0), one(1)),
		"A B*":            all(one(0), many(one(1), 0, -1, false)),
		"A B*? C":         all(one(0), many(one(1), 0, -1, true), one(2)),
		"A B+? C?":        all(one(0), many(one(1), 1, -1, true), many(one(2), 0, 1, false)),
		"A{2,3} C??":      all(many(one(0), 2, 3, false), many(one(2), 0, 1, true)),
		"A{2,4}? B":       all(many(one(0), 2, 4, true), one(1)),
		"(A B | A C B)+":  many(either(all(one(0), one(1)), all(one(0), one(2), one(1))), 1, -1, false),
		"(A | B C? | C)*": all(one(0), many(either(one(0), all(one(1), many(one(2), 0, 1, false)), one(2)), 0, -1, false)),
		"((A?)* B)+?":     many(all(many(many(one(0), 0, 1, false), 0, -1, false), one(1)), 1, -1, true),
		"(A? B??){2,}":    all(one(2), many(all(many(one(0), 0, 1, false), many(one(1), 0, 1, true)), 2, -1, false)),
	} {
		t.Run(name, func(t *testing.T) {
			cfg := config(p, nil)
			hold(t, cfg, nil)
			cfg.Within, cfg.Skip.To, cfg.AllRows = 4*window.Second, pattern.ToNext, true
			hold(t, cfg, nil)
		})
	}
}

// TestSkips goes on at a variable that each match has, and not first.
func TestSkips(t *testing.T) {
	p := all(one(0), many(one(1), 1, -1, false), many(one(2), 0, 1, false))
	for _, to := range []pattern.SkipTo{pattern.ToFirst, pattern.ToLast} {
		cfg := config(p, nil)
		cfg.Skip = pattern.Skip{To: to, Variable: 1}
		hold(t, cfg, nil)
	}
}

// TestConditions looks back at the match from conditions of all sorts.
func TestConditions(t *testing.T) {
	for name, tests := range map[string][]test{
		"current":         {{variable: 1, slot: value(1, false, 0, 0), less: 5}},
		"previous row":    {{variable: 1, slot: value(pattern.Every, false, 0, 1), less: 5}, {variable: 2, slot: value(2, false, 0, 2), less: 6}},
		"last A":          {{variable: 1, slot: value(0, false, 0, 0), less: 5}},
		"last B but one":  {{variable: 1, slot: value(1, false, 1, 0), less: 5}, {variable: 2, slot: value(1, false, 1, 0), less: 4}},
		"first B":         {{variable: 1, slot: value(1, true, 0, 0), less: 5}, {variable: 2, slot: value(1, true, 1, 0), less: 5}},
		"before first B":  {{variable: 2, slot: value(1, true, 0, 1), less: 5}},
		"any row":         {{variable: 1, slot: value(pattern.Every, true, 1, 0), less: 5}, {variable: 2, slot: value(pattern.Every, false, 2, 0), less: 5}},
		"count of B":      {{variable: 1, slot: count(1), less: 3}, {variable: 0, slot: count(pattern.Every), less: 4}},
		"sum of A":        {{variable: 1, slot: total(0), less: 7}, {variable: 2, slot: total(pattern.Every), less: 20}},
		"sum and last":    {{variable: 1, slot: total(1), less: 11}, {variable: 0, slot: value(1, false, 0, 0), less: 5}},
		"number of match": {{variable: 1, slot: pattern.Slot{Kind: pattern.Number, Variable: pattern.Every, Type: bigint}, less: 3}},
	} {
		t.Run(name, func(t *testing.T) {
			p := all(many(either(one(0), one(1)), 1, -1, false), many(one(2), 0, 2, true), many(one(1), 0, 1, false))
			if name == "number of match" {
				p = all(one(0), many(one(1), 0, 1, false))
				tests[0].less = 4
			}
			hold(t, config(p, tests), tests)
			cfg := config(p, tests)
			cfg.Within, cfg.AllRows = 5*window.Second, true
			hold(t, cfg, tests)
		})
	}
}

// TestRandomPatterns tries patterns and conditions that nobody thought of.
func TestRandomPatterns(t *testing.T) {
	rnd := rand.New(rand.NewPCG(20, 16))
	for i := range 14 {
		p := randomPattern(rnd, 3)
		if least, _ := p.Length(); least == 0 {
			p = all(one(rnd.IntN(3)), p)
		}
		var tests []test
		for _, v := range rnd.Perm(3)[:rnd.IntN(3)] {
			slot := value(rnd.IntN(4)-1, rnd.IntN(2) == 0, rnd.IntN(3), rnd.IntN(2))
			if rnd.IntN(3) == 0 {
				slot = total(rnd.IntN(4) - 1)
			}
			tests = append(tests, test{variable: v, slot: slot, less: rnd.Int64N(12)})
		}
		cfg := config(p, tests)
		cfg.Within = window.Micros(rnd.IntN(3)) * 4 * window.Second
		cfg.AllRows = rnd.IntN(2) == 0
		cfg.Skip.To = pattern.SkipTo(rnd.IntN(2))
		t.Run(fmt.Sprint(i, " ", p.String([]string{"A", "B", "C"})), func(t *testing.T) { hold(t, cfg, tests) })
	}
}

func randomPattern(rnd *rand.Rand, depth int) *pattern.Pattern {
	if depth == 0 || rnd.IntN(4) == 0 {
		return one(rnd.IntN(3))
	}
	switch rnd.IntN(3) {
	case 0:
		least := rnd.IntN(3)
		return many(randomPattern(rnd, depth-1), least, []int{-1, least + 1, least + 2}[rnd.IntN(3)], rnd.IntN(2) == 0)
	case 1:
		return either(randomPattern(rnd, depth-1), randomPattern(rnd, depth-1))
	}
	parts := make([]*pattern.Pattern, 2+rnd.IntN(2))
	for i := range parts {
		parts[i] = randomPattern(rnd, depth-1)
	}
	return all(parts...)
}

// TestFaults looks at rows that cannot be taken and at skips to nowhere.
func TestFaults(t *testing.T) {
	cfg := config(all(one(0), many(one(1), 0, 1, false)), nil)
	cfg.Measures = []pattern.Slot{count(pattern.Every)}
	cfg.Skip = pattern.Skip{To: pattern.ToLast, Variable: 1}
	cfg.Out = schemaOf(cfg)
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return match.New(cfg) },
		In:  []*batch.Schema{input}, Out: optest.Edge{Schema: cfg.Out, Time: -1, AppendOnly: true},
		Script: `
			k|10:00:05|1|true|false|false
			k|10:00:03|2|false|true|false
			k|10:00:02|3|true|false|false
			k|NULL|3|true|true|true
			@ 10:00:05
			k|10:00:04|4|true|true|true
			NULL|10:00:07|5|true|true|true`,
		Want: `
			k|2
			k|1
			NULL|1`,
		Errors: `
			KSQL-4004 {"k":"k","ts":null,"x":3,"a":true,"b":true,"c":true}
			KSQL-4004 {"k":"k","ts":"1970-01-01 10:00:05Z","x":1}
			KSQL-4004 {"k":null,"ts":"1970-01-01 10:00:07Z","x":5}`,
		Late: `{"k":"k","ts":"1970-01-01 10:00:04Z","x":4,"a":true,"b":true,"c":true}`,
	})
}

// TestTooManyWays gives up a search whose ways cannot be followed.
func TestTooManyWays(t *testing.T) {
	tests := []test{{variable: 2, slot: total(1), less: 1 << 40}}
	cfg := config(all(many(either(one(0), one(1)), 1, -1, false), one(2)), tests)
	cfg.Measures = nil
	cfg.Out = schemaOf(cfg)
	var script string
	for i := range 16 {
		script += fmt.Sprintf("k|10:00:%02d|1|true|true|false\n", i)
	}
	var errs []string
	for i := range 3 { // from the fourth row on the ways can be followed to the end
		errs = append(errs, fmt.Sprintf(`KSQL-4006 {"k":"k","ts":"1970-01-01 10:00:%02dZ","x":1}`, i))
	}
	optest.Run(t, optest.Case{
		New: func() (operators.Operator, error) { return match.New(cfg) },
		In:  []*batch.Schema{input}, Out: optest.Edge{Schema: cfg.Out, Time: -1, AppendOnly: true},
		Script: script, Errors: joined(errs),
	})
}

func joined(lines []string) string {
	out := ""
	for _, l := range slices.Sorted(slices.Values(lines)) {
		out += l + "\n"
	}
	return out
}

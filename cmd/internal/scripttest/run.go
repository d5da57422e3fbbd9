package scripttest

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"
)

// Options say how scripts are run.
type Options struct {
	Parallelism int  // instances of each parallel step; default 1
	Rewrite     bool // write what the steps give into the scripts
}

// Result is what became of one script.
type Result struct {
	Path     string
	Steps    int
	Elapsed  time.Duration
	Failures []Failure
}

// Failure is a step that did not do what was expected of it.
type Failure struct {
	Where   string // path:line
	Message string
}

// Run runs a script. Failures of the script are in the result; an error is one
// that kept it from being run.
func Run(ctx context.Context, path string, o Options) (r Result, err error) {
	start := time.Now()
	defer func() { r.Elapsed = time.Since(start) }()
	r.Path = path
	text, err := os.ReadFile(path)
	if err != nil {
		return r, err
	}
	steps, err := parse(string(text))
	if err != nil {
		return r, fmt.Errorf("%s: %w", path, err)
	}
	b, err := newBench(ctx, max(1, o.Parallelism))
	if err != nil {
		return r, err
	}
	r.Steps = len(steps)
	got := map[*step][]string{}
	for _, s := range steps {
		out, err := b.step(s)
		got[s] = out
		if err != nil {
			r.fail(s, err.Error())
			break // what comes after would only tell of this
		}
		if !o.Rewrite && !slices.Equal(out, s.expected) {
			r.fail(s, diff(s.expected, out))
		}
	}
	if err := b.close(); err != nil {
		r.Failures = append(r.Failures, Failure{path, err.Error()})
	}
	if o.Rewrite && len(r.Failures) == 0 {
		return r, os.WriteFile(path, []byte(rewritten(string(text), steps, got)), 0o644)
	}
	return r, nil
}

func (r *Result) fail(s *step, message string) {
	r.Failures = append(r.Failures, Failure{s.where(r.Path), message})
}

// step checks and runs one step.
func (b *bench) step(s *step) ([]string, error) {
	v := verbs[s.verb]
	switch {
	case len(s.args) < v.least || len(s.args) > max(v.least, v.most):
		return nil, fmt.Errorf("write: %s", v.usage)
	case !v.input && len(s.input) > 0:
		return nil, fmt.Errorf("%s takes no lines of input; an empty line ends a step", s.verb)
	case !v.shows && s.expects:
		return nil, fmt.Errorf("%s has no output, so none can be expected", s.verb)
	}
	return v.run(b, s)
}

// diff tells what is missing and what was not expected.
func diff(want, got []string) string {
	var b strings.Builder
	b.WriteString("not what was expected\n")
	for _, line := range less(want, got) {
		b.WriteString("  - " + line + "\n")
	}
	for _, line := range less(got, want) {
		b.WriteString("  + " + line + "\n")
	}
	if len(less(want, got))+len(less(got, want)) == 0 {
		b.WriteString("  the lines come in another order:\n    " + strings.Join(got, "\n    ") + "\n")
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// less is the lines of a that are not in b, each as often as it is missing.
func less(a, b []string) (out []string) {
	left := map[string]int{}
	for _, line := range b {
		left[line]++
	}
	for _, line := range a {
		if left[line]--; left[line] < 0 {
			out = append(out, line)
		}
	}
	return out
}

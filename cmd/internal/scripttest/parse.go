package scripttest

import (
	"fmt"
	"strings"
)

// step is one step of a script.
type step struct {
	line     int // of the verb, from 1
	verb     string
	args     []string
	input    []string
	expected []string
	expects  bool // there is a line "----"
	from, to int  // lines of expected, its "----" included; [from, to)
}

// where names the step for people.
func (s *step) where(path string) string { return fmt.Sprintf("%s:%d", path, s.line) }

// separator stands between the input of a step and what is expected.
const separator = "----"

// parse reads the steps of a script.
func parse(text string) ([]*step, error) {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var out []*step
	for i := 0; i < len(lines); {
		line := strings.TrimSpace(lines[i])
		if line == "" || strings.HasPrefix(line, "#") {
			i++
			continue
		}
		words := strings.Fields(line)
		s := &step{line: i + 1, verb: words[0], args: words[1:]}
		if verbs[s.verb] == nil {
			return nil, fmt.Errorf("line %d: unknown verb %q; there are %s", s.line, s.verb, strings.Join(verbNames(), ", "))
		}
		i = s.read(lines, i+1)
		out = append(out, s)
	}
	return out, nil
}

// read takes the input and the expected output from line i on, and returns the line
// after them.
func (s *step) read(lines []string, i int) int {
	for ; i < len(lines) && strings.TrimSpace(lines[i]) != ""; i++ {
		if lines[i] == separator {
			s.expects, s.from = true, i
			break
		}
		s.input = append(s.input, lines[i])
	}
	if !s.expects {
		s.from, s.to = i, i
		return i
	}
	for i++; i < len(lines) && strings.TrimSpace(lines[i]) != ""; i++ {
		s.expected = append(s.expected, lines[i])
	}
	s.to = i
	return i
}

// rewritten is the text of a script with what the steps gave in place of what was
// expected.
func rewritten(text string, steps []*step, got map[*step][]string) string {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	var out []string
	at := 0
	for _, s := range steps {
		out = append(out, lines[at:s.from]...)
		if result := got[s]; len(result) > 0 || verbs[s.verb].shows && s.verb != "sql" {
			out = append(append(out, separator), result...)
		}
		at = s.to
	}
	return strings.Join(append(out, lines[at:]...), "\n") + "\n"
}

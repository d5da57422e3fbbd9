package logical

import (
	"fmt"
	"strings"
)

// Explain prints a plan, one step a line, inputs indented below. Each line ends
// with the mark of the edge that leaves the step. A step with several readers has a
// number; it is printed with its inputs once, then by its number.
func Explain(n Node) string {
	p := printer{shared: NewShared(n, Node.Inputs)}
	p.explain(n, 0)
	return p.text.String()
}

type printer struct {
	text   strings.Builder
	shared *Shared[Node]
}

func (p *printer) explain(n Node, depth int) {
	number, again := p.shared.Seen(n)
	p.text.WriteString(strings.Repeat("  ", depth))
	if again {
		p.text.WriteString("shared" + number + "\n")
		return
	}
	p.text.WriteString(n.Label() + " " + n.Traits().Mark() + number + "\n")
	for _, in := range n.Inputs() {
		p.explain(in, depth+1)
	}
}

// Shared numbers the steps of a plan that have several readers, in the order in
// which they are printed.
type Shared[N comparable] struct {
	readers map[N]int
	numbers map[N]int
}

// NewShared counts the readers of the steps under root.
func NewShared[N comparable](root N, inputs func(N) []N) *Shared[N] {
	s := &Shared[N]{readers: map[N]int{}, numbers: map[N]int{}}
	var count func(N)
	count = func(n N) {
		s.readers[n]++
		if s.readers[n] == 1 {
			for _, in := range inputs(n) {
				count(in)
			}
		}
	}
	count(root)
	return s
}

// Seen returns the number of a step with several readers, with a blank before it,
// and whether it was asked for before. Other steps have none.
func (s *Shared[N]) Seen(n N) (number string, again bool) {
	if s.readers[n] < 2 {
		return "", false
	}
	i, again := s.numbers[n]
	if !again {
		i = len(s.numbers) + 1
		s.numbers[n] = i
	}
	return fmt.Sprintf(" #%d", i), again
}

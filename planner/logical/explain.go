package logical

import "strings"

// Explain prints a tree, one step a line, inputs indented below. Each line ends
// with the mark of the edge that leaves the step.
func Explain(n Node) string {
	var b strings.Builder
	explain(&b, n, 0)
	return b.String()
}

func explain(b *strings.Builder, n Node, depth int) {
	b.WriteString(strings.Repeat("  ", depth) + n.Label() + " " + n.Traits().Mark() + "\n")
	for _, in := range n.Inputs() {
		explain(b, in, depth+1)
	}
}

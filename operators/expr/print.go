package expr

import (
	"strings"

	"kinesql/operators/batch"
)

// String implements Node.
func (c *Call) String() string {
	if c.impl != nil && c.impl.print != nil {
		return c.impl.print(append([]Node{nameOf(c)}, c.Args...))
	}
	return c.Func.Name + "(" + commas(c.Args) + ")"
}

// word is an operator's name or a type, handed to printers before the operands.
type word string

func nameOf(c *Call) Node { return word(c.Func.Name) }

// Type implements Node.
func (word) Type() batch.Type { return batch.Of(batch.Null) }

// Pos implements Node.
func (word) Pos() int { return -1 }

// String implements Node.
func (w word) String() string { return string(w) }

func commas(args []Node) string {
	parts := make([]string, len(args))
	for i, a := range args {
		parts[i] = a.String()
	}
	return strings.Join(parts, ", ")
}

// infix prints (a op b op c).
func infix(args []Node) string {
	parts := make([]string, len(args)-1)
	for i, a := range args[1:] {
		parts[i] = a.String()
	}
	return "(" + strings.Join(parts, " "+args[0].String()+" ") + ")"
}

// prefix prints (sign a).
func prefix(sign string) printer {
	return func(args []Node) string { return "(" + sign + args[1].String() + ")" }
}

// postfix prints (a IS NULL).
func postfix(args []Node) string { return "(" + args[1].String() + " " + args[0].String() + ")" }

func printBetween(args []Node) string {
	return "(" + args[1].String() + " BETWEEN " + args[2].String() + " AND " + args[3].String() + ")"
}

func printIn(args []Node) string {
	return "(" + args[1].String() + " IN (" + commas(args[2:]) + "))"
}

func printLike(args []Node) string {
	s := "(" + args[1].String() + " " + args[0].String() + " " + args[2].String()
	if len(args) > 3 {
		s += " ESCAPE " + args[3].String()
	}
	return s + ")"
}

func printCase(args []Node) string {
	var b strings.Builder
	b.WriteString("CASE")
	args = args[1:]
	for ; len(args) >= 2; args = args[2:] {
		b.WriteString(" WHEN " + args[0].String() + " THEN " + args[1].String())
	}
	if len(args) == 1 {
		b.WriteString(" ELSE " + args[0].String())
	}
	return b.String() + " END"
}

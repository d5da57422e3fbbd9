package ast

import (
	"strconv"
	"strings"
)

// String prints the type as the dialect writes it: DECIMAL(10, 2),
// ARRAY<BIGINT>, ROW<a BIGINT, b VARCHAR>.
func (t TypeName) String() string {
	switch t.Name {
	case "ARRAY":
		return "ARRAY<" + t.Elem.String() + ">"
	case "ROW":
		members := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			members[i] = f.Name.String() + " " + f.Type.String()
		}
		return "ROW<" + strings.Join(members, ", ") + ">"
	}
	if len(t.Args) == 0 {
		return t.Name
	}
	args := make([]string, len(t.Args))
	for i, a := range t.Args {
		args[i] = strconv.Itoa(a)
	}
	return t.Name + "(" + strings.Join(args, ", ") + ")"
}

// String prints the name as it was written, quoted or not.
func (i Ident) String() string {
	if i.Quoted {
		return `"` + strings.ReplaceAll(i.Name, `"`, `""`) + `"`
	}
	return i.Name
}

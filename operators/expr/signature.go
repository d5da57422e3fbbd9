package expr

import (
	"fmt"
	"strings"

	"kinesql/operators/batch"
)

// overload is one signature of a function.
type overload struct {
	implementation
	params   []param
	required int
	variadic bool // the last parameter may be repeated
	result   func(args []batch.Type) batch.Type
}

// param is a parameter: its name and the class of types that it takes.
type param struct {
	name  string
	class class
}

// class is a type word of a signature. Besides SQL types there are BYTES (VARCHAR
// or VARBINARY), DOC (JSON, or text that holds it), INTERVAL (either sort), ARRAY,
// ROW and ANY.
type class string

// parseSignature reads NAME(a TYPE, b TYPE[, c TYPE][, d TYPE]...) -> TYPE, where
// the result may also be the name of a parameter, whose type it then has. A
// bracket opens the optional ones; "..." after the last parameter repeats it.
func parseSignature(signature string, m maker) overload {
	head, result, ok := strings.Cut(signature, ") -> ")
	_, list, ok2 := strings.Cut(head, "(")
	if !ok || !ok2 {
		panic(fmt.Sprintf("expr: signature %q", signature))
	}
	o := overload{implementation: implementation{make: m}}
	if strings.HasSuffix(list, "...") {
		o.variadic, list = true, strings.TrimSuffix(list, "...")
	}
	optional := false
	for _, part := range strings.Split(list, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		optional = optional || strings.HasPrefix(part, "[")
		words := strings.Fields(strings.Trim(part, "[] "))
		o.params = append(o.params, param{words[0], class(words[1])})
		if !optional {
			o.required++
		}
		optional = optional || strings.Contains(part, "[")
	}
	o.result = resultOf(o.params, result)
	return o
}

func resultOf(params []param, word string) func([]batch.Type) batch.Type {
	for i, p := range params {
		if p.name == word {
			return func(args []batch.Type) batch.Type { return args[i] }
		}
	}
	t := class(word).typ()
	return func([]batch.Type) batch.Type { return t }
}

// typ is the type that arguments of a class are cast to.
func (c class) typ() batch.Type {
	switch c {
	case "BOOLEAN":
		return batch.Of(batch.Boolean)
	case "BIGINT":
		return batch.Of(batch.BigInt)
	case "DOUBLE":
		return batch.Of(batch.Double)
	case "DECIMAL":
		return batch.DecimalOf(maxDigits, 0)
	case "VARCHAR", "BYTES":
		return batch.Of(batch.Varchar)
	case "VARBINARY":
		return batch.Of(batch.Varbinary)
	case "DATE":
		return batch.Of(batch.Date)
	case "TIME":
		return batch.Of(batch.Time)
	case "TIMESTAMP":
		return batch.Of(batch.Timestamp)
	case "INTERVAL":
		return batch.Of(batch.IntervalDay)
	case "JSON", "DOC":
		return batch.Of(batch.JSON)
	}
	return batch.Of(batch.Null)
}

// impossible is the cost of a cast that is not made implicitly.
const impossible = 1000

// cost is how far a type is from a class: 0 fits as it is, impossible not at all.
func (c class) cost(t batch.Type) int {
	if t.ID == batch.Null {
		return 0
	}
	if c == "ANY" {
		return 9
	}
	for _, rule := range costs[c] {
		if rule.fits(t) {
			return rule.cost
		}
	}
	return impossible
}

type costRule struct {
	fits func(batch.Type) bool
	cost int
}

func is(ids ...batch.TypeID) func(batch.Type) bool {
	return func(t batch.Type) bool {
		for _, id := range ids {
			if t.ID == id {
				return true
			}
		}
		return false
	}
}

// costs lists which types each class takes, and how gladly.
var costs = map[class][]costRule{
	"BOOLEAN":   {{is(batch.Boolean), 0}, {batch.Type.IsNumeric, 4}, {is(batch.JSON), 8}},
	"BIGINT":    {{batch.Type.IsInteger, 0}, {is(batch.Boolean), 2}, {batch.Type.IsNumeric, 6}, {is(batch.JSON), 7}},
	"DOUBLE":    {{batch.Type.IsFloat, 0}, {batch.Type.IsNumeric, 3}, {is(batch.Boolean), 4}, {is(batch.JSON), 6}},
	"DECIMAL":   {{is(batch.Decimal), 0}, {batch.Type.IsInteger, 2}, {is(batch.Boolean), 5}},
	"VARCHAR":   {{batch.Type.IsString, 0}, {batch.Type.IsBinary, 3}, {is(batch.JSON), 3}, {func(batch.Type) bool { return true }, 8}},
	"BYTES":     {{batch.Type.IsString, 0}, {batch.Type.IsBinary, 0}, {is(batch.JSON), 3}, {func(batch.Type) bool { return true }, 8}},
	"VARBINARY": {{batch.Type.IsBinary, 0}, {batch.Type.IsString, 2}},
	"DATE":      {{is(batch.Date), 0}, {is(batch.Timestamp), 2}, {batch.Type.IsString, 7}},
	"TIME":      {{is(batch.Time), 0}, {is(batch.Timestamp), 3}, {batch.Type.IsString, 6}},
	"TIMESTAMP": {{is(batch.Timestamp), 0}, {is(batch.Date), 1}, {batch.Type.IsString, 6}, {is(batch.JSON), 7}},
	"INTERVAL":  {{batch.Type.IsInterval, 0}},
	"JSON":      {{is(batch.JSON), 0}, {batch.Type.IsString, 3}, {is(batch.Array, batch.Row), 4}},
	"DOC":       {{isText, 0}, {is(batch.Array, batch.Row), 4}},
	"ARRAY":     {{is(batch.Array), 0}},
	"ROW":       {{is(batch.Row), 0}},
}

// accepts reports the total cost of the arguments.
func (o *overload) accepts(args []Node) int {
	if len(args) < o.required || len(args) > len(o.params) && !o.variadic {
		return impossible
	}
	total := 0
	for i, a := range args {
		total += o.param(i).class.cost(a.Type())
	}
	return total
}

func (o *overload) param(i int) param { return o.params[min(i, len(o.params)-1)] }

package bind

import (
	"slices"

	"kinesql/operators/batch"
	"kinesql/sql/ast"
	"kinesql/sql/diag"
)

// simple is the types whose names stand for themselves, with their synonyms.
func simple(name string) (batch.TypeID, bool) {
	id, ok := map[string]batch.TypeID{
		"BOOLEAN": batch.Boolean, "BOOL": batch.Boolean,
		"TINYINT": batch.TinyInt, "SMALLINT": batch.SmallInt,
		"INT": batch.Integer, "INTEGER": batch.Integer, "MEDIUMINT": batch.Integer,
		"BIGINT": batch.BigInt, "SIGNED": batch.BigInt,
		"REAL": batch.Real, "FLOAT": batch.Double, "DOUBLE": batch.Double,
		"STRING": batch.Varchar, "TEXT": batch.Varchar, "BYTES": batch.Varbinary, "BLOB": batch.Varbinary,
		"DATE": batch.Date, "TIME": batch.Time, "DATETIME": batch.Timestamp, "TIMESTAMP": batch.Timestamp,
		"JSON": batch.JSON,
	}[name]
	return id, ok
}

func sized(name string) (batch.TypeID, bool) {
	id, ok := map[string]batch.TypeID{
		"CHAR": batch.Char, "CHARACTER": batch.Char, "VARCHAR": batch.Varchar,
		"BINARY": batch.Binary, "VARBINARY": batch.Varbinary,
	}[name]
	return id, ok
}

// maxDigits is the most digits of a DECIMAL.
const maxDigits = 38

// Type gives a type as written its meaning.
func Type(src *diag.Source, t ast.TypeName) (batch.Type, error) {
	if id, ok := simple(t.Name); ok {
		if len(t.Args) > 1 || len(t.Args) == 1 && (t.Args[0] > 6 || id != batch.Time && id != batch.Timestamp) {
			return batch.Type{}, diag.Errorf(diag.Type, src, t.At, "type %s does not take this length", t.Name)
		}
		return batch.Of(id), nil
	}
	if id, ok := sized(t.Name); ok {
		return sizedType(src, t, id)
	}
	switch t.Name {
	case "DECIMAL", "NUMERIC", "DEC":
		return decimalType(src, t)
	case "ARRAY":
		elem, err := Type(src, *t.Elem)
		return batch.ArrayOf(elem), err
	case "ROW":
		return rowType(src, t)
	}
	err := diag.Errorf(diag.Type, src, t.At, "unknown type %q", t.Name)
	if near, ok := diag.Suggest(t.Name, typeNames()); ok {
		return batch.Type{}, err.WithHint("did you mean %s?", near)
	}
	return batch.Type{}, err
}

func typeNames() []string {
	return []string{"BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "REAL", "DOUBLE", "DECIMAL", "CHAR",
		"VARCHAR", "BINARY", "VARBINARY", "DATE", "TIME", "TIMESTAMP", "JSON", "ARRAY", "ROW"}
}

func sizedType(src *diag.Source, t ast.TypeName, id batch.TypeID) (batch.Type, error) {
	if len(t.Args) > 1 || len(t.Args) == 1 && t.Args[0] < 1 {
		return batch.Type{}, diag.Errorf(diag.Type, src, t.At, "%s takes one length of at least 1", t.Name)
	}
	out := batch.Of(id)
	switch {
	case len(t.Args) == 1:
		out.Precision = t.Args[0]
	case id == batch.Char || id == batch.Binary:
		out.Precision = 1
	}
	return out, nil
}

func decimalType(src *diag.Source, t ast.TypeName) (batch.Type, error) {
	args := slices.Concat(t.Args, []int{10, 0}[min(2, len(t.Args)):])
	if len(args) > 2 || args[0] < 1 || args[0] > maxDigits || args[1] < 0 || args[1] > args[0] {
		return batch.Type{}, diag.Errorf(diag.Type, src, t.At,
			"DECIMAL takes 1 to %d digits, of which 0 to all are after the point", maxDigits)
	}
	return batch.DecimalOf(args[0], args[1]), nil
}

func rowType(src *diag.Source, t ast.TypeName) (batch.Type, error) {
	fields, err := Columns(src, t.Fields)
	return batch.RowOf(fields...), err
}

// Columns gives column definitions their meaning and refuses names that repeat.
func Columns(src *diag.Source, cols []ast.Column) ([]batch.Field, error) {
	fields := make([]batch.Field, len(cols))
	for i, c := range cols {
		t, err := Type(src, c.Type)
		if err != nil {
			return nil, err
		}
		for _, earlier := range fields[:i] {
			if earlier.Name == c.Name.Name {
				return nil, diag.Errorf(diag.Exists, src, c.Name.At, "there are two columns called %q", c.Name.Name)
			}
		}
		fields[i] = batch.Field{Name: c.Name.Name, Type: t}
	}
	return fields, nil
}

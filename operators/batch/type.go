// Package batch holds what flows between operators: typed columns of rows, kept
// as Arrow records, with what stands beside the columns (change kinds, running
// watermarks, origins). The SQL types and their Arrow layout are settled here.
package batch

import (
	"fmt"
	"slices"
	"strings"

	"github.com/apache/arrow/go/v17/arrow"
)

// TypeID names a SQL type without its parameters.
type TypeID uint8

// The SQL types. Null is the type of a bare NULL, which casts to any other.
const (
	Null TypeID = iota
	Boolean
	TinyInt
	SmallInt
	Integer
	BigInt
	Real
	Double
	Decimal
	Char
	Varchar
	Binary
	Varbinary
	Date
	Time
	Timestamp
	IntervalDay   // microseconds; expressions only
	IntervalMonth // months; expressions only
	JSON
	Array
	Row
)

var typeNames = [...]string{
	"NULL", "BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "REAL", "DOUBLE",
	"DECIMAL", "CHAR", "VARCHAR", "BINARY", "VARBINARY", "DATE", "TIME", "TIMESTAMP",
	"INTERVAL DAY TO SECOND", "INTERVAL YEAR TO MONTH", "JSON", "ARRAY", "ROW",
}

// String is the SQL name.
func (id TypeID) String() string { return typeNames[id] }

// Type is a SQL type. Every value may be NULL.
type Type struct {
	ID        TypeID
	Precision int     // DECIMAL: digits, 1 to 38; CHAR, VARCHAR, BINARY, VARBINARY: length, 0 for no limit
	Scale     int     // DECIMAL: digits after the point
	Elem      *Type   // ARRAY
	Fields    []Field // ROW
}

// Field is a named column, or a member of a ROW.
type Field struct {
	Name string
	Type Type
}

// Of returns the type without parameters.
func Of(id TypeID) Type { return Type{ID: id} }

// DecimalOf returns DECIMAL(precision, scale).
func DecimalOf(precision, scale int) Type {
	return Type{ID: Decimal, Precision: precision, Scale: scale}
}

// ArrayOf returns ARRAY<elem>.
func ArrayOf(elem Type) Type { return Type{ID: Array, Elem: &elem} }

// RowOf returns ROW<fields>.
func RowOf(fields ...Field) Type { return Type{ID: Row, Fields: fields} }

// String is the type as SQL writes it.
func (t Type) String() string {
	switch t.ID {
	case Decimal:
		return fmt.Sprintf("DECIMAL(%d, %d)", t.Precision, t.Scale)
	case Char, Varchar, Binary, Varbinary:
		if t.Precision > 0 {
			return fmt.Sprintf("%s(%d)", t.ID, t.Precision)
		}
	case Array:
		return "ARRAY<" + t.Elem.String() + ">"
	case Row:
		members := make([]string, len(t.Fields))
		for i, f := range t.Fields {
			members[i] = f.Name + " " + f.Type.String()
		}
		return "ROW<" + strings.Join(members, ", ") + ">"
	}
	return t.ID.String()
}

// Equal reports whether t and u are the same type with the same parameters.
func (t Type) Equal(u Type) bool {
	if t.ID != u.ID || t.Precision != u.Precision || t.Scale != u.Scale {
		return false
	}
	if t.ID == Array {
		return t.Elem.Equal(*u.Elem)
	}
	return slices.EqualFunc(t.Fields, u.Fields, func(a, b Field) bool {
		return a.Name == b.Name && a.Type.Equal(b.Type)
	})
}

// IsInteger reports whether t is one of TINYINT to BIGINT.
func (t Type) IsInteger() bool { return t.ID >= TinyInt && t.ID <= BigInt }

// IsFloat reports whether t is REAL or DOUBLE.
func (t Type) IsFloat() bool { return t.ID == Real || t.ID == Double }

// IsNumeric reports whether t is an integer, floating-point or DECIMAL type.
func (t Type) IsNumeric() bool { return t.ID >= TinyInt && t.ID <= Decimal }

// IsString reports whether t is CHAR or VARCHAR.
func (t Type) IsString() bool { return t.ID == Char || t.ID == Varchar }

// IsBinary reports whether t is BINARY or VARBINARY.
func (t Type) IsBinary() bool { return t.ID == Binary || t.ID == Varbinary }

// IsTemporal reports whether t is DATE, TIME or TIMESTAMP.
func (t Type) IsTemporal() bool { return t.ID >= Date && t.ID <= Timestamp }

// IsInterval reports whether t is one of the interval types.
func (t Type) IsInterval() bool { return t.ID == IntervalDay || t.ID == IntervalMonth }

// Lane names the field of Vector that holds a type's values.
type Lane uint8

// The lanes. All integers, DATE (days), TIME and TIMESTAMP (microseconds) and
// intervals share LaneInt; REAL and DOUBLE share LaneFloat.
const (
	LaneInt Lane = iota
	LaneFloat
	LaneBool
	LaneDecimal
	LaneBytes
	LaneNested
)

// Lane returns the lane of t. A bare NULL lies in LaneBytes.
func (t Type) Lane() Lane {
	switch t.ID {
	case Boolean:
		return LaneBool
	case Real, Double:
		return LaneFloat
	case Decimal:
		return LaneDecimal
	case Null, Char, Varchar, Binary, Varbinary, JSON:
		return LaneBytes
	case Array, Row:
		return LaneNested
	}
	return LaneInt
}

// Arrow returns the Arrow layout of t. The engine widens: every integer type
// travels as Int64 and REAL as Float64; sinks narrow where a format can.
func (t Type) Arrow() arrow.DataType {
	switch t.ID {
	case Boolean:
		return arrow.FixedWidthTypes.Boolean
	case Real, Double:
		return arrow.PrimitiveTypes.Float64
	case Decimal:
		return &arrow.Decimal128Type{Precision: int32(t.Precision), Scale: int32(t.Scale)}
	case Null, Char, Varchar, JSON:
		return arrow.BinaryTypes.String
	case Binary, Varbinary:
		return arrow.BinaryTypes.Binary
	case Date:
		return arrow.FixedWidthTypes.Date32
	case Time:
		return arrow.FixedWidthTypes.Time64us
	case Timestamp:
		return arrow.FixedWidthTypes.Timestamp_us
	case Array:
		return arrow.ListOf(t.Elem.Arrow())
	case Row:
		return arrow.StructOf(arrowFields(t.Fields)...)
	}
	return arrow.PrimitiveTypes.Int64
}

func arrowFields(fields []Field) []arrow.Field {
	out := make([]arrow.Field, len(fields))
	for i, f := range fields {
		out[i] = arrow.Field{Name: f.Name, Type: f.Type.Arrow(), Nullable: true}
	}
	return out
}

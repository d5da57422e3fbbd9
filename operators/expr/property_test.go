package expr

import (
	"fmt"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
	"pgregory.net/rapid"

	"kinesql/operators/batch"
)

// testSchema has a column of each sort.
var testSchema = batch.NewSchema(
	batch.Field{Name: "a", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "b", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "d", Type: batch.Of(batch.Double)},
	batch.Field{Name: "m", Type: batch.DecimalOf(12, 2)},
	batch.Field{Name: "s", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "t", Type: batch.Of(batch.Timestamp)},
	batch.Field{Name: "o", Type: batch.Of(batch.Boolean)},
)

// templates are expressions over the columns, with faults, NULLs and branches.
var templates = []string{
	"a + b", "a - b", "a * b", "a / b", "a % b", "a DIV b", "MOD(a, 3)", "MOD(a, 3) = 0", "-a", "a & b", "a << 3",
	"d + a", "d / a", "d * d", "m + a", "m * m", "m / a", "m % 3", "a = b", "a < 5", "5 < a", "s = 'x'", "s < 'b'", "m > d",
	"o AND a > 0", "o OR 10 / a > 1", "a <> 0 AND 10 / a > 1", "10 / a > 1 AND a <> 0", "NOT o", "o XOR a = 1", "s IS NULL", "o IS NOT TRUE",
	"a BETWEEN b AND 5", "a IN (1, 2, b)", "a IN (1, 2, NULL)", "s IN ('x', '')", "s LIKE '%x%'", "s LIKE s", "s REGEXP 'x+'", "a <=> b",
	"CASE WHEN a > 0 THEN 10 / a WHEN b > 0 THEN b END", "CASE WHEN a <> 0 THEN 10 / a ELSE b / a END", "CASE s WHEN 'x' THEN 'ex' ELSE s END",
	"IF(o, a, b)", "COALESCE(a, b, 1 / b)", "COALESCE(a, 1 / 0)", "IFNULL(s, 'none')", "NULLIF(a, b)", "GREATEST(a, b, 2)", "LEAST(s, 'm')",
	"CONCAT(s, a)", "CONCAT_WS('-', s, a, b)", "UPPER(s)", "SUBSTRING(s, a, 2)", "LPAD(s, 5, 'xy')", "REPLACE(s, 'x', 'yy')", "REVERSE(s)",
	"LOCATE('x', s)", "LENGTH(s)", "CHAR_LENGTH(s)", "MD5(s)", "CAST(s AS BIGINT)", "TRY_CAST(s AS BIGINT)", "CAST(a AS TINYINT)", "CAST(d AS DECIMAL(10, 1))",
	"CAST(m AS VARCHAR)", "CAST(a AS DOUBLE)", "CAST(t AS DATE)", "ROUND(m, 1)", "ROUND(d, 1)", "ABS(a)", "SQRT(d)", "POW(d, 2)", "WIDTH_BUCKET(d, 0, 10, 5)",
	"YEAR(t)", "DATE_FORMAT(t, '%Y-%m-%d %H')", "t + INTERVAL 1 MONTH", "t > '2015-01-01'", "DATE_TRUNC('hour', t)", "TIMESTAMPDIFF(DAY, t, '2015-01-01')",
	"FLOOR_TO(t, 'DAY')", "JSON_ARRAY(a, s)", "JSON_EXTRACT(JSON_OBJECT('k', a), '$.k')", "FIELD(s, 'x', 'y')", "ELT(a, 's', s)", "SPLIT_INDEX(s, 'x', 0)",
}

func number(lane string) *rapid.Generator[int64] {
	return rapid.OneOf(rapid.Int64Range(-5, 5), rapid.SampledFrom([]int64{0, 1, -1, 9223372036854775807, -9223372036854775808, 1 << 32, 300}))
}

// randomBatch draws rows with NULLs.
func randomBatch(t *rapid.T) ([]batch.Vector, int) {
	n := rapid.IntRange(0, 9).Draw(t, "rows")
	texts := rapid.SampledFrom([]string{"", "x", "xx", "né€", "12", "-7", "abc", "axb", "9223372036854775808"})
	cols := make([]batch.Vector, testSchema.Len())
	for i, f := range testSchema.Fields() {
		v := batch.Vector{Type: f.Type, Len: n}
		nulls := rapid.Bool().Draw(t, "nulls")
		for range n {
			switch f.Type.ID {
			case batch.BigInt:
				v.I64 = append(v.I64, number(f.Name).Draw(t, f.Name))
			case batch.Timestamp:
				v.I64 = append(v.I64, rapid.Int64Range(0, 2_000_000_000_000_000).Draw(t, f.Name))
			case batch.Double:
				v.F64 = append(v.F64, rapid.SampledFrom([]float64{0, 1, -1.5, 2.25, 1e300, 12.345}).Draw(t, f.Name))
			case batch.Decimal:
				v.Dec = append(v.Dec, decimal128.FromI64(rapid.Int64Range(-99999, 99999).Draw(t, f.Name)))
			case batch.Boolean:
				v.Bool = append(v.Bool, rapid.Bool().Draw(t, f.Name))
			default:
				v.AppendBytes([]byte(texts.Draw(t, f.Name)))
			}
			if nulls {
				v.Valid = append(v.Valid, rapid.Bool().Draw(t, "valid"))
			}
		}
		v.Len = n
		cols[i] = v
	}
	return cols, n
}

// outcome is every row's value or fault.
func outcome(v *batch.Vector, faults []Fault, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = show(v, i)
	}
	for _, f := range faults {
		out[f.Row] = f.Code + " " + f.Message
	}
	return out
}

func run(t rapid.TB, n Node, cols []batch.Vector, rows int) []string {
	p, err := Compile(n)
	if err != nil {
		t.Fatalf("%s: %v", n, err)
	}
	b := batch.New(testSchema, rows, cols, batch.Beside{})
	defer b.Release()
	p.Eval(b) // scratch that is used twice must not show
	v, faults := p.Eval(b)
	for _, f := range faults {
		if v.IsValid(f.Row) {
			t.Fatalf("%s: row %d faulted and is not NULL", n, f.Row)
		}
	}
	return outcome(&v, faults, rows)
}

// TestRowsAgree compares a batch with batches of one row, and with the same
// expression over literals in place of columns.
func TestRowsAgree(t *testing.T) {
	var nodes []Node
	for _, text := range templates {
		n, err := binder{testSchema}.parse(text)
		if err != nil {
			t.Fatal(err)
		}
		nodes = append(nodes, n, Fold(n))
	}
	rapid.Check(t, func(t *rapid.T) {
		cols, rows := randomBatch(t)
		for range 30 {
			n := rapid.SampledFrom(nodes).Draw(t, "expression")
			all := run(t, n, cols, rows)
			for i := range rows {
				one := make([]batch.Vector, len(cols))
				for c := range cols {
					one[c] = cols[c].Take([]int32{int32(i)})
				}
				if got := run(t, n, one, 1); got[0] != all[i] {
					t.Fatalf("%s: row %d of %d is %s, alone %s", n, i, rows, all[i], got[0])
				}
				if got := run(t, constants(n, one), one, 1); got[0] != all[i] {
					t.Fatalf("%s: row %d is %s, of constants %s", n, i, all[i], got[0])
				}
			}
		}
	})
}

// constants puts the values of a row in the place of the columns.
func constants(n Node, row []batch.Vector) Node {
	return Rewrite(n, func(n Node) Node {
		if c, ok := n.(*Column); ok {
			return literalOf(&row[c.Index], c.Typ, -1)
		}
		return n
	})
}

// TestRowTest compares conditions with their row tests.
func TestRowTest(t *testing.T) {
	conditions := []string{
		"a = 1", "1 = a", "a <> 1", "a < 2", "2 < a", "a <= 1", "a >= 1", "a IN (1, 300)", "a NOT IN (1, 300)", "a BETWEEN -1 AND 3", "a NOT BETWEEN 0 AND 3",
		"MOD(a, 3) = 0", "a % 3 = 1", "a % 3 <> 1", "a % 3 < 2", "MOD(a, -3) = -1", "MOD(a, 4294967297) = 5", "1 = MOD(a, 2)", "a > 0 AND a < 4", "NOT (a = 1 OR a % 2 = 0)",
		"t > '2015-01-01'", "t BETWEEN '1980-01-01' AND '2015-01-01'",
		"s = 'x'", "s <> 'x'", "'b' > s", "s >= 'b'", "s IN ('x', '12')", "s LIKE 'x%'", "s NOT LIKE '%x'", "s LIKE '_'", "s BETWEEN 'a' AND 'b'", "s = 'x' OR s LIKE 'a%' AND NOT s = 'abc'",
	}
	var nodes []Node
	for _, text := range conditions {
		n, err := binder{testSchema}.parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, ok := RowTest(n); !ok {
			t.Errorf("no row test for %s", text)
		}
		nodes = append(nodes, n)
	}
	for _, text := range []string{"a = b", "a = 1.5", "a = NULL", "a % 0 = 1", "a + 1 = 2", "s = 'x' AND a = 1", "d = 1e0", "o", "a IN (1, NULL)", "s LIKE NULL", "UPPER(s) = 'X'", "a IS NULL"} {
		n, err := binder{testSchema}.parse(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, ok := RowTest(n); ok {
			t.Errorf("a row test for %s", text)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		cols, rows := randomBatch(t)
		for _, n := range nodes {
			column, test, _ := RowTest(n)
			all := run(t, n, cols, rows)
			for i := range rows {
				v := &cols[column]
				if !v.IsValid(i) {
					continue
				}
				got := false
				if test.Int != nil {
					got = test.Int(v.I64[i])
				} else {
					got = test.Bytes(v.Bytes(i))
				}
				if fmt.Sprint(got) != all[i] {
					t.Fatalf("%s of %s: row test %t, evaluated %s", n, show(v, i), got, all[i])
				}
			}
		}
	})
}

// TestStrings finds that the printed form tells expressions apart.
func TestStrings(t *testing.T) {
	seen := map[string]string{}
	for _, text := range templates {
		n, err := binder{testSchema}.parse(text)
		if err != nil {
			t.Fatal(err)
		}
		s := n.String()
		if other, ok := seen[s]; ok || strings.Contains(s, "%!") {
			t.Errorf("%s and %s both print as %s", text, other, s)
		}
		seen[s] = text
	}
}

package text

import (
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors"
	"kinesql/connectors/format/encode"
	"kinesql/operators/batch"
)

// convert puts one field into a column and returns it as text, "NULL" or the
// error.
func convert(t *testing.T, typ batch.Type, timeFormat string, field []byte) string {
	t.Helper()
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	defer alloc.AssertSize(t, 0)
	schema := batch.NewSchema(batch.Field{Name: "c", Type: typ})
	f, err := NewFiller([]Column{{Field: 0, Name: "c", Type: typ}}, connectors.SourceSpec{Time: -1}, timeFormat, nil)
	if err != nil {
		t.Fatal(err)
	}
	out := batch.NewBuilder(alloc, schema)
	defer out.Close()
	out.Reset(2)
	if err := f.Row(out, 0, [][]byte{field}); err != nil {
		if out.Rows != 0 || len(out.Starts) != 0 {
			t.Errorf("a failed row left something behind")
		}
		return err.Error()
	}
	b := out.Finish(nil)
	defer b.Release()
	return encode.Text(b, 0, 0)
}

func TestConvert(t *testing.T) {
	of := batch.Of
	long := "123456789012345678901234567890123456.78"
	for _, c := range []struct {
		typ         batch.Type
		field, want string
	}{
		{of(batch.TinyInt), "-128", "-128"},
		{of(batch.TinyInt), "128", `column "c": "128" is out of range of TINYINT`},
		{of(batch.SmallInt), " 42 ", "42"},
		{of(batch.Integer), "2147483648", `column "c": "2147483648" is out of range of INTEGER`},
		{of(batch.BigInt), "-9223372036854775808", "-9223372036854775808"},
		{of(batch.BigInt), "9223372036854775808", `column "c": "9223372036854775808" is out of range of BIGINT`},
		{of(batch.BigInt), "1.5", `column "c": "1.5" is not a BIGINT`},
		{of(batch.BigInt), "", "NULL"},
		{of(batch.BigInt), " ", `column "c": " " is not a BIGINT`},
		{of(batch.Double), "1e400", `column "c": "1e400" is out of range of DOUBLE`},
		{of(batch.Double), "-1.5e3", "-1500"},
		{of(batch.Double), "0x10", `column "c": "0x10" is not a DOUBLE`},
		{of(batch.Real), "0.1", "0.1"},
		{of(batch.Boolean), "Yes", "true"},
		{of(batch.Boolean), "0", "false"},
		{of(batch.Boolean), "2", `column "c": "2" is not a BOOLEAN`},
		{batch.DecimalOf(38, 2), long, long},
		{batch.DecimalOf(38, 2), "-" + long, "-" + long},
		{batch.DecimalOf(38, 2), "1" + long, `column "c": "1` + long + `" is out of range of DECIMAL(38, 2)`},
		{batch.DecimalOf(10, 2), "2.345", "2.35"},
		{batch.DecimalOf(10, 2), "-2.345", "-2.35"},
		{batch.DecimalOf(10, 2), "-0.004", "0.00"},
		{batch.DecimalOf(10, 2), "99999999.995", `column "c": "99999999.995" is out of range of DECIMAL(10, 2)`},
		{batch.DecimalOf(10, 2), "1.5e3", "1500.00"},
		{batch.DecimalOf(10, 2), "15e-1", "1.50"},
		{batch.DecimalOf(10, 2), "1e999999999999", `column "c": "1e999999999999" is not a DECIMAL(10, 2)`},
		{batch.DecimalOf(10, 2), ".5", "0.50"},
		{batch.DecimalOf(10, 2), ".", `column "c": "." is not a DECIMAL(10, 2)`},
		{batch.DecimalOf(10, 2), "1.2.3", `column "c": "1.2.3" is not a DECIMAL(10, 2)`},
		{of(batch.Date), "2015-05-17", "2015-05-17"},
		{of(batch.Date), "1969-12-31T23:00:00Z", "1969-12-31"},
		{of(batch.Date), "2015-02-30", `column "c": "2015-02-30" is not a DATE`},
		{of(batch.Time), "10:05:03.25", "10:05:03.25"},
		{of(batch.Time), "25:00", `column "c": "25:00" is not a TIME`},
		{of(batch.Timestamp), "2015-05-17 10:05:03.25+02:00", "2015-05-17 08:05:03.25"},
		{of(batch.Timestamp), "17/May/2015:10:05:03 +0000", "2015-05-17 10:05:03"},
		{of(batch.Timestamp), "soon", `column "c": "soon" is not a TIMESTAMP`},
		{of(batch.Varchar), "", ""},
		{of(batch.Varchar), " é ", " é "},
		{batch.Type{ID: batch.Varchar, Precision: 2}, "éàü", "éà"},
		{of(batch.Varchar), "\xff", `column "c": not valid UTF-8: "\xff"`},
		{of(batch.Varbinary), "\xff", "\xff"},
		{of(batch.JSON), `{"a": 1}`, `{"a": 1}`},
		{of(batch.JSON), `{"a": `, `column "c": "{\"a\": " is not a JSON`},
	} {
		if got := convert(t, c.typ, "auto", []byte(c.field)); got != c.want {
			t.Errorf("%s of %q: got %s, want %s", c.typ, c.field, got, c.want)
		}
	}
	if got := convert(t, of(batch.Varchar), "auto", nil); got != "NULL" {
		t.Errorf("a field that is not there became %s", got)
	}
	if got := convert(t, of(batch.Timestamp), "epoch_ms", []byte("1431857103250")); got != "2015-05-17 10:05:03.25" {
		t.Errorf("epoch_ms became %s", got)
	}
}

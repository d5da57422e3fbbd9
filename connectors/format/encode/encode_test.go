package encode

import (
	"bytes"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/decimal128"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// sample is a batch with a column of most types; every second row is NULL in
// the columns that allow it.
func sample() batch.Batch {
	schema := batch.NewSchema(
		batch.Field{Name: "id", Type: batch.Of(batch.Integer)},
		batch.Field{Name: "name", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "at", Type: batch.Of(batch.Timestamp)},
		batch.Field{Name: "price", Type: batch.DecimalOf(20, 2)},
		batch.Field{Name: "ratio", Type: batch.Of(batch.Double)},
		batch.Field{Name: "ok", Type: batch.Of(batch.Boolean)},
		batch.Field{Name: "day", Type: batch.Of(batch.Date)},
	)
	names := batch.Vector{Type: batch.Of(batch.Varchar)}
	names.AppendBytes([]byte(`plain`))
	names.AppendBytes([]byte("a \"b\",\\ |\n\x01é"))
	names.AppendBytes(nil)
	valid := []bool{true, true, false}
	return batch.New(schema, 3, []batch.Vector{
		{Type: schema.Field(0).Type, Len: 3, I64: []int64{1, -2, 3}},
		names,
		{Type: schema.Field(2).Type, Len: 3, Valid: valid, I64: []int64{1431857103000000, 1431857103250000, 0}},
		{Type: schema.Field(3).Type, Len: 3, Valid: valid, Dec: []decimal128.Num{decimal128.FromI64(1234), decimal128.FromI64(-5), {}}},
		{Type: schema.Field(4).Type, Len: 3, Valid: valid, F64: []float64{0.1, 1e300, 0}},
		{Type: schema.Field(5).Type, Len: 3, Valid: valid, Bool: []bool{true, false, false}},
		{Type: schema.Field(6).Type, Len: 3, Valid: valid, I64: []int64{16572, -1, 0}},
	}, batch.Beside{Kinds: []batch.Kind{batch.Insert, batch.UpdateBefore, batch.UpdateAfter}})
}

func encoded(t *testing.T, name string, opts format.EncodeOptions, batches ...batch.Batch) string {
	t.Helper()
	var out bytes.Buffer
	schema := sample().SQLSchema()
	if len(batches) > 0 {
		schema = batches[0].SQLSchema()
	}
	enc, err := New(name, &out, schema, opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		if err := enc.Encode(b); err != nil {
			t.Fatal(err)
		}
	}
	if err := enc.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestShow(t *testing.T) {
	for _, n := range Names() {
		if n != "arrow" {
			t.Log("\n" + encoded(t, n, format.EncodeOptions{}, sample(), sample()))
			t.Log("\n" + encoded(t, n, format.EncodeOptions{Changes: true, Color: true, Width: 70}, sample()))
			t.Log("\n" + encoded(t, n, format.EncodeOptions{}))
		}
	}
}

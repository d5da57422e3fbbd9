package json

import (
	"strings"
	"testing"

	"kinesql/connectors/format/decodetest"
	"kinesql/operators/batch"
)

func TestMissingColumns(t *testing.T) {
	schema := batch.NewSchema(
		batch.Field{Name: "a", Type: batch.Of(batch.BigInt)}, batch.Field{Name: "zz", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "late", Type: batch.Of(batch.BigInt)},
	)
	spec := decodetest.Spec(schema, "", nil)
	text := "bad\n" + strings.Repeat(`{"a":1}`+"\n", 1500) + `{"a":2,"late":3}` + "\n"
	for _, c := range []struct {
		text string
		want []string
	}{
		{text, []string{`column "zz" is in none of the first 1000 records; it is NULL`, `column "late" is in none of the first 1000 records; it is NULL`}},
		{"bad\n" + `{"a":1}` + "\n" + `{"a":2,"late":3}` + "\n", []string{`column "zz" is in none of the 2 records; it is NULL`}},
		{`{"a":1,"zz":null,"late":1}` + "\n", nil},
		{"", nil},
	} {
		got := decodetest.Decode(t, New(), spec, c.text, 64, 7)
		var missing []string
		for _, e := range got.Faults {
			if strings.Contains(e, "is in none of") {
				missing = append(missing, e)
			}
		}
		if len(missing) != len(c.want) {
			t.Fatalf("got %q, want %q", missing, c.want)
		}
		for i := range missing {
			if !strings.Contains(missing[i], c.want[i]) {
				t.Errorf("got %q, want %q", missing[i], c.want[i])
			}
		}
	}
}

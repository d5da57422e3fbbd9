package postgres

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"

	"kinesql/connectors"
	"kinesql/operators/batch"
)

func spec(schema *batch.Schema, keyValues ...string) connectors.Spec {
	values := map[string]string{"connector": "postgres"}
	for i := 0; i < len(keyValues); i += 2 {
		values[keyValues[i]] = keyValues[i+1]
	}
	return connectors.Spec{Stream: "t", Schema: schema, Options: connectors.NewOptions(values)}
}

// TestOptions holds what the options may be, and that no message shows a password.
func TestOptions(t *testing.T) {
	schema := batch.NewSchema(batch.Field{Name: "k", Type: batch.Of(batch.BigInt)})
	nested := batch.NewSchema(batch.Field{Name: "r", Type: batch.ArrayOf(batch.Of(batch.BigInt))})
	const url = "postgres://ann:hidden@db.example.com/app"
	for _, c := range []struct {
		schema *batch.Schema
		given  []string
		want   string
	}{
		{schema, []string{"url", url, "table", "t"}, ""},
		{schema, []string{"url", url, "query", "SELECT 1 AS k", "timeout", "5s", "max_rows", "1"}, ""},
		{schema, []string{"table", "t"}, `option "url": is required`},
		{schema, []string{"url", "env:NO_SUCH_VARIABLE", "table", "t"}, `option "url": the environment variable NO_SUCH_VARIABLE is not set`},
		{schema, []string{"url", "mysql://ann:hidden@db/app", "table", "t"}, `option "url": want a URL such as`},
		{schema, []string{"url", "host=db password=hidden", "table", "t"}, `option "url": want a URL such as`},
		{schema, []string{"url", "postgres://ann:1/hidden@db/app", "table", "t"}, `option "url": want a URL such as`},
		{schema, []string{"url", url + "?sslmode=verify-full&sslrootcert=/no/such.pem", "table", "t"}, `no/such.pem: no such file`},
		{schema, []string{"url", url}, "one of the options table and query must be given"},
		{schema, []string{"url", url, "table", "t", "query", "SELECT 1"}, "one of the options table and query must be given"},
		{schema, []string{"url", url, "query", "  "}, `option "query": want a SELECT`},
		{schema, []string{"url", url, "table", "a.b.c"}, `option "table": want name or schema.name`},
		{schema, []string{"url", url, "table", "t", "timeout", "0s"}, `option "timeout": want from 1ms to 24 days`},
		{schema, []string{"url", url, "table", "t", "max_rows", "0"}, `option "max_rows"`},
		{nil, []string{"url", url, "table", "t"}, "needs declared columns"},
		{nested, []string{"url", url, "table", "t"}, `column "r": the connector postgres has no ARRAY<BIGINT>; declare VARCHAR or JSON`},
	} {
		_, err := New().Describe(spec(c.schema, c.given...))
		if got := fmt.Sprint(err); c.want == "" && err != nil || !strings.Contains(got, c.want) || strings.Contains(got, "hidden") {
			t.Errorf("%q: got %v, want %s", c.given, err, c.want)
		}
	}
}

// TestIdentifier holds which names of tables there are.
func TestIdentifier(t *testing.T) {
	for text, want := range map[string]string{
		"t": `"t"`, "s.t": `"s"."t"`, `"a.b".c d`: `"a.b"."c d"`, `"x"`: `"x"`, `s."t.u"`: `"s"."t.u"`, "t; DROP TABLE u": `"t; DROP TABLE u"`,
		"": "", "a.": "", ".a": "", "a.b.c": "", `"a`: "", `"a"b`: "", `""`: "", `a"b`: "", `"a".`: "", "a\x00": "",
	} {
		got, err := identifier(text)
		if (err != nil) != (want == "") || err == nil && got.Sanitize() != want {
			t.Errorf("%s: got %v, %v, want %s", text, got, err, want)
		}
	}
}

// TestFits holds which type is read from which.
func TestFits(t *testing.T) {
	all := []uint32{
		pgtype.BoolOID, pgtype.Int2OID, pgtype.Int4OID, pgtype.Int8OID, pgtype.NumericOID, pgtype.Float4OID, pgtype.Float8OID, pgtype.TextOID,
		pgtype.VarcharOID, pgtype.BPCharOID, pgtype.ByteaOID, pgtype.DateOID, pgtype.TimeOID, pgtype.TimetzOID, pgtype.TimestampOID,
		pgtype.TimestamptzOID, pgtype.IntervalOID, pgtype.UUIDOID, pgtype.JSONOID, pgtype.JSONBOID, 99999,
	}
	for id, want := range map[batch.TypeID]string{
		batch.Boolean: "boolean", batch.BigInt: "smallint integer bigint numeric", batch.Double: "smallint integer bigint numeric real double precision",
		batch.Decimal: "smallint integer bigint numeric", batch.Date: "date", batch.Time: "time",
		batch.Timestamp: "date timestamp timestamp with time zone", batch.JSON: "json jsonb", batch.Varbinary: "bytea",
	} {
		var names []string
		for _, oid := range all {
			if fits("c", batch.Of(id), oid) == nil {
				names = append(names, typeNames[oid])
			}
		}
		if got := strings.Join(names, " "); got != want {
			t.Errorf("%s is read from %s, want %s", id, got, want)
		}
	}
	for _, oid := range all {
		if err := fits("c", batch.Of(batch.Varchar), oid); err != nil {
			t.Error(err)
		}
	}
	want := `column "c" is a type with the number 99999 in PostgreSQL, which is no DATE: declare VARCHAR, or cast it in the option query`
	if got := fits("c", batch.Of(batch.Date), 99999); got.Error() != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestStatement holds that of a table only the wanted columns are asked for.
func TestStatement(t *testing.T) {
	fields := []pgconn.FieldDescription{
		{Name: "id", DataTypeOID: pgtype.Int8OID}, {Name: `we"ird`, DataTypeOID: pgtype.BPCharOID}, {Name: "b", DataTypeOID: pgtype.ByteaOID}, {Name: "B", DataTypeOID: pgtype.TextOID},
	}
	want := []connectors.Want{
		{Path: []string{"b"}, Type: batch.Of(batch.Varbinary)}, {Path: []string{`we"ird`}, Type: batch.Of(batch.Varchar)}, {Path: []string{"ID"}, Type: batch.Of(batch.BigInt)},
	}
	for _, c := range []struct {
		given  string
		sql    string
		places []int
		shape  string
	}{
		{"table", `SELECT "b", "we""ird", "id" FROM "s"."t"`, []int{0, 1, 2}, "[1 0 0] [false true false]"},
		{"query", "s.t", []int{2, 1, 0}, "[0 0 1 0] [false true false false]"},
	} {
		opts, err := readOptions(spec(nil, "url", "postgres://h/d", c.given, "s.t").Options)
		if err != nil {
			t.Fatal(err)
		}
		st, err := newStatement(&opts, want, fields)
		if err != nil {
			t.Fatal(err)
		}
		var places []int
		for _, col := range st.columns {
			places = append(places, col.Field)
		}
		if shape := fmt.Sprint(st.formats, st.padded); st.sql != c.sql || !slices.Equal(places, c.places) || shape != c.shape {
			t.Errorf("%s: got %s %v %s", c.given, st.sql, places, shape)
		}
	}
}

// TestReason holds that errors are one line.
func TestReason(t *testing.T) {
	if got, want := reason(errors.New("a\n\tb\na")), "a; b"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

//go:build postgres && linux

package pgtest

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/cmd/internal/engine"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/operators/batch"
	"kinesql/sql/diag"
)

func jsonLines(w io.Writer, schema *batch.Schema, changes bool) (format.Encoder, error) {
	return encode.New("jsonl", w, schema, format.EncodeOptions{Changes: changes})
}

// script runs a script and returns what comes out, and behind it the error.
func script(t *testing.T, rows int, text string) string {
	t.Helper()
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer alloc.AssertSize(t, 0)
	var out bytes.Buffer
	e, err := engine.New(engine.Config{Stdout: &out, Alloc: alloc, BatchRows: rows})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	writer := &engine.Writer{W: &out, Format: jsonLines}
	if err := e.RunScript(context.Background(), &diag.Source{Name: "app.sql", Text: text}, writer); err != nil {
		fmt.Fprintln(&out, err)
	}
	if strings.Contains(out.String(), password) || strings.Contains(out.String(), "hidden") {
		t.Errorf("a password is shown: %s", out.String())
	}
	return out.String()
}

// with is the options of a table on the server.
func with(options string) string {
	return fmt.Sprintf("WITH (connector='postgres', url='%s', %s)", started.url, options)
}

const typesDDL = `DROP TABLE IF EXISTS types; CREATE TYPE mood AS ENUM ('sad', 'ok'); CREATE DOMAIN cents AS bigint;
CREATE TABLE types (k int PRIMARY KEY, i2 int2, i8 int8, cents cents, f4 float4, f8 float8, num numeric, money numeric(12, 2), b bool, txt text,
  vc varchar(20), ch char(5), d date, t time, ts timestamp, tz timestamptz, j json, jb jsonb, u uuid, bytes bytea, mood mood, arr int[], iv interval,
  "Mixed Case" text);
INSERT INTO types VALUES (1, -32768, 9223372036854775807, 250, 0.1, 1e-300, 12345678901234567890.5, -0.05, true, 'é''"x', 'v', 'ab',
  '2026-02-28', '23:59:59.25', '2026-01-02 03:04:05.678901', '2026-01-02 03:04:05+02', '{"a": [1]}', '{"b":2}', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11',
  '\x00ff', 'ok', '{1,2}', '1 day 02:00', 'm');
INSERT INTO types VALUES (2);
INSERT INTO types VALUES (3, 0, 0, 0, 2.5, -1, 0, 0, false, '', '', '', '0044-03-15', '00:00', '0001-01-01', '1969-12-31 23:59:59.999999Z',
  'null', '[]', '00000000-0000-0000-0000-000000000000', '', 'sad', '{}', '0', '');`

// TestTypes reads every type, whole and one row a batch.
func TestTypes(t *testing.T) {
	t.Setenv("PGPASSWORD", password)
	admin(t, typesDDL)
	columns := `k BIGINT PRIMARY KEY, I2 SMALLINT, i8 BIGINT, cents INT, f4 REAL, f8 DOUBLE, num DECIMAL(30, 3), money DECIMAL(12, 2), b BOOLEAN, txt VARCHAR,
 vc VARCHAR(20), ch CHAR(5), d DATE, t TIME, ts TIMESTAMP, tz TIMESTAMP, j JSON, jb JSON, u VARCHAR, bytes VARBINARY, mood VARCHAR, arr VARCHAR, iv VARCHAR, "Mixed Case" VARCHAR`
	want := `{"k":1,"I2":-32768,"i8":9223372036854775807,"cents":250,"f4":0.1,"f8":1e-300,"num":12345678901234567890.500,"money":-0.05,"b":true,"txt":"é'\"x","vc":"v","ch":"ab","d":"2026-02-28","t":"23:59:59.25","ts":"2026-01-02T03:04:05.678901Z","tz":"2026-01-02T01:04:05Z","j":{"a": [1]},"jb":{"b": 2},"u":"a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11","bytes":"AP8=","mood":"ok","arr":"{1,2}","iv":"1 day 02:00:00","Mixed Case":"m"}
{"k":2,"I2":null,"i8":null,"cents":null,"f4":null,"f8":null,"num":null,"money":null,"b":null,"txt":null,"vc":null,"ch":null,"d":null,"t":null,"ts":null,"tz":null,"j":null,"jb":null,"u":null,"bytes":null,"mood":null,"arr":null,"iv":null,"Mixed Case":null}
{"k":3,"I2":0,"i8":0,"cents":0,"f4":2.5,"f8":-1,"num":0.000,"money":0.00,"b":false,"txt":"","vc":"","ch":"","d":"0044-03-15","t":"00:00:00","ts":"0001-01-01T00:00:00Z","tz":"1969-12-31T23:59:59.999999Z","j":null,"jb":[],"u":"00000000-0000-0000-0000-000000000000","bytes":"","mood":"sad","arr":"{}","iv":"00:00:00","Mixed Case":""}
`
	for _, rows := range []int{1, 2, 4096} {
		for _, options := range []string{"table='types'", "table='public.types'", `table='public."types"'`, "query='SELECT * FROM types -- all'"} {
			got := script(t, rows, "CREATE TABLE x ("+columns+") "+with(options)+"; SELECT * FROM x;")
			if got != want {
				t.Errorf("%s, %d rows: got\n%s\nwant\n%s", options, rows, got, want)
			}
		}
	}
}

// TestAnswers holds what is said of tables that cannot be read, and where from they can.
func TestAnswers(t *testing.T) {
	admin(t, `CREATE SCHEMA IF NOT EXISTS "My Shop"; DROP TABLE IF EXISTS "My Shop"."a.b"; CREATE TABLE "My Shop"."a.b" (k bigint, name text, x numeric, f float8);
INSERT INTO "My Shop"."a.b" VALUES (1, 'one', 1, 1), (2, 'two', 2.5, 'NaN'), (3000000000, 'many', 3, 3)`)
	t.Setenv("PGPASSWORD", password)
	t.Setenv("SHOP", fmt.Sprintf("postgres://app:%s@127.0.0.1:%d/postgres", "pa%3Ass%40w0rd", started.port))
	t.Setenv("DEAD", "postgres://app:hidden@127.0.0.1:1/postgres")
	t.Setenv("WRONG", fmt.Sprintf("postgres://app:hidden@127.0.0.1:%d/postgres", started.port))
	t.Setenv("SPLIT", "postgres://app:1/hidden@127.0.0.1/postgres")
	shop := `table='"My Shop"."a.b"'`
	for _, c := range []struct{ name, columns, options, want string }{
		{"join", "k BIGINT, name VARCHAR", with(shop), "2 two 4"},
		{"url in a variable", "k BIGINT, name VARCHAR", "WITH (connector='postgres', url='env:SHOP', " + shop + ")", "2 two 4"},
		{"query", "k BIGINT, name VARCHAR", with(`query='WITH t AS (SELECT 2 AS k, ''zwei'' AS "NAME", 0 AS x) SELECT * FROM t'`), "2 zwei 4"},
		{"not a number", "k BIGINT, name BIGINT", with(shop), `column "name" is text in PostgreSQL, which is no BIGINT: declare VARCHAR, or cast it in the option query`},
		{"too great", "k INT, name VARCHAR", with(shop), `table My Shop.a.b, row 3: column "k": "3000000000" is out of range of INTEGER`},
		{"fraction", "k BIGINT, name VARCHAR, x INT", with(shop), `row 2: column "x": "2.5" is not a INTEGER`},
		{"no column", "k BIGINT, name VARCHAR, y INT", with(shop), `table My Shop.a.b has no column "y"; it has k, name, x, f`},
		{"two columns", "k BIGINT, name VARCHAR", with(`query='SELECT 1 AS k, 2 AS k, 3 AS name'`), `the query has several columns "k": give them names of their own by AS`},
		{"no table", "k BIGINT, name VARCHAR", with("table='shop.none'"), fmt.Sprintf(`table "n": PostgreSQL at 127.0.0.1:%d/postgres: relation "shop.none" does not exist (SQLSTATE 42P01)`, started.port)},
		{"name is no text of a query", "k BIGINT, name VARCHAR", with("table='x; DROP TABLE y'"), `relation "x; DROP TABLE y" does not exist`},
		{"max_rows", "k BIGINT, name VARCHAR", with(shop + ", max_rows='2'"), "table My Shop.a.b has more than 2 rows; raise the option max_rows"},
		{"timeout", "k BIGINT, name VARCHAR", with(`query='SELECT 1 AS k, pg_sleep(20)::text AS name', timeout='200ms'`), "no whole answer within 200ms; raise the option timeout"},
		{"writing", "k BIGINT, name VARCHAR", with(`query='DELETE FROM "My Shop"."a.b" RETURNING k, name'`), "cannot execute DELETE in a read-only transaction"},
		{"several statements", "k BIGINT, name VARCHAR", with(`query='SELECT 1; COMMIT; DROP TABLE types'`), "cannot insert multiple commands into a prepared statement"},
		{"no SELECT", "k BIGINT, name VARCHAR", with(`query='COMMIT'`), "the query has no columns: want a SELECT"},
		{"parameter", "k BIGINT, name VARCHAR", with(`query='SELECT $1::int AS k'`), "the query has parameters"},
		{"nobody there", "k BIGINT, name VARCHAR", "WITH (connector='postgres', url='env:DEAD', table='x')", "connection refused"},
		{"wrong password", "k BIGINT, name VARCHAR", "WITH (connector='postgres', url='env:WRONG', table='x')", `password authentication failed for user "app" (SQLSTATE 28P01)`},
		{"bad URL", "k BIGINT, name VARCHAR", "WITH (connector='postgres', url='env:SPLIT', table='x')", "want a URL such as postgres://user@host:5432/database"},
		{"bad URL in the text", "k BIGINT, name VARCHAR", "WITH (connector='postgres', url='postgres://app:hid/hidden@127.0.0.1/postgres', table='x')", "postgres://app:**********@127.0.0.1/postgres"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := script(t, 2, "CREATE TABLE n ("+c.columns+") "+c.options+`;
SELECT CONCAT(s.k, ' ', n.name, ' ', s.v) AS x FROM (SELECT 2 AS k, 4 AS v) AS s JOIN n ON s.k = n.k;`)
			if c.name == "max_rows" || c.name == "fraction" {
				got += script(t, 2, "CREATE TABLE n ("+c.columns+") "+c.options+"; SELECT * FROM n;")
			}
			if !strings.Contains(got, c.want) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

// TestStream reads a stream that ends, with times and a condition that drops rows early.
func TestStream(t *testing.T) {
	t.Setenv("PGPASSWORD", password)
	admin(t, `DROP TABLE IF EXISTS events; CREATE TABLE events (k int, at timestamptz);
INSERT INTO events SELECT i, timestamptz '2026-01-01 00:00:00Z' + i * interval '10 s' FROM generate_series(0, 29) AS i`)
	got := script(t, 4, `CREATE STREAM e (k INT, at TIMESTAMP, WATERMARK FOR at AS at - INTERVAL '1' SECOND) `+with("query='SELECT * FROM events ORDER BY k'")+`;
SELECT window_start, COUNT(*) AS n FROM e WHERE k >= 6 GROUP BY TUMBLE(at, INTERVAL '2' MINUTE);`)
	want := `{"window_start":"2026-01-01T00:00:00Z","n":6}
{"window_start":"2026-01-01T00:02:00Z","n":12}
{"window_start":"2026-01-01T00:04:00Z","n":6}
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

package oracle

import (
	"context"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"
)

// duck starts DuckDB for a test. Where it cannot be built the test fails: the
// oracle is part of the gate.
func duck(t testing.TB) *DuckDB {
	t.Helper()
	d, err := Start(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func TestQueryValues(t *testing.T) {
	d := duck(t)
	r, err := d.Query(`SELECT 9007199254740993 AS a, 1e308::DOUBLE AS b, NULL AS c, 1.50::DECIMAL(9,2) AS d,
		'x"y' AS e, TIMESTAMP '2020-01-02 03:04:05.000006' AS f, true AS g, 170141183460469231731687303715884105727::HUGEINT AS h,
		'nan'::DOUBLE > 1 AS i, [1.5::DOUBLE, NULL] AS j`)
	if err != nil {
		t.Fatal(err)
	}
	huge, _ := new(big.Int).SetString("170141183460469231731687303715884105727", 10)
	want := []any{int64(9007199254740993), 1e308, nil, big.NewRat(3, 2), `x"y`,
		time.Date(2020, 1, 2, 3, 4, 5, 6000, time.UTC), true, huge, true, []any{1.5, nil}}
	if len(r.Rows) != 1 || !reflect.DeepEqual(r.Rows[0], want) {
		t.Errorf("got  %v\nwant %v", r.Rows, want)
	}
	if strings.Join(r.Columns, "") != "abcdefghij" {
		t.Errorf("columns %v", r.Columns)
	}
}

func TestStatementsShareADatabase(t *testing.T) {
	d := duck(t)
	if _, err := d.Exec("CREATE TABLE t AS SELECT * FROM range(3) r(i)"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.Query("SELECT nothing FROM t"); err == nil || !strings.Contains(err.Error(), `"nothing"`) {
		t.Errorf("got error %v, want one that names the column", err)
	}
	r, err := d.Query("SELECT sum(i) AS s FROM t")
	if err != nil {
		t.Fatal(err)
	}
	if want := [][]any{{int64(3)}}; !reflect.DeepEqual(r.Rows, want) {
		t.Errorf("got %v, want %v", r.Rows, want)
	}
}

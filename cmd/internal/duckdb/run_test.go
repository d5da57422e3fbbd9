package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// request makes a line of input.
func line(t *testing.T, sql, format string) string {
	t.Helper()
	text, err := json.Marshal(request{SQL: sql, Format: format})
	if err != nil {
		t.Fatal(err)
	}
	return string(text) + "\n"
}

func answers(t *testing.T, timed bool, requests ...string) (string, bool) {
	t.Helper()
	var out strings.Builder
	ok, err := run(strings.NewReader(strings.Join(requests, "")), &out, 1, timed)
	if err != nil {
		t.Fatal(err)
	}
	return out.String(), ok
}

func TestValues(t *testing.T) {
	for _, c := range []struct{ sql, want string }{
		{"9007199254740993::BIGINT", "9007199254740993"},
		{"(-170141183460469231731687303715884105727)::HUGEINT", "-170141183460469231731687303715884105727"},
		{"0.1::DOUBLE + 0.2::DOUBLE", "0.30000000000000004"},
		{"'nan'::DOUBLE", `"NaN"`},
		{"'-inf'::DOUBLE", `"-Infinity"`},
		{"-0.05::DECIMAL(4,2)", "-0.05"},
		{"12.30::DECIMAL(38,2)", "12.30"},
		{"7::DECIMAL(5,0)", "7"},
		{"NULL", "null"},
		{"true", "true"},
		{`'a<b "é" ' || chr(10)`, `"a<b \"é\" \n"`},
		{"TIMESTAMP '2020-01-02 03:04:05.678'", `"2020-01-02T03:04:05.678Z"`},
		{"TIMESTAMP '1969-12-31 23:59:59.999999'", `"1969-12-31T23:59:59.999999Z"`},
		{"DATE '2020-01-02'", `"2020-01-02"`},
		{"TIME '03:04:05.5'", `"03:04:05.5"`},
		{"INTERVAL 3 SECOND", `{"months":0,"days":0,"micros":3000000}`},
		{"'\\xAB'::BLOB", `"ab"`},
		{"[1, NULL, 3]", "[1,null,3]"},
		{"{'b': 1, 'a': 'x'}", `{"a":"x","b":1}`},
	} {
		out, ok := answers(t, false, line(t, "SELECT "+c.sql, ""))
		rows := strings.Split(out, "\n")
		if !ok || len(rows) != 4 || rows[1] != "["+c.want+"]" || rows[2] != `{"rows":1}` {
			t.Errorf("%s: got\n%swant row [%s]", c.sql, out, c.want)
		}
	}
}

func TestErrorsDoNotEndTheSession(t *testing.T) {
	out, ok := answers(t, false,
		line(t, "CREATE TABLE t AS SELECT 5 AS a", "none"),
		line(t, "SELECT nothing", ""),
		"no json\n",
		line(t, "SELECT 1", "csv"),
		"\n",
		strings.TrimSuffix(line(t, "SELECT a FROM t", "rows"), "\n"))
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if ok || len(lines) != 7 {
		t.Fatalf("ok %t, got\n%s", ok, out)
	}
	for i, want := range []string{`{"rows":0}`, `"nothing\" not found`, "not a JSON object", `want rows or none`,
		`{"columns":["a"],"types":["INTEGER"]}`, "[5]", `{"rows":1}`} {
		if !strings.Contains(lines[i], want) {
			t.Errorf("line %d is %s, want it to contain %s", i, lines[i], want)
		}
	}
}

func TestTimes(t *testing.T) {
	out, ok := answers(t, true, line(t, "SELECT sum(hash(i)) FROM range(1000000) r(i)", "none"))
	var e end
	if err := json.Unmarshal([]byte(out), &e); err != nil || !ok {
		t.Fatalf("%v in %s", err, out)
	}
	if e.CPU == nil || *e.CPU <= 0 || *e.Wall <= 0 || *e.Peak < 1<<20 {
		t.Errorf("got %s, want CPU, wall and peak memory", out)
	}
}

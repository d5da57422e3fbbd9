package csv

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kinesql/connectors"
	"kinesql/connectors/format/decodetest"
)

var columns = []string{"id BIGINT", "name VARCHAR", "price DECIMAL", "at TIMESTAMP"}

func decode(t *testing.T, text string, options map[string]string) decodetest.Result {
	t.Helper()
	spec := decodetest.Spec(decodetest.Schema(columns...), "at", options)
	if _, _, err := New().Describe(spec.Spec); err != nil {
		t.Fatal(err)
	}
	return decodetest.Invariant(t, New(), spec, text)
}

func TestDecode(t *testing.T) {
	for _, c := range []struct {
		name, text string
		options    map[string]string
		rows       []string
		faults     []string
	}{
		{name: "header in another order", text: "name,id,at,more,price\nann,1,2015-05-17T10:05:03Z,x,1.005\nbob,2,1431857103,y,\n",
			rows: []string{`2: {"id":1,"name":"ann","price":1.01,"at":"2015-05-17T10:05:03Z"}`,
				`3: {"id":2,"name":"bob","price":null,"at":"2015-05-17T10:05:03Z"}`}},
		{name: "no header, by position", text: "1,ann,2.5,2015-05-17\n2,bob,3,2015-05-18",
			rows: []string{`1: {"id":1,"name":"ann","price":2.50,"at":"2015-05-17T00:00:00Z"}`,
				`2: {"id":2,"name":"bob","price":3.00,"at":"2015-05-18T00:00:00Z"}`}},
		{name: "byte order mark, CRLF, blank lines", text: "\xef\xbb\xbfid,name,price,at\r\n\r\n1,a,2,2015-05-17\r\n\r\n",
			rows: []string{`3: {"id":1,"name":"a","price":2.00,"at":"2015-05-17T00:00:00Z"}`}},
		{name: "quotes", text: "id,name,price,at\n1,\"a \"\"b\"\", c\",\"2\",2015-05-17\n2,\"two\r\nlines\",3,2015-05-17\n3,\"\",,2015-05-17\n4,it\"s,,2015-05-17\n",
			rows: []string{`2: {"id":1,"name":"a \"b\", c","price":2.00,"at":"2015-05-17T00:00:00Z"}`,
				`3: {"id":2,"name":"two\r\nlines","price":3.00,"at":"2015-05-17T00:00:00Z"}`,
				`5: {"id":3,"name":"","price":null,"at":"2015-05-17T00:00:00Z"}`,
				`6: {"id":4,"name":"it\"s","price":null,"at":"2015-05-17T00:00:00Z"}`}},
		{name: "options", options: map[string]string{"delimiter": ";", "quote": "'", "null": "NA", "header": "false", "timestamp.format": "%d.%m.%Y"},
			text: "1;'a;b';NA;17.05.2015\n2;NA;1;18.05.2015\n3;'NA';1;18.05.2015\n",
			rows: []string{`1: {"id":1,"name":"a;b","price":null,"at":"2015-05-17T00:00:00Z"}`,
				`2: {"id":2,"name":null,"price":1.00,"at":"2015-05-18T00:00:00Z"}`,
				`3: {"id":3,"name":"NA","price":1.00,"at":"2015-05-18T00:00:00Z"}`}},
		{name: "bad fields", text: "id,name,price,at\nx,a,1,2015-05-17\n99999999999999999999,a,1,2015-05-17\n1,\xff\xfe,1,2015-05-17\n1,a,123456789.1,2015-05-17\n1,a,1,yesterday\n1,a,1\n7,g,1,2015-05-17\n",
			rows: []string{`8: {"id":7,"name":"g","price":1.00,"at":"2015-05-17T00:00:00Z"}`},
			faults: []string{
				`f:2: KSQL-4101: column "id": "x" is not a BIGINT | x,a,1,2015-05-17`,
				`f:3: KSQL-4101: column "id": "99999999999999999999" is out of range of BIGINT | 99999999999999999999,a,1,2015-05-17`,
				"f:4: KSQL-4101: column \"name\": not valid UTF-8: \"\\xff\\xfe\" | 1,\xff\xfe,1,2015-05-17",
				`f:5: KSQL-4101: column "price": "123456789.1" is out of range of DECIMAL(10, 2) | 1,a,123456789.1,2015-05-17`,
				`f:6: KSQL-4101: column "at": "yesterday" is not a TIMESTAMP | 1,a,1,yesterday`,
				`f:7: KSQL-4101: record has 3 fields, want 4 (as many as the header) | 1,a,1`}},
		{name: "bad quotes cost one line", text: "id,name,price,at\n1,\"a\"b,1,2015-05-17\n2,b,1,2015-05-17\n3,\"open,1,2015-05-17\n4,d,1,2015-05-17\n",
			rows: []string{`3: {"id":2,"name":"b","price":1.00,"at":"2015-05-17T00:00:00Z"}`, `5: {"id":4,"name":"d","price":1.00,"at":"2015-05-17T00:00:00Z"}`},
			faults: []string{`f:2: KSQL-4101: text after a closing quote | 1,"a"b,1,2015-05-17`,
				`f:4: KSQL-4101: quoted field is not closed | 3,"open,1,2015-05-17`}},
		{name: "a column that the header lacks", text: "id,name,at\n1,a,2015-05-17\n",
			rows:   []string{`2: {"id":1,"name":"a","price":null,"at":"2015-05-17T00:00:00Z"}`},
			faults: []string{`f:1: KSQL-4101: column "price" is not in the header; it has id, name, at, and the column is NULL | id,name,at`}},
		{name: "empty", text: ""},
		{name: "header alone", text: "id,name,price,at"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := decode(t, c.text, c.options)
			if diff := cmp.Diff(c.rows, got.Rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(c.faults, got.Faults); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestOnlyWantedColumnsAreConverted(t *testing.T) {
	spec := decodetest.Spec(decodetest.Schema("id BIGINT"), "", map[string]string{})
	spec.Schema = decodetest.Schema(columns...)
	got := decodetest.Invariant(t, New(), spec, "id,name,price,at\n1,\xff,junk,never\n")
	if diff := cmp.Diff([]string{`2: {"id":1}`}, got.Rows); diff != "" || got.Faults != nil {
		t.Fatal(diff, got.Faults)
	}
}

func TestPredicatesDropRowsButNotTheirTime(t *testing.T) {
	spec := decodetest.Spec(decodetest.Schema("at TIMESTAMP", "id BIGINT", "name VARCHAR"), "at", nil)
	spec.Predicates = []connectors.Predicate{
		{Column: 1, Int: func(n int64) bool { return n > 1 }},
		{Column: 2, Bytes: func(s []byte) bool { return string(s) != "no" }},
	}
	got := decodetest.Invariant(t, New(), spec, "at,id,name\n2015-05-19,1,\xff\n1970-01-01T00:00:01Z,2,a\n,3,b\n1970-01-01,4,no\n1970-01-01,,b\n")
	if diff := cmp.Diff([]string{`3: {"at":"1970-01-01T00:00:01Z","id":2,"name":"a"}`, `4: {"at":null,"id":3,"name":"b"}`}, got.Rows); diff != "" {
		t.Error(diff)
	}
	const may19 = 1431993600000000
	if got.Marks[0] != may19 || got.MaxTime != may19 || got.Records != 5 || got.Faults != nil {
		t.Errorf("marks %v, greatest time %v, %d records, faults %v", got.Marks, got.MaxTime, got.Records, got.Faults)
	}
}

func TestDescribeRefuses(t *testing.T) {
	for options, want := range map[string]string{
		"delimiter=ab":          `option "delimiter": want one ASCII character, got "ab"`,
		"delimiter=\"":          `option "delimiter": must be a character other than the quote`,
		"header=perhaps":        `option "header": want one of auto, true, false, got "perhaps"`,
		"timestamp.format=when": `option "timestamp.format": want one of`,
	} {
		key, value, _ := strings.Cut(options, "=")
		spec := decodetest.Spec(decodetest.Schema(columns...), "", map[string]string{key: value})
		if _, _, err := New().Describe(spec.Spec); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", options, err, want)
		}
	}
	if _, _, err := New().Describe(connectors.Spec{Options: connectors.NewOptions(nil)}); err == nil {
		t.Error("a stream without columns was accepted")
	}
}

func FuzzDecode(f *testing.F) {
	for _, seed := range []string{"id,name,price,at\n1,\"a\"\"\n\",2,2015-05-17\r\n", "\"", "\xef\xbb\xbf\n,,,", "1,\"a\"b,,\n2,b,1,", "\r\r\n\"\"\r"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 200 {
			return
		}
		spec := decodetest.Spec(decodetest.Schema(columns...), "at", nil)
		decodetest.Invariant(t, New(), spec, text)
	})
}

func BenchmarkDecode(b *testing.B) {
	line := "12345,some name,12.50,2015-05-17T10:05:03Z\n"
	text := "id,name,price,at\n" + strings.Repeat(line, 10000)
	spec := decodetest.Spec(decodetest.Schema(columns...), "at", nil)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		decodetest.Discard(b, New(), spec, text)
	}
}

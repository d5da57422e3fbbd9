package combined

import (
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kinesql/connectors"
	"kinesql/connectors/format/decodetest"
)

func decode(t *testing.T, text string) decodetest.Result {
	t.Helper()
	schema, timeColumn, err := New().Describe(connectors.Spec{Options: connectors.NewOptions(nil)})
	if err != nil || timeColumn != "time" {
		t.Fatal(timeColumn, err)
	}
	return decodetest.Invariant(t, New(), decodetest.Spec(schema, timeColumn, nil), text)
}

func TestDecode(t *testing.T) {
	for _, c := range []struct{ name, line, row, fault string }{
		{name: "combined",
			line: `203.0.113.9 - ann [17/May/2015:10:05:03 +0000] "GET /a?b=c HTTP/1.1" 200 2326 "http://ref/" "agent (x; y)"`,
			row:  `{"remote_addr":"203.0.113.9","remote_user":"ann","time":"2015-05-17T10:05:03Z","method":"GET","path":"/a?b=c","protocol":"HTTP/1.1","status":200,"bytes":2326,"referer":"http://ref/","user_agent":"agent (x; y)"}`},
		{name: "common, IPv6, zone, no size, a user with blanks",
			line: `2001:db8::1 - ann lee [17/May/2015:01:30:00 +0200] "POST / HTTP/2.0" 304 -`,
			row:  `{"remote_addr":"2001:db8::1","remote_user":"ann lee","time":"2015-05-16T23:30:00Z","method":"POST","path":"/","protocol":"HTTP/2.0","status":304,"bytes":null,"referer":null,"user_agent":null}`},
		{name: "escapes",
			line: `h - - [17/May/2015:10:05:03 -0130] "GET /\"q\" HTTP/1.1" 200 1 "\xc3\xa9\\\t" "\xe4 raw"`,
			row:  `{"remote_addr":"h","remote_user":null,"time":"2015-05-17T11:35:03Z","method":"GET","path":"/\"q\"","protocol":"HTTP/1.1","status":200,"bytes":1,"referer":"é\\\t","user_agent":"\\xe4 raw"}`},
		{name: "request -",
			line: `h - - [17/May/2015:10:05:03 +0000] "-" 408 0 "-" "-"`,
			row:  `{"remote_addr":"h","remote_user":null,"time":"2015-05-17T10:05:03Z","method":null,"path":null,"protocol":null,"status":408,"bytes":0,"referer":null,"user_agent":null}`},
		{name: "empty request and agent",
			line: `h - - [17/May/2015:10:05:03 +0000] "" 400 0 "" ""`,
			row:  `{"remote_addr":"h","remote_user":null,"time":"2015-05-17T10:05:03Z","method":null,"path":null,"protocol":null,"status":400,"bytes":0,"referer":"","user_agent":""}`},
		{name: "binary request",
			line: `h - - [17/May/2015:10:05:03 +0000] "\x16\x03\x01 x" 400 226 "-" "-" extra "fields"`,
			row:  `{"remote_addr":"h","remote_user":null,"time":"2015-05-17T10:05:03Z","method":null,"path":"\u0016\u0003\u0001 x","protocol":null,"status":400,"bytes":226,"referer":null,"user_agent":null}`},
		{name: "HTTP 0.9, a path with blanks, a quote that is not escaped, no closing quote",
			line: `h - - [17/May/2015:10:05:03 +0000] "GET /a b"c HTTP/1.0" 200 1 "-" "Mozilla (cut off`,
			row:  `{"remote_addr":"h","remote_user":null,"time":"2015-05-17T10:05:03Z","method":"GET","path":"/a b\"c","protocol":"HTTP/1.0","status":200,"bytes":1,"referer":null,"user_agent":"Mozilla (cut off"}`},
		{name: "no blank", line: `garbage`, fault: errAddr.Error()},
		{name: "no time", line: `h - - "GET / HTTP/1.1" 200 1`, fault: errTime.Error()},
		{name: "bad time", line: `h - - [31/Feb/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1`, fault: `column "time": "31/Feb/2015:10:05:03 +0000" is not a TIMESTAMP`},
		{name: "no request", line: `h - - [17/May/2015:10:05:03 +0000] GET / 200 1`, fault: errRequest.Error()},
		{name: "no status", line: `h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" abc 1`, fault: errStatus.Error()},
		{name: "status too large", line: `h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 99999999999 1`, fault: `column "status": "99999999999" is out of range of INTEGER`},
		{name: "referer", line: `h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 x "y"`, fault: errReferer.Error()},
		{name: "agent", line: `h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1 "x" y`, fault: errAgent.Error()},
		{name: "not UTF-8", line: "h - - [17/May/2015:10:05:03 +0000] \"GET /\xff HTTP/1.1\" 200 1", fault: `column "path": not valid UTF-8: "/\xff"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := decode(t, c.line+"\r\n")
			var rows, faults []string
			if c.row != "" {
				rows = []string{"1: " + c.row}
			}
			if c.fault != "" {
				faults = []string{"f:1: KSQL-4101: " + c.fault + " | " + c.line}
			}
			if diff := cmp.Diff(rows, got.Rows); diff != "" {
				t.Errorf("rows (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(faults, got.Faults); diff != "" {
				t.Errorf("faults (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRealLines(t *testing.T) {
	text, err := os.ReadFile("testdata/access.log")
	if err != nil {
		t.Fatal(err)
	}
	got := decode(t, string(text))
	if want := strings.Count(string(text), "\n"); len(got.Rows) != want || got.Faults != nil {
		t.Fatalf("%d rows, want %d; faults %v", len(got.Rows), want, got.Faults)
	}
	const cyrillic = `"referer":"http://\\xe4\\xe5\\xe3\\xf2`
	if !strings.Contains(strings.Join(got.Rows, "\n"), cyrillic) {
		t.Errorf("a referer that is not UTF-8 did not stay as written:\n%s", strings.Join(got.Rows, "\n"))
	}
}

func TestDeclaredColumns(t *testing.T) {
	spec := decodetest.Spec(decodetest.Schema("status VARCHAR", "time VARCHAR", "bytes DECIMAL"), "", nil)
	got := decodetest.Invariant(t, New(), spec, `h - - [17/May/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 7`)
	if diff := cmp.Diff([]string{`1: {"status":"200","time":"17/May/2015:10:05:03 +0000","bytes":7.00}`}, got.Rows); diff != "" {
		t.Error(diff)
	}
	_, _, err := New().Describe(connectors.Spec{Options: connectors.NewOptions(nil), Schema: decodetest.Schema("statsu INTEGER")})
	if err == nil || err.Error() != `format combined has no column "statsu"; did you mean "status"?` {
		t.Error(err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("h - - [17/May/2015:10:05:03 +0000] \"GET /\\\"q HTTP/1.1\" 200 1 \"\\xc3\" \"a\\\\\"\n")
	f.Add("h - - [] \"\" - - \"\\x\" \"")
	f.Add("\n\n x [ [\"")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) <= 200 {
			decodetest.Invariant(t, New(), decodetest.Spec(Schema(), "time", nil), text)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	data, err := os.ReadFile("testdata/access.log")
	if err != nil {
		b.Fatal(err)
	}
	text := strings.Repeat(string(data), 1000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		decodetest.Discard(b, New(), decodetest.Spec(Schema(), "time", nil), text)
	}
}

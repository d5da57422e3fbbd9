package wire

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var rewrite = flag.Bool("rewrite", false, "write what is got into the tables")

// TestTables runs the requests of testdata/*.txt: lines ACTION BODY, each followed by a
// line with the error, which starts with =>. N*TEXT* in a body repeats a text.
func TestTables(t *testing.T) {
	for _, file := range []string{"testdata/types.txt", "testdata/constraints.txt"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		action, body := "", ""
		for n, line := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
			want, isResult := strings.CutPrefix(line, "=> ")
			if !isResult {
				action, body, _ = strings.Cut(line, " ")
				out.WriteString(line + "\n")
				continue
			}
			got := decodeError(action, expand(body))
			got = strings.ReplaceAll(got, expand("129*a*"), "129*a*")
			got = strings.ReplaceAll(got, strings.Repeat(blank+", ", 500)+blank, "501*blank*")
			if got != want && !*rewrite {
				t.Errorf("%s:%d: %s %s\ngot  %s\nwant %s", file, n+1, action, body, got, want)
			}
			out.WriteString("=> " + got + "\n")
		}
		if *rewrite {
			if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// blank is how the service prints a record without data and key.
const blank = "com.amazonaws.kinesis.v20131202.PutRecordsRequestEntry@c965e310"

// expand replaces N*TEXT* by N times TEXT.
func expand(s string) string {
	for _, r := range []struct {
		short, text string
		n           int
	}{
		{"129*a*", "a", 129}, {"257*é*", "é", 257}, {"256*😀*", "😀", 256},
		{"51*\"k\",*", `"k",`, 51}, {"501*{},*", `{"Data":"","PartitionKey":"a"},`, 501},
		{"501*blank,*", `{"PartitionKey":"","Data":""},`, 501},
	} {
		s = strings.ReplaceAll(s, r.short, strings.Repeat(r.text, r.n))
	}
	return strings.ReplaceAll(s, ",]", "]")
}

// decodeError is the error of a JSON request in one line, or ok.
func decodeError(action, body string) string {
	d, err := Parse(JSON, []byte(body))
	if err != nil {
		return err.Code
	}
	defer d.Release()
	if err := d.Decode(action, inputs()[action]); err != nil {
		return err.Code + ": " + strings.ReplaceAll(err.Message, "\n", `\n`)
	}
	return "ok"
}

// A CBOR float that is no number is no time either.
func TestTimeThatIsNoNumber(t *testing.T) {
	for text, want := range map[string]string{
		"\xa1iTimestamp\xf9\x7e\x00": "can not be converted to milliseconds since epoch",
		"\xa1iTimestamp\xf9\x3c\x00": "Value null at 'shardId'", // one second is
	} {
		d, err := Parse(CBOR, []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Decode("GetShardIterator", inputs()["GetShardIterator"]); err == nil || !strings.Contains(err.Message, want) {
			t.Errorf("%x: got %v, want %s", text, err, want)
		}
		d.Release()
	}
}

package regex

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kinesql/connectors"
	"kinesql/connectors/format/decodetest"
	"kinesql/operators/batch"
)

const pattern = `^(?P<at>\S+) (?<level>[A-Z]+)(?: \[(?P<thread>\d+)\])? (?<message>.*)$`

var columns = []string{"message VARCHAR", "at TIMESTAMP", "thread INTEGER"}

func TestDecode(t *testing.T) {
	spec := decodetest.Spec(decodetest.Schema(columns...), "at", map[string]string{"pattern": pattern})
	if _, _, err := New().Describe(spec.Spec); err != nil {
		t.Fatal(err)
	}
	got := decodetest.Invariant(t, New(), spec, "2015-05-17T10:05:03Z INFO [7] started\r\n\n2015-05-17T10:05:04Z WARN \nat line 3\nnever INFO x\n2015-05-17T10:05:02Z INFO \xff\n2015-05-17T10:05:05Z INFO last")
	want := []string{
		`1: {"message":"started","at":"2015-05-17T10:05:03Z","thread":7}`,
		`3: {"message":"","at":"2015-05-17T10:05:04Z","thread":null}`,
		`7: {"message":"last","at":"2015-05-17T10:05:05Z","thread":null}`,
	}
	faults := []string{
		"f:4: KSQL-4101: line does not match the pattern | at line 3",
		`f:5: KSQL-4101: column "at": "never" is not a TIMESTAMP | never INFO x`,
		"f:6: KSQL-4101: column \"message\": not valid UTF-8: \"\\xff\" | 2015-05-17T10:05:02Z INFO \xff",
	}
	if diff := cmp.Diff(want, got.Rows) + cmp.Diff(faults, got.Faults); diff != "" {
		t.Error(diff)
	}
	if got.Records != 6 {
		t.Errorf("%d records, want 6", got.Records)
	}
}

func TestDescribeRefuses(t *testing.T) {
	for _, c := range []struct {
		options map[string]string
		schema  *batch.Schema
		want    string
	}{
		{nil, decodetest.Schema(columns...), `option "pattern": is required`},
		{map[string]string{"pattern": "("}, decodetest.Schema(columns...), `option "pattern": error parsing regexp`},
		{map[string]string{"pattern": pattern}, decodetest.Schema("mesage VARCHAR"), `option "pattern": has no group for column "mesage"; did you mean "message"?`},
		{map[string]string{"pattern": "x"}, decodetest.Schema("a VARCHAR"), `option "pattern": has no group for column "a"; its groups are none; name them (?<name>...)`},
		{map[string]string{"pattern": pattern}, nil, "format regex needs declared columns; the pattern has the groups at, level, thread, message"},
		{map[string]string{"pattern": pattern, "timestamp.format": "x"}, decodetest.Schema(columns...), `option "timestamp.format": want one of`},
	} {
		_, _, err := New().Describe(connectors.Spec{Options: connectors.NewOptions(c.options), Schema: c.schema})
		if err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add("2015-05-17T10:05:03Z INFO [7] started\r\n\n2015 WARN ")
	f.Add("\xff A \r\n[")
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) <= 200 {
			spec := decodetest.Spec(decodetest.Schema(columns...), "at", map[string]string{"pattern": pattern})
			decodetest.Invariant(t, New(), spec, text)
		}
	})
}

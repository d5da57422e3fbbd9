package engine

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kinesql/operators"
	"kinesql/operators/join"
)

// TestWarnings holds that the first failed rows are told one by one, and a table that
// could not be read again at most once a minute, whatever else was told.
func TestWarnings(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var told []string
	f := &faults{now: func() time.Time { return now }, warn: func(s string) { told = append(told, s) }}
	stale := func(table string) {
		f.RowError(operators.RowError{Where: operators.Where{Split: table}, Code: join.CodeStale, Message: "stale"})
	}
	stale("a")
	for i := range 8 {
		f.RowError(operators.RowError{Where: operators.Where{Split: "f", Line: int64(i + 1), Raw: []byte("{")}, Code: operators.CodeDecode, Message: "bad"})
	}
	stale("a")
	stale("b")
	now = now.Add(time.Minute)
	stale("a")
	want := []string{"warning: a: KSQL-4202: stale"}
	for i := range 4 {
		want = append(want, fmt.Sprintf("warning: f:%d: KSQL-4101: bad: {", i+1))
	}
	want = append(want, "warning: more rows failed; they are counted and kept in the error stream", "warning: b: KSQL-4202: stale", "warning: a: KSQL-4202: stale")
	if got := strings.Join(told, "\n"); got != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", got, strings.Join(want, "\n"))
	}
}

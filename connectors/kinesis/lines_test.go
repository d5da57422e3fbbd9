package kinesis

import (
	"fmt"
	"strings"
	"testing"
)

// A record of many lines is decoded in batches, not line by line, and an error in it
// tells its line.
func TestRecordOfManyLines(t *testing.T) {
	for _, rows := range []int{1, 7, 1000} {
		b := newBench(t, false)
		b.create(1)
		var lines []string
		for i := range 100 {
			lines = append(lines, fmt.Sprintf(`{"n":%d}`, i))
		}
		lines[40] = "oops"
		b.put(entry1("k", `{"n":-1}`), entry1("k", strings.Join(lines, "\n")), entry1("k", `{"n":100}`))
		r := b.open(b.shards, spec(nil, "n BIGINT"), rows)
		polls := 0
		for ; !r.end; polls++ {
			if _, err := r.poll(); err != nil && !r.end {
				t.Fatal(err)
			}
		}
		if len(r.rows) != 101 || r.rows[0].value != "-1" || r.rows[41].value != "41" || r.rows[100].value != "100" {
			t.Errorf("%d rows a batch: %d rows", rows, len(r.rows))
		}
		if most := 2 + 101/rows + 10; polls > most {
			t.Errorf("%d rows a batch: %d polls, more than %d", rows, polls, most)
		}
		errs := b.faults.Errors()
		if len(errs) != 1 || errs[0].Line != 41 || string(errs[0].Raw) != "oops" || errs[0].Sequence == "" {
			t.Errorf("%d rows a batch: errors %+v", rows, errs)
		}
	}
}

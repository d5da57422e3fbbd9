package optest

import (
	"fmt"
	"slices"
	"strings"

	"kinesql/operators/batch"
)

// Fold is the relation that a changelog describes: a multiset of rows, or, where
// it has key columns, one row a key.
type Fold struct {
	keys  []int
	rows  map[string]int
	byKey map[string]string
}

// NewFold returns an empty relation.
func NewFold(keys ...int) *Fold {
	return &Fold{keys: keys, rows: map[string]int{}, byKey: map[string]string{}}
}

// Add applies the changes of a batch. Taking back a row that is absent is an
// error, and so is, with keys, adding one whose key is present.
func (f *Fold) Add(b batch.Batch) error {
	lines := plain(b)
	for i, line := range lines {
		if err := f.apply(b.Kind(i), line, f.key(line)); err != nil {
			return err
		}
	}
	return nil
}

func (f *Fold) apply(k batch.Kind, line, key string) error {
	if k.Adds() {
		if old, ok := f.byKey[key]; ok && len(f.keys) > 0 {
			return fmt.Errorf("%s of %q where its key has %q", k, line, old)
		}
		f.byKey[key] = line
		f.rows[line]++
		return nil
	}
	if f.rows[line] == 0 {
		return fmt.Errorf("%s of %q, which is absent", k, line)
	}
	delete(f.byKey, key)
	if f.rows[line]--; f.rows[line] == 0 {
		delete(f.rows, line)
	}
	return nil
}

func (f *Fold) key(line string) string {
	if len(f.keys) == 0 {
		return ""
	}
	_, cells := cut(line)
	var key strings.Builder
	for _, k := range f.keys {
		key.WriteString(cells[k])
		key.WriteByte('|')
	}
	return key.String()
}

// String prints the rows sorted, as often as they are present.
func (f *Fold) String() string {
	var lines []string
	for line, n := range f.rows {
		for range n {
			lines = append(lines, line+"\n")
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "")
}

package aggregate

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators/batch"
)

// TestTables compares tables of all sorts with a map, also over removals.
func TestTables(t *testing.T) {
	shapes := map[string][]batch.Type{
		"none": nil, "int": sorts[:1], "fixed": sorts[:4], "float": sorts[1:2], "string": sorts[4:5], "mixed": sorts,
	}
	for name, types := range shapes {
		t.Run(name, func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { checkTable(t, types) }) })
	}
}

func checkTable(t *rapid.T, types []batch.Type) {
	table, err := NewTable(types)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]uint32{}
	for range rapid.IntRange(1, 6).Draw(t, "rounds") {
		n := rapid.IntRange(1, 40).Draw(t, "rows")
		keys := make([]batch.Vector, len(types))
		for c := range keys {
			keys[c] = draw(t, types[c], n)
		}
		ids := make([]uint32, n)
		table.Assign(keys, upTo(n), ids)
		for r, id := range ids {
			key := keyText(keys, r)
			if old, ok := want[key]; ok && old != id {
				t.Fatalf("key %s has ids %d and %d", key, old, id)
			}
			want[key] = id
		}
		checkKeys(t, table, types, want)
		var gone []uint32
		for key, id := range want {
			if len(types) > 0 && rapid.IntRange(0, 2).Draw(t, "gone") == 0 {
				gone = append(gone, id)
				delete(want, key)
			}
		}
		table.Remove(gone)
		checkKeys(t, table, types, want)
	}
	table.Clear()
	if table.Live() != 0 || table.Len() != 0 {
		t.Fatalf("%d of %d left after Clear", table.Live(), table.Len())
	}
}

// checkKeys reads all keys back.
func checkKeys(t *rapid.T, table Table, types []batch.Type, want map[string]uint32) {
	if table.Live() != len(want) {
		t.Fatalf("%d keys, want %d", table.Live(), len(want))
	}
	for key, id := range want {
		cols := make([]batch.Vector, len(types))
		for c := range cols {
			cols[c].Type = types[c]
			table.Append(c, []uint32{id}, &cols[c])
		}
		if got := keyText(cols, 0); got != key {
			t.Fatalf("id %d is %s, want %s", id, got, key)
		}
		for _, other := range want {
			if a, b := table.Compare(id, other), table.Compare(other, id); a != -b || (a == 0) != (id == other) {
				t.Fatalf("ids %d and %d compare as %d and %d", id, other, a, b)
			}
		}
	}
}

func keyText(keys []batch.Vector, r int) string {
	out := ""
	for c := range keys {
		v := &keys[c]
		if !v.IsValid(r) {
			out += "NULL|"
			continue
		}
		switch v.Type.Lane() {
		case batch.LaneInt:
			out += fmt.Sprint(v.I64[r], "|")
		case batch.LaneFloat:
			out += fmt.Sprint(v.F64[r]+0, "|")
		case batch.LaneBool:
			out += fmt.Sprint(v.Bool[r], "|")
		case batch.LaneDecimal:
			out += fmt.Sprint(v.Dec[r].ToString(2), "|")
		default:
			out += fmt.Sprintf("%q|", v.Bytes(r))
		}
	}
	return out
}

// TestTablesGrow puts many keys into each sort of table.
func TestTablesGrow(t *testing.T) {
	const n = 20_000
	for _, types := range [][]batch.Type{sorts[:1], {sorts[0], sorts[5]}, sorts[4:5]} {
		table, err := NewTable(types)
		if err != nil {
			t.Fatal(err)
		}
		keys := make([]batch.Vector, len(types))
		for c := range keys {
			keys[c].Type = types[c]
			for i := range int64(n) {
				if types[c].Lane() == batch.LaneBytes {
					appendBytes(&keys[c], fmt.Appendf(nil, "key number %d", i))
				} else {
					appendInt(&keys[c], i*4096)
				}
			}
		}
		ids := make([]uint32, n)
		table.Assign(keys, upTo(n), ids)
		table.Remove(ids[:n/2])
		table.Assign(keys, upTo(n)[n/2:], ids[n/2:])
		for i, id := range ids {
			if i >= n/2 && id != uint32(i) {
				t.Fatalf("key %d has id %d", i, id)
			}
		}
		if table.Live() != n/2 {
			t.Errorf("%v: %d keys, want %d", types, table.Live(), n/2)
		}
	}
}

package window_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kinesql/window"
)

func TestUnits(t *testing.T) {
	cases := []struct{ unit, at, floor, ceil string }{
		{"second", "2024-02-29T10:05:03.25Z", "2024-02-29T10:05:03Z", "2024-02-29T10:05:04Z"},
		{"MINUTES", "2024-02-29T10:05:03Z", "2024-02-29T10:05:00Z", "2024-02-29T10:06:00Z"},
		{"hour", "1969-12-31T23:59:59Z", "1969-12-31T23:00:00Z", "1970-01-01T00:00:00Z"},
		{"day", "2024-02-29T10:05:03Z", "2024-02-29T00:00:00Z", "2024-03-01T00:00:00Z"},
		{"week", "2024-02-29T10:05:03Z", "2024-02-26T00:00:00Z", "2024-03-04T00:00:00Z"},
		{"month", "2024-02-29T10:05:03Z", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z"},
		{"quarter", "2023-12-31T10:05:03Z", "2023-10-01T00:00:00Z", "2024-01-01T00:00:00Z"},
		{"year", "1969-06-01T00:00:00Z", "1969-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
		{"year", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z"},
	}
	for _, c := range cases {
		unit, err := window.ParseUnit(c.unit)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339Nano, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if floor, ceil := unit.Floor(window.At(at)).String(), unit.Ceil(window.At(at)).String(); floor != c.floor || ceil != c.ceil {
			t.Errorf("%s in %s: from %s to %s, want %s and %s", c.at, unit, floor, ceil, c.floor, c.ceil)
		}
	}
	if _, err := window.ParseUnit("fortnight"); err == nil {
		t.Error("a fortnight is no unit")
	}
}

func TestUnitsHold(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := window.Micros(rapid.Int64Range(-1<<55, 1<<55).Draw(t, "at"))
		unit := window.Unit(rapid.IntRange(0, int(window.UnitYear)).Draw(t, "unit"))
		floor, ceil := unit.Floor(at), unit.Ceil(at)
		if floor > at || ceil < at || unit.Floor(floor) != floor || unit.Ceil(ceil) != ceil || unit.Floor(ceil) != ceil {
			t.Fatalf("%s of %s: %s to %s", unit, at, floor, ceil)
		}
	})
}

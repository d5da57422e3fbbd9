package expr

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow/decimal128"
)

// FuzzTimestamp finds that what was read prints as what is read again.
func FuzzTimestamp(f *testing.F) {
	for _, s := range []string{"2015-05-17", "2015-05-17T10:05:03.25Z", "2015/5/7 1:02", "2015-05-17 10:05:03 +02:00", "0001-01-01", "9999-12-31 23:59:59.999999", "-", "2015-02-29"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, ok := parseTimestamp([]byte(s))
		if !ok || v < firstInstant || v > lastInstant {
			return
		}
		text := appendTimestamp(nil, v)
		if again, ok := parseTimestamp(text); !ok || again != v {
			t.Errorf("%q reads as %d, printed %s, which reads as %d", s, v, text, again)
		}
	})
}

// FuzzDecimal compares with Arrow's reader where that can read.
func FuzzDecimal(f *testing.F) {
	for _, s := range []string{"0", "-12.50", "1e5", "1.5e-3", "99999999999999999999999999999999999999", ".5", "5.", "+7", "1e400", "--1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, typ, err := ParseDecimal(s)
		if err != nil {
			return
		}
		text := decimalText(v, typ.Scale)
		again, _, err := ParseDecimal(text)
		if err != nil || again != v {
			t.Errorf("%q reads as %s, which reads as %v, %v", s, text, again, err)
		}
		if !strings.ContainsAny(s, "eE+") {
			if want, err := decimal128.FromString(s, maxDigits, int32(typ.Scale)); err == nil && want != v && typ.Precision < 15 {
				t.Errorf("%q: got %s, Arrow has %s", s, text, want.ToString(int32(typ.Scale)))
			}
		}
	})
}

// FuzzPath finds no panic, and that what a path selects is in the value.
func FuzzPath(f *testing.F) {
	for _, s := range []string{"$", "$.a", "$.a[1].b", "$**.b", "$[last-1 to last]", `$."x y"`, "$.*", "$[*]", "$[", "$..", `$."`} {
		f.Add(s, `{"a": [1, {"b": 2}], "x y": null}`)
	}
	f.Fuzz(func(t *testing.T, s, doc string) {
		p, err := parsePath(s)
		v, err2 := parseJSON([]byte(doc))
		if err != nil || err2 != nil {
			return
		}
		first, ok := p.first(v)
		all := p.all(v)
		if ok != (len(all) > 0) || ok && !equalJSON(first, all[0]) {
			t.Errorf("%s of %s: first %v, all %v", s, doc, first, all)
		}
		if !p.many && len(all) > 1 {
			t.Errorf("%s of %s: %d values of a path to one", s, doc, len(all))
		}
	})
}

// FuzzJSON finds that what was read is written as what is read again.
func FuzzJSON(f *testing.F) {
	for _, s := range []string{`{"a": [1, 2.50, null, true], "b": "x\u00e9\n"}`, `[]`, `1e400`, `"\ud800"`, `{"a":1,"a":2}`, `[1] 2`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := parseJSON([]byte(s))
		if err != nil {
			return
		}
		text := appendJSON(nil, v)
		again, err := parseJSON(text)
		if err != nil || !equalJSON(v, again) {
			t.Errorf("%s is written as %s, which reads as %v, %v", s, text, again, err)
		}
	})
}

// FuzzLike compares with a regular expression.
func FuzzLike(f *testing.F) {
	for _, s := range [][2]string{{"stream", "s%m"}, {"né€", "__€"}, {"a%b", `a\%b`}, {"abab", "%ab"}, {"", "%%"}, {"aXbXc", "%X_X%"}, {"x", `\`}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, s, pattern string) {
		if !utf8.ValidString(s) || !utf8.ValidString(pattern) {
			return
		}
		var re strings.Builder
		escaped := false
		for _, r := range pattern {
			switch {
			case escaped || r != '%' && r != '_' && r != '\\':
				re.WriteString(regexp.QuoteMeta(string(r)))
				escaped = false
			case r == '\\':
				escaped = true
			case r == '%':
				re.WriteString(".*")
			default:
				re.WriteString(".")
			}
		}
		if escaped {
			re.WriteString(`\\`)
		}
		want := regexp.MustCompile(`(?s)\A` + re.String() + `\z`).MatchString(s)
		if got := parseLike([]byte(pattern), `\`).matcher()([]byte(s)); got != want {
			t.Errorf("%q LIKE %q: got %t, want %t", s, pattern, got, want)
		}
	})
}

// FuzzInterval finds no panic.
func FuzzInterval(f *testing.F) {
	for _, s := range [][2]string{{"10", "SECOND"}, {"1.5", "second"}, {"1 10:30", "DAY_MINUTE"}, {"-2-6", "YEAR_MONTH"}, {"9999999999999999999", "YEAR"}, {"x", "SQL_TSI_DAY"}, {"1:2.5", "MINUTE_SECOND"}} {
		f.Add(s[0], s[1])
	}
	f.Fuzz(func(t *testing.T, text, unit string) {
		v, typ, err := ParseInterval(text, unit)
		if err == nil && !typ.IsInterval() {
			t.Errorf("%q %s is %d of %s", text, unit, v, typ)
		}
	})
}

// FuzzStrToDate finds no panic, and that a time printed by a full format is read again.
func FuzzStrToDate(f *testing.F) {
	f.Add("17/May/2015:10:05:03", "%d/%b/%Y:%H:%i:%s")
	f.Add("10:20 PM", "%h:%i %p")
	f.Add("2015-05-17", "%Y-%j%%")
	f.Fuzz(func(t *testing.T, text, format string) {
		p := timeParser{scanner: scanner{[]byte(text)}, civil: civil{1970, 1, 1}, twelve: -1}
		v, ok := p.parse([]byte(format))
		if !ok || v < firstInstant || v > lastInstant {
			return
		}
		const full = "%Y-%m-%d %H:%i:%s.%f"
		q := timeParser{scanner: scanner{formatTime(nil, v, []byte(full))}, civil: civil{1970, 1, 1}, twelve: -1}
		if again, ok := q.parse([]byte(full)); !ok || again != v {
			t.Errorf("%q by %q is %d, again %d", text, format, v, again)
		}
	})
}

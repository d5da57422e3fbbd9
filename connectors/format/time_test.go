package format

import (
	"testing"
	"time"
)

func TestTimeParser(t *testing.T) {
	const day = "2015-05-17T10:05:03"
	for _, c := range []struct{ option, text, want string }{
		{"auto", "2015-05-17", "2015-05-17T00:00:00Z"},
		{"", "2015-05-17 10:05", "2015-05-17T10:05:00Z"},
		{"auto", "2015-05-17 10:05:03", day + "Z"},
		{"auto", "2015/05/17 10:05:03", day + "Z"},
		{"auto", "2015-05-17 10:05:03.25", day + ".25Z"},
		{"auto", "2015-05-17 10:05:03 UTC", day + "Z"},
		{"AUTO", "2015-05-17T10:05:03Z", day + "Z"},
		{"auto", "2015-05-17T10:05:03.123456789Z", day + ".123456Z"},
		{"auto", "2015-05-17T12:05:03+02:00", day + "Z"},
		{"auto", "2015-05-17T05:35:03 -0430", day + "Z"},
		{"auto", "2016-02-29", "2016-02-29T00:00:00Z"},
		{"auto", "1900-02-29", ""},
		{"auto", "2015-13-01", ""},
		{"auto", "2015-05-17T24:00:00", ""},
		{"auto", "2015-05-17T10:05:03+", ""},
		{"auto", "2015-05-17T10:05:03.", ""},
		{"auto", "0000-03-01", "0000-03-01T00:00:00Z"},
		{"auto", "17/May/2015:10:05:03 +0000", day + "Z"},
		{"auto", "17/May/2015:12:05:03 +0200", day + "Z"},
		{"auto", "17/Mai/2015:12:05:03 +0200", ""},
		{"auto", "1431857103", day + "Z"},
		{"auto", "1431857103.25", day + ".25Z"},
		{"auto", "1431857103250", day + ".25Z"},
		{"auto", "1431857103250000", day + ".25Z"},
		{"auto", "1431857103250000999", day + ".25Z"},
		{"auto", "1.431857103e9", day + "Z"},
		{"auto", "-1.5", "1969-12-31T23:59:58.5Z"},
		{"auto", "-9223372036854775808", "1677-09-21T00:12:43.145224Z"},
		{"auto", "99999999999999999999", ""},
		{"auto", "", ""},
		{"auto", "-", ""},
		{"auto", "NaN", ""},
		{"auto", "noon", ""},
		{"epoch_s", "1431857103", day + "Z"},
		{"epoch_ms", "1431857103250", day + ".25Z"},
		{"epoch_ms", "1431857103250.5", day + ".2505Z"},
		{"epoch_us", "1431857103250000", day + ".25Z"},
		{"epoch_ns", "1431857103250000000", day + ".25Z"},
		{"epoch_s", "1431857103250000000", ""},
		{"iso8601", "1431857103", ""},
		{"sql", "2015-05-17 10:05:03", day + "Z"},
		{"%d.%m.%Y %H:%M:%S", "17.05.2015 10:05:03", day + "Z"},
		{"%d.%m.%Y %H:%M:%S", "17.05.2015", ""},
	} {
		parse, err := NewTimeParser(c.option)
		if err != nil {
			t.Fatal(c.option, err)
		}
		got := ""
		if micros, ok := parse([]byte(c.text)); ok {
			got = time.UnixMicro(micros).UTC().Format(time.RFC3339Nano)
		}
		if got != c.want {
			t.Errorf("%s of %q: got %q, want %q", c.option, c.text, got, c.want)
		}
	}
}

func TestTimeParserRefuses(t *testing.T) {
	for option, want := range map[string]string{
		"epoch": `want one of auto, iso8601, rfc3339, sql, epoch_s, epoch_ms, epoch_us, epoch_ns, or a strftime pattern with %, got "epoch"`,
		"%Q":    `bad strftime pattern "%Q": `,
	} {
		_, err := NewTimeParser(option)
		if err == nil || len(err.Error()) < len(want) || err.Error()[:len(want)] != want {
			t.Errorf("%s: got %v, want %s", option, err, want)
		}
	}
}

func TestDateAgainstStandardLibrary(t *testing.T) {
	for at := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 9999; at = at.AddDate(0, 0, 37) {
		text := at.Format("2006-01-02")
		if days, ok := ParseDate([]byte(text)); !ok || days != at.Unix()/86400-b2i(at.Unix()%86400 < 0) {
			t.Fatalf("%s: got %d, %v", text, days, ok)
		}
	}
}

func b2i(b bool) int64 {
	if b {
		return 1
	}
	return 0
}

func TestTimeOfDay(t *testing.T) {
	for text, want := range map[string]int64{
		"00:00": 0, "10:05:03.25": 36_303_250_000, "23:59:59.999999": 86_399_999_999, "24:00": -1, "1:00": -1, "10:05x": -1,
	} {
		got, ok := ParseTimeOfDay([]byte(text))
		if !ok {
			got = -1
		}
		if got != want {
			t.Errorf("%q: got %d, want %d", text, got, want)
		}
	}
}

// FuzzTime holds the parser to time.Parse on RFC 3339 text, and to not failing
// on any other.
func FuzzTime(f *testing.F) {
	for _, s := range []string{"2015-05-17T10:05:03.25Z", "17/May/2015:10:05:03 +0000", "1431857103.25", "-1e300", "2015-05-17T10:05:03+"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, ok := parseAnyTime([]byte(s))
		want, err := time.Parse(time.RFC3339, s)
		if err == nil && len(s) < 30 && (!ok || got != want.UnixMicro()) {
			t.Fatalf("%q: got %d, %v, want %d", s, got, ok, want.UnixMicro())
		}
	})
}

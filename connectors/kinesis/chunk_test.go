package kinesis

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"kinesql/connectors"
	"kinesql/connectors/kinesis/kpl"
	"kinesql/connectors/shard"
)

func pageOf(data ...string) *Page {
	p := &Page{Number: func(i int) string { return fmt.Sprint("number ", i) }}
	for i, d := range data {
		p.Records = append(p.Records, shard.Record{Counter: uint64(i), Arrival: int64(1000 + i), Key: []byte(fmt.Sprint("key ", i)), Data: []byte(d)})
	}
	return p
}

func all(kpl.Record) bool { return true }

// runsOf returns the text of each run, those alone marked.
func runsOf(c *chunk) (out []string) {
	for _, r := range c.runs {
		text := string(c.block[r.start:r.end])
		if r.alone {
			text = "alone: " + text
		}
		out = append(out, text)
	}
	return out
}

func TestRecordsLieBesideEachOther(t *testing.T) {
	for _, c := range []struct {
		name, format string
		options      map[string]string
		records      []string
		want         []string
	}{
		{"JSON in one run", "json", nil, []string{`{"a":1}`, "{\"a\":2}\r\n", `{"a":"\n"}`}, []string{"{\"a\":1}\n{\"a\":2}\n{\"a\":\"\\n\"}\n"}},
		{"a value over lines", "json", nil, []string{"{\n  \"a\": 1\r\n}\n", "{}"}, []string{"{\t  \"a\": 1\t\t}\n{}\n"}},
		{"a line break in a string stays an error", "json", nil, []string{"{\"a\":\"x\ny\"}"}, []string{"{\"a\":\"x\ty\"}\n"}},
		{"several values", "json", nil, []string{"{}", "{\"a\":1}\n{\"a\":2}", "{}"}, []string{"{}\n", "alone: {\"a\":1}\n{\"a\":2}\n", "{}\n"}},
		{"several values, the first bad", "json", nil, []string{"x\n{\"a\":2}"}, []string{"alone: x\n{\"a\":2}\n"}},
		{"quotes may reach into the next record", "csv", nil, []string{"1,a", `2,"a`, "3,b"}, []string{"1,a\n", "alone: 2,\"a\n", "3,b\n"}},
		{"quotes that are none", "csv", map[string]string{"quote": "none"}, []string{`2,"a`, "3,b"}, []string{"2,\"a\n3,b\n"}},
		{"other quotes", "csv", map[string]string{"quote": "'"}, []string{`2,"a`, "3,'b"}, []string{"2,\"a\n", "alone: 3,'b\n"}},
		{"lines", "combined", nil, []string{`- "GET`, "a\nb"}, []string{"- \"GET\n", "alone: a\nb\n"}},
	} {
		var got chunk
		page := pageOf(c.records...)
		n := got.fill(page, 0, 100, layoutOf(c.format, connectors.NewOptions(c.options)), all)
		if diff := cmp.Diff(c.want, runsOf(&got)); n != len(c.records) || diff != "" {
			t.Errorf("%s: %d records, %s", c.name, n, diff)
		}
	}
}

func TestChunksKnowTheirRecords(t *testing.T) {
	packed := kpl.Pack(nil, []kpl.Record{
		{Key: []byte("in"), Data: []byte("one")}, {Key: []byte("out"), Data: []byte("two")}, {Key: []byte("in"), Data: []byte("three\nlines")},
	})
	page := pageOf("zero", "first", string(packed), "", "last")
	var c chunk
	taken := c.fill(page, 1, 100, quotedLayout{}, func(r kpl.Record) bool { return string(r.Key) == "in" })
	if taken != 4 || len(c.empty) != 1 || c.empty[0] != 3 {
		t.Fatalf("%d taken, empty are %v", taken, c.empty)
	}
	var got []string
	for i, start := range c.index.starts {
		text, _, _ := strings.Cut(string(c.block[start:]), "\n")
		got = append(got, fmt.Sprintf("%s|%s|%s", text, c.index.key(i), c.index.number(int(start))))
	}
	want := []string{"first|key 1|number 1", "one|in|number 2", "three|in|number 2", "|key 3|number 3", "last|key 4|number 4"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if number := c.index.number(int(c.index.starts[2]) + 6); number != "number 2" {
		t.Errorf("a byte within a record is of %s", number)
	}
}

func TestChunksAreBounded(t *testing.T) {
	big := strings.Repeat("x", chunkBytes/2)
	page := pageOf(big, big, big, "y")
	var c chunk
	if n := c.fill(page, 0, 100, quotedLayout{}, all); n != 2 {
		t.Errorf("%d records of half a block were taken", n)
	}
	if n := c.fill(page, 3, 100, quotedLayout{}, all); n != 1 || string(c.block) != "y\n" {
		t.Errorf("%d records, %d bytes", n, len(c.block))
	}
	if n := c.fill(page, 0, 1, quotedLayout{}, all); n != 1 {
		t.Errorf("%d records, want the most that is asked for", n)
	}
}

// FuzzChunk looks for records that are lost, doubled or joined.
func FuzzChunk(f *testing.F) {
	f.Add([]byte("{}"), []byte("{\n}"), []byte("a\n\n"))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		for _, format := range []string{"json", "csv", "combined"} {
			var got chunk
			page := pageOf(string(a), string(b), string(c))
			got.fill(page, 0, 100, layoutOf(format, connectors.NewOptions(nil)), all)
			at := 0
			for _, r := range got.runs {
				if r.start != at || r.end <= r.start || got.block[r.end-1] != '\n' {
					t.Fatalf("%s: run %+v begins at %d, expected %d", format, r, r.start, at)
				}
				pieces := got.index.piece(r.end-1) - got.index.piece(r.start) + 1
				if lines := strings.Count(string(got.block[r.start:r.end]), "\n"); !r.alone && lines != pieces {
					t.Fatalf("%s: %d records in a run of %d lines", format, pieces, lines)
				}
				if r.alone && pieces != 1 {
					t.Fatalf("%s: %d records are alone together", format, pieces)
				}
				at = r.end
			}
			if at != len(got.block) {
				t.Fatalf("%s: the runs end at %d of %d", format, at, len(got.block))
			}
		}
	})
}

package json

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/generator"
	"kinesql/operators/batch"
)

// exactly is outputOf by the exact decoder alone.
func exactly(t testing.TB, spec connectors.SourceSpec, input []byte) string {
	faults := &recorder{}
	d, err := newDecoder(spec, faults)
	if err != nil {
		t.Fatal(err)
	}
	d.bets.pause = math.MaxInt
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	return decodeWith(t, d, faults, alloc, spec, input, whole, 1000)
}

// TestAnyCut decodes the golden inputs in blocks of all sizes, with batches of
// all sizes, with and without bets: rows, errors and lines must be the same.
func TestAnyCut(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for name, spec := range goldenSpecs() {
		input, err := os.ReadFile(filepath.Join("testdata", name+".in"))
		if err != nil {
			t.Fatal(err)
		}
		input = bytes.Repeat(input, 3)
		want := exactly(t, spec, input)
		for range 20 {
			size, rows := 1+r.IntN(500), 1+r.IntN(30)
			got := outputOf(t, spec, input, func(int) int { return 1 + r.IntN(size) }, rows)
			if got != want {
				t.Fatalf("%s in blocks of up to %d bytes, %d rows: got:\n%s\nwant:\n%s", name, size, rows, got, want)
			}
		}
	}
}

// TestBidsBothWays holds the two decoders together on records in good order and
// in none.
func TestBidsBothWays(t *testing.T) {
	spec := bidColumns("auction", "bidder", "price", "channel", "url", "dateTime", "extra")
	spec.Time = 5
	plain := generator.NewBids(5).AppendBids(nil, 3000)
	odd := generator.NewAdversarialBids(5).AppendBids(nil, 3000)
	want := strings.Split(exactly(t, spec, plain), "\n")
	for name, input := range map[string][]byte{"plain": plain, "odd": odd} {
		got := strings.Split(outputOf(t, spec, input, func(int) int { return 5000 }, 100), "\n")
		if len(got) != len(want) {
			t.Fatalf("%s: %d lines of output, want %d", name, len(got), len(want))
		}
		for i := range got {
			if got[i] != want[i] {
				t.Fatalf("%s: got %s, want %s", name, got[i], want[i])
			}
		}
	}
}

// TestBetsAreWon makes sure that the fast decoder is the one that is used.
func TestBetsAreWon(t *testing.T) {
	spec := bidColumns("auction", "channel", "dateTime")
	d, err := newDecoder(spec, &recorder{})
	if err != nil {
		t.Fatal(err)
	}
	line := generator.NewBids(1).AppendBids(nil, 1)
	other := []byte(`{"dateTime": 1,"channel":null, "auction":-7 , "x":{"auction":[]}}` + "\n")
	for _, l := range [][]byte{line, other, line, other} {
		out := batch.NewBuilder(memory.DefaultAllocator, spec.Out)
		out.Reset(1)
		d.Decode(format.Input{Block: l, Final: true}, out)
		out.Close()
	}
	if len(d.bets.shapes) != 2 {
		t.Fatalf("%d shapes learned, want 2", len(d.bets.shapes))
	}
	for _, l := range [][]byte{line, other} {
		out := batch.NewBuilder(memory.DefaultAllocator, spec.Out)
		out.Reset(1)
		if got, size := d.bets.play(d, l, out); got != kept || size != len(l) {
			t.Errorf("outcome %d, %d bytes, for %s", got, size, l)
		}
		out.Close()
	}
}

func FuzzDecode(f *testing.F) {
	names, err := filepath.Glob("testdata/*.in")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range names {
		input, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for line := range bytes.Lines(input) {
			f.Add(bytes.TrimSuffix(line, []byte("\n")), uint8(len(line)))
		}
	}
	specs := goldenSpecs()
	f.Fuzz(func(t *testing.T, data []byte, cut uint8) {
		// The second time the first record's shape is known, also if what comes
		// after it in the data breaks it.
		first, _, _ := bytes.Cut(data, []byte("\n"))
		input := bytes.Join([][]byte{first, data, data, first}, []byte("\n"))
		for name, spec := range specs {
			want := exactly(t, spec, input)
			if got := outputOf(t, spec, input, func(int) int { return int(cut) + 1 }, 3); got != want {
				t.Fatalf("%s: got:\n%s\nwant:\n%s", name, got, want)
			}
		}
		againstStandardLibrary(t, first)
	})
}

// againstStandardLibrary compares a string and a number of a record with what
// encoding/json makes of them.
func againstStandardLibrary(t *testing.T, record []byte) {
	var want map[string]any
	dec := json.NewDecoder(bytes.NewReader(record))
	dec.UseNumber()
	if !json.Valid(record) || !utf8.Valid(record) || dec.Decode(&want) != nil || want == nil {
		return
	}
	for key := range want {
		if strings.EqualFold(key, "s") && key != "s" || strings.EqualFold(key, "d") && key != "d" {
			return
		}
	}
	text := "NULL"
	if s, ok := want["s"].(string); ok {
		text = strconv.Quote(s)
	} else if want["s"] != nil {
		return
	}
	number := "NULL"
	if n, ok := want["d"].(json.Number); ok {
		f, err := n.Float64()
		if err != nil {
			return
		}
		number = strconv.FormatFloat(f, 'g', -1, 64)
	} else if want["d"] != nil {
		return
	}
	got := exactly(t, wanted("s", varchar, "d", double), record)
	if strings.Contains(got, "values nested deeper") {
		return // a limit of ours
	}
	if line := "line 1 s=" + text + " d=" + number + "\n"; !strings.HasPrefix(got, line) {
		t.Fatalf("%s: got %s, want %s", record, got, line)
	}
}

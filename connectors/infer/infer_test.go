package infer

import (
	"compress/gzip"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write testdata/golden.txt anew")

// TestGolden reads testdata/golden.txt: for each file its name after "=== ", its
// text, "---", and the statement or the error.
func TestGolden(t *testing.T) {
	const golden = "testdata/golden.txt"
	data, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, entry := range strings.Split(string(data), "=== ")[1:] {
		name, rest, _ := strings.Cut(entry, "\n")
		text, _, _ := strings.Cut(rest, "---\n")
		got.WriteString("=== " + name + "\n" + text + "---\n" + propose(t, name, text))
	}
	if *update {
		if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if diff := cmp.Diff(string(data), got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func propose(t *testing.T, name, text string) string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	statement, err := File(path)
	if err != nil {
		statement = "error: " + err.Error() + "\n"
	}
	return strings.ReplaceAll(statement, dir+string(filepath.Separator), "")
}

func TestRealFiles(t *testing.T) {
	got, err := File("testdata/access.log")
	want := "CREATE STREAM access (WATERMARK FOR time AS time - INTERVAL '1' HOUR) WITH (connector='file', path='testdata/access.log', format='combined');\n"
	if err != nil || got != want {
		t.Errorf("got %s %v, want %s", got, err, want)
	}
	got, err = File("testdata/earthquakes.jsonl")
	for _, part := range []string{
		"CREATE STREAM earthquakes (", "  time TIMESTAMP,", "  mag DOUBLE,", "  location ROW<lon DOUBLE, lat DOUBLE, depth DOUBLE>,",
		"  WATERMARK FOR time AS time - INTERVAL '10' SECOND\n", "  'timestamp.format' = 'epoch_ms'\n);",
	} {
		if err != nil || !strings.Contains(got, part) {
			t.Errorf("no %q in:\n%s%v", part, got, err)
		}
	}
}

func TestPackedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "clicks.jsonl.gz")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := gzip.NewWriter(f)
	if _, err := w.Write([]byte("{\"a\":1}\n{\"a\":2}\n")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	got, err := File(path)
	if err != nil || !strings.Contains(got, "CREATE STREAM clicks (\n  a BIGINT\n)") {
		t.Errorf("got %s %v", got, err)
	}
}

func TestErrors(t *testing.T) {
	if _, err := File("testdata/nothing"); err == nil || err.Error() != `file "testdata/nothing" does not exist` {
		t.Error(err)
	}
	if _, err := File("testdata"); err == nil || err.Error() != `"testdata" is a directory; name one of its files` {
		t.Error(err)
	}
}

func FuzzFile(f *testing.F) {
	for _, seed := range []string{"{\"a\":[1,{}],\"\":null}\n", "a,b\n1,2\n", "\"", "[1", "h - - [17/May/2015:10:05:03 +0000] \"GET / HTTP/1.1\" 200 1\n", "\x1f\x8b", "\x28\xb5\x2f\xfd"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path := filepath.Join(t.TempDir(), "f")
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		statement, err := File(path)
		if err == nil && !strings.Contains(statement, "CREATE STREAM f (") {
			t.Errorf("no statement: %q", statement)
		}
	})
}

// TestBinary refuses a file that no query could read.
func TestBinary(t *testing.T) {
	got := propose(t, "utf16.txt", "h\x00i\x00\n\x00")
	want := `error: "utf16.txt": holds zero bytes: binary data or UTF-16, want text in UTF-8 such as JSON lines, CSV or an access log` + "\n"
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

package nexmark

import (
	"archive/zip"
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"kinesql/cmd/internal/nexmark"
	"kinesql/cmd/kinesql-bench/measure"
)

//go:embed *.java
var javaPrograms embed.FS

// flinkVersion is of PyPI's apache-flink-libraries, which holds the jars.
const flinkVersion = "2.3.0"

// warmUps is how often a query runs before it is measured.
const warmUps = "2"

// flink is an installed Apache Flink.
type flink struct {
	lib     string
	classes string // folder of the compiled program; empty: it is not compiled yet
}

// findFlink returns Flink, fetched once into the user's cache folder.
func findFlink(ctx context.Context) (*flink, error) {
	if _, err := exec.LookPath("java"); err != nil {
		return nil, fmt.Errorf("a JDK is needed: %w", err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	lib := filepath.Join(cache, "kinesql-bench", "flink-"+flinkVersion)
	if _, err := os.Stat(filepath.Join(lib, "complete")); err == nil {
		return &flink{lib: lib}, nil
	}
	if err := fetchFlink(ctx, lib); err != nil {
		return nil, err
	}
	return &flink{lib: lib}, os.WriteFile(filepath.Join(lib, "complete"), nil, 0o644)
}

func fetchFlink(ctx context.Context, lib string) error {
	dir, err := os.MkdirTemp("", "flink-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	pip := exec.CommandContext(ctx, "python3", "-m", "pip", "download", "--quiet", "--no-deps", "--dest", dir,
		"apache-flink-libraries=="+flinkVersion)
	if out, err := pip.CombinedOutput(); err != nil {
		return fmt.Errorf("fetch apache-flink-libraries with pip: %w: %s", err, bytes.TrimSpace(out))
	}
	wheels, err := filepath.Glob(filepath.Join(dir, "*.whl"))
	if err != nil || len(wheels) != 1 {
		return fmt.Errorf("pip brought %v, %w", wheels, err)
	}
	return unpack(wheels[0], lib)
}

// unpack takes the jars out of the wheel, which is a zip file.
func unpack(wheel, lib string) error {
	z, err := zip.OpenReader(wheel)
	if err != nil {
		return err
	}
	defer z.Close()
	if err := os.MkdirAll(lib, 0o755); err != nil {
		return err
	}
	for _, f := range z.File {
		if ok, _ := path.Match("pyflink/lib/*.jar", f.Name); !ok {
			continue
		}
		if err := extract(f, filepath.Join(lib, path.Base(f.Name))); err != nil {
			return err
		}
	}
	return nil
}

func extract(f *zip.File, to string) error {
	in, err := f.Open()
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	defer out.Close()
	if _, err := io.Copy(out, in); err != nil {
		return err
	}
	return out.Close()
}

// figures measures a query on JSON lines and compares its result.
func (f *flink) figures(ctx context.Context, r *runner, q nexmark.Query) (s measure.Spread[float64], wrong string, err error) {
	out := filepath.Join(r.work, "flink.jsonl")
	if s, err = f.run(ctx, r, q, out); err != nil || q.Clock {
		return s, "", err // the last window of the clock is dropped there
	}
	wrong, err = r.compare(q, out)
	return s, wrong, err
}

// decoded measures a query on events in memory.
func (f *flink) decoded(ctx context.Context, r *runner, q nexmark.Query) (measure.Spread[float64], error) {
	return f.run(ctx, r, q, "--decoded", r.file, "type.txt")
}

// run runs the Java program on a query.
func (f *flink) run(ctx context.Context, r *runner, q nexmark.Query, more ...string) (s measure.Spread[float64], err error) {
	files := map[string]string{
		"empty.jsonl": "", "empty.sql": q.FlinkSetup(filepath.Join(r.work, "empty.jsonl"), r.side)[0],
		"query.sql": q.FlinkQuery(), "type.txt": nexmark.FlinkType(),
		"setup.sql": strings.Join(q.FlinkSetup(r.file, r.side), "\n;\n"),
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(r.work, name), []byte(text), 0o600); err != nil {
			return s, err
		}
	}
	if err := f.compile(ctx, r.work); err != nil {
		return s, err
	}
	args := append([]string{
		"-Xmx6g", "--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.lang=ALL-UNNAMED",
		"-cp", f.classes + string(filepath.ListSeparator) + filepath.Join(f.lib, "*"),
		"Nexmark", "setup.sql", "query.sql", warmUps, strconv.Itoa(r.runs),
	}, more...)
	cmd := exec.CommandContext(ctx, "java", args...)
	cmd.Dir = r.work
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return s, fmt.Errorf("%w: %s", err, firstLines(stderr.String()))
	}
	return r.told(stdout.Bytes())
}

// compile compiles the Java program, once.
func (f *flink) compile(ctx context.Context, dir string) error {
	if f.classes != "" {
		return nil
	}
	classes := filepath.Join(dir, "classes")
	if err := os.CopyFS(classes, javaPrograms); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "javac", "-cp", filepath.Join(f.lib, "*"), "Nexmark.java", "Decoded.java")
	cmd.Dir = classes
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("compile the Java program (a JDK is needed): %w: %s", err, out)
	}
	f.classes = classes
	return nil
}

// told reads the lines of runs that a child prints. What a run over no events takes
// is taken off.
func (r *runner) told(text []byte) (measure.Spread[float64], error) {
	var figures []measure.Figure
	least := time.Duration(math.MaxInt64)
	for line := range bytes.Lines(text) {
		var f struct {
			What string
			CPU  int64 `json:"cpu_us"`
		}
		if json.Unmarshal(line, &f) != nil {
			continue
		}
		switch cpu := time.Duration(f.CPU) * time.Microsecond; f.What {
		case "run":
			figures = append(figures, measure.Figure{CPU: cpu})
		case "start":
			least = min(least, cpu)
		}
	}
	if len(figures) != r.runs {
		return measure.Spread[float64]{}, fmt.Errorf("%d of %d runs were told: %s", len(figures), r.runs, text)
	}
	if least == math.MaxInt64 {
		least = 0
	}
	return measure.SpreadOf(figures, func(f measure.Figure) float64 { return r.micros((f.CPU - least).Microseconds()) }), nil
}

// firstLines keeps the part of a Java trace that says what happened.
func firstLines(text string) string {
	var out []string
	for line := range strings.Lines(text) {
		if strings.Contains(line, "Exception") && len(out) < 6 {
			out = append(out, strings.TrimSpace(line))
		}
	}
	return strings.Join(out, "; ")
}

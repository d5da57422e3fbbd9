package nexmark

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"kinesql/connectors/generator"
)

// sideKeys is how many keys the side table has.
const sideKeys = 10_000

// input writes the events and the side table, unless they are there.
func (r *runner) input() error {
	cache, err := os.UserCacheDir()
	if err != nil {
		return err
	}
	r.dir = filepath.Join(cache, "kinesql-bench")
	if err := os.MkdirAll(r.dir, 0o755); err != nil {
		return err
	}
	r.file = filepath.Join(r.dir, fmt.Sprintf("nexmark-seed%d-%d.jsonl", r.seed, r.events))
	r.side = filepath.Join(r.dir, "nexmark-side.csv")
	if err := write(r.side, func(w *bufio.Writer) {
		for i := range sideKeys {
			fmt.Fprintf(w, "%d,value-%d\n", i, i)
		}
	}); err != nil {
		return err
	}
	return write(r.file, func(w *bufio.Writer) {
		model, line := generator.NewEvents(r.seed), []byte(nil)
		for range r.events {
			line = model.Append(line[:0])
			_, _ = w.Write(line) // Flush tells
		}
	})
}

// write fills a file, which appears under its name only when complete.
func write(path string, fill func(*bufio.Writer)) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), "*.part")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // of no effect once it is renamed
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	fill(w)
	if err := w.Flush(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// kinesql is a run of a script with one thread for the work.
func kinesql(ctx context.Context, binary, script string) *exec.Cmd {
	return exec.CommandContext(ctx, binary, "run", "--format", "jsonl", "--no-progress", "--parallelism", "1", script)
}

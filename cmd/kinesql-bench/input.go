package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// input is a kind of file. Equal seeds and numbers of records give equal bytes.
type input struct {
	name      string
	extension string
	// write writes n records, and stops with the cause soon after ctx ends.
	write func(ctx context.Context, w io.Writer, seed uint64, n int64) error
}

// lines is an input of a record a line. records returns a function that appends
// the next one.
func lines(name string, records func(seed uint64) func(line []byte) []byte) input {
	write := func(ctx context.Context, w io.Writer, seed uint64, n int64) error {
		next := records(seed)
		var line []byte
		for i := range n {
			if i%(1<<12) == 0 && ctx.Err() != nil {
				return context.Cause(ctx)
			}
			line = next(line[:0])
			if _, err := w.Write(line); err != nil {
				return err
			}
		}
		return nil
	}
	return input{name: name, extension: "jsonl", write: write}
}

// path is where the file is kept.
func (in *input) path(dir string, seed uint64, n int64) string {
	return filepath.Join(dir, fmt.Sprintf("%s-seed%d-%d.%s", in.name, seed, n, in.extension))
}

// has reports whether the file is there.
func (in *input) has(dir string, seed uint64, n int64) bool {
	_, err := os.Stat(in.path(dir, seed, n))
	return err == nil
}

// ensure writes the file unless it is there, and returns its path. It appears
// under its name only when complete.
func (in *input) ensure(ctx context.Context, dir string, seed uint64, n int64) (path string, err error) {
	path = in.path(dir, seed, n)
	if in.has(dir, seed, n) {
		return path, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make the folder of input files: %w", err)
	}
	f, err := os.CreateTemp(dir, in.name+"-*.part")
	if err != nil {
		return "", fmt.Errorf("make an input file: %w", err)
	}
	defer os.Remove(f.Name()) // of no effect once it is renamed
	if err := in.fill(ctx, f, seed, n); err != nil {
		return "", fmt.Errorf("write %s: %w", path, err)
	}
	return path, os.Rename(f.Name(), path)
}

func (in *input) fill(ctx context.Context, f *os.File, seed uint64, n int64) error {
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	if err := in.write(ctx, w, seed, n); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Close()
}

// defaultDir is where input files are kept unless told otherwise.
func defaultDir() string {
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	return filepath.Join(cache, "kinesql-bench")
}

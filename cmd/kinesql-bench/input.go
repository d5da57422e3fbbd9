package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
)

// input is a kind of file. Equal seeds and numbers of records give equal bytes.
type input struct {
	name string
	// records returns a function that appends the next record as a line.
	records func(seed uint64) func(line []byte) []byte
}

// path is where the file is kept.
func (in *input) path(dir string, seed uint64, n int64) string {
	return filepath.Join(dir, fmt.Sprintf("%s-seed%d-%d.jsonl", in.name, seed, n))
}

// ensure writes the file unless it is there, and returns its path.
func (in *input) ensure(dir string, seed uint64, n int64) (path string, made bool, err error) {
	path = in.path(dir, seed, n)
	if _, err := os.Stat(path); err == nil {
		return path, false, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", false, fmt.Errorf("make the folder of input files: %w", err)
	}
	f, err := os.CreateTemp(dir, in.name+"-*.part")
	if err != nil {
		return "", false, fmt.Errorf("make an input file: %w", err)
	}
	defer os.Remove(f.Name()) // of no effect once it is renamed
	if err := in.write(f, seed, n); err != nil {
		return "", false, fmt.Errorf("write %s: %w", path, err)
	}
	return path, true, os.Rename(f.Name(), path)
}

func (in *input) write(f *os.File, seed uint64, n int64) error {
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	next := in.records(seed)
	var line []byte
	for range n {
		line = next(line[:0])
		if _, err := w.Write(line); err != nil {
			return err
		}
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

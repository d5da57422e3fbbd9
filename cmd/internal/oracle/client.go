package oracle

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// DuckDB is a running DuckDB with an in-memory database. One goroutine at a time
// may use it.
type DuckDB struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr bytes.Buffer
}

// Result is what a query returned. Values are nil, bool, int64, *big.Int (where
// int64 is too small), *big.Rat (DECIMAL), float64, string, time.Time (TIMESTAMP
// and DATE, UTC), []any of these, or what encoding/json makes of a struct.
type Result struct {
	Columns []string
	Types   []string
	Rows    [][]any
	Usage   Usage
}

// Usage is what a statement cost, where Start was given timed.
type Usage struct {
	CPUMicros    int64 `json:"cpu_us"`
	WallMicros   int64 `json:"wall_us"`
	PeakRSSBytes int64 `json:"peak_rss_bytes"`
}

// Start builds the program if needed and runs it on the given number of threads
// (0: all cores). It is killed when ctx ends.
func Start(ctx context.Context, threads int) (*DuckDB, error) {
	path, err := Binary(ctx)
	if err != nil {
		return nil, err
	}
	d := &DuckDB{cmd: exec.CommandContext(ctx, path, "--time", "--threads", strconv.Itoa(threads))}
	d.cmd.Stderr = &d.stderr
	if d.in, err = d.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := d.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	d.out = bufio.NewReaderSize(out, 1<<20)
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start the duckdb program: %w", err)
	}
	return d, nil
}

// Close ends the program.
func (d *DuckDB) Close() error {
	err := d.in.Close()
	if _, drained := io.Copy(io.Discard, d.out); drained != nil {
		err = errors.Join(err, drained)
	}
	// The exit status tells of failed statements, which Query has told already.
	var exit *exec.ExitError
	if ended := d.cmd.Wait(); ended != nil && !errors.As(ended, &exit) {
		err = errors.Join(err, ended)
	}
	return err
}

// Query runs a statement and returns all its rows.
func (d *DuckDB) Query(sql string) (*Result, error) { return d.request(sql, "rows") }

// Exec runs a statement to its end and drops the rows.
func (d *DuckDB) Exec(sql string) (Usage, error) {
	r, err := d.request(sql, "none")
	if err != nil {
		return Usage{}, err
	}
	return r.Usage, nil
}

func (d *DuckDB) request(sql, format string) (*Result, error) {
	text, err := json.Marshal(map[string]string{"sql": sql, "format": format})
	if err != nil {
		return nil, err
	}
	if _, err := d.in.Write(append(text, '\n')); err != nil {
		return nil, fmt.Errorf("ask duckdb: %w: %s", err, d.stderr.String())
	}
	return d.read(sql)
}

// answer is any line of an answer but a row.
type answer struct {
	Columns []string
	Types   []string
	Error   string
	Usage
}

func (d *DuckDB) read(sql string) (*Result, error) {
	r := &Result{}
	for {
		line, err := d.out.ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("duckdb ended in the middle of an answer: %w: %s", err, d.stderr.String())
		}
		if line[0] == '[' {
			if err := r.add(line); err != nil {
				return nil, err
			}
			continue
		}
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			return nil, fmt.Errorf("duckdb answered %q: %w", line, err)
		}
		if a.Error != "" {
			return nil, fmt.Errorf("duckdb: %s\nin: %s", a.Error, sql)
		}
		if a.Columns == nil {
			r.Usage = a.Usage
			return r, nil
		}
		r.Columns, r.Types = a.Columns, a.Types
	}
}

func (r *Result) add(line []byte) error {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	var row []any
	if err := dec.Decode(&row); err != nil {
		return fmt.Errorf("duckdb sent the row %q: %w", line, err)
	}
	for i, v := range row {
		v, err := value(v, r.Types[i])
		if err != nil {
			return fmt.Errorf("duckdb sent column %q as %v: %w", r.Columns[i], row[i], err)
		}
		row[i] = v
	}
	r.Rows = append(r.Rows, row)
	return nil
}

// value turns a JSON value into a Go value by its DuckDB type.
func value(v any, typ string) (any, error) {
	switch v := v.(type) {
	case json.Number:
		return number(v.String(), typ)
	case []any:
		for i := range v {
			var err error
			if v[i], err = value(v[i], strings.TrimSuffix(typ, "[]")); err != nil {
				return nil, err
			}
		}
	case string:
		switch {
		case typ == "DOUBLE" || typ == "FLOAT":
			return strconv.ParseFloat(v, 64)
		case typ == "DATE":
			return time.Parse(time.DateOnly, v)
		case strings.HasPrefix(typ, "TIMESTAMP"):
			return time.Parse(time.RFC3339Nano, v)
		}
	}
	return v, nil
}

func number(s, typ string) (any, error) {
	switch {
	case typ == "DOUBLE" || typ == "FLOAT":
		return strconv.ParseFloat(s, 64)
	case strings.HasPrefix(typ, "DECIMAL"):
		if r, ok := new(big.Rat).SetString(s); ok {
			return r, nil
		}
	default:
		if n, err := strconv.ParseInt(s, 10, 64); err == nil {
			return n, nil
		}
		if n, ok := new(big.Int).SetString(s, 10); ok {
			return n, nil
		}
	}
	return nil, fmt.Errorf("not a number: %q", s)
}

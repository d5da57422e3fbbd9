// Command duckdb runs SQL in an in-memory DuckDB, for tests that compare results
// with it and for benchmarks. It is a module of its own so that only whoever
// compares needs cgo and a C compiler.
//
// Requests are JSON objects, one a line on standard input or one an argument:
//
//	{"sql": "SELECT 1 AS a", "format": "rows"}
//
// All run in one database, in order. The answer to each is lines of JSON: a
// header, the rows as arrays, and an end; or an error in place of what is left.
//
//	{"columns":["a"],"types":["INTEGER"]}
//	[1]
//	{"rows":1}
//	{"error":"Parser Error: ..."}
//
// Integers and decimals are numbers with all digits, doubles the shortest that
// reads back the same, dates and times ISO 8601 strings, timestamps in UTC with a
// Z, NULL is null. Format "none" computes the result and prints only the end.
// With --time the end also has cpu_us (user and system), wall_us, and
// peak_rss_bytes of the process.
//
// The exit status is 1 if a request failed, 2 if the command line was wrong.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
)

func main() {
	threads := flag.Int("threads", 0, "threads that DuckDB may use; 0: as many as there are cores")
	timed := flag.Bool("time", false, "add CPU time, wall time and peak memory to the end of each answer")
	flag.Usage = usage
	flag.Parse()
	var in io.Reader = os.Stdin
	if flag.NArg() > 0 {
		in = strings.NewReader(strings.Join(flag.Args(), "\n"))
	}
	ok, err := run(in, os.Stdout, *threads, *timed)
	if err != nil {
		fmt.Fprintln(os.Stderr, "duckdb:", err)
	}
	if err != nil || !ok {
		os.Exit(1)
	}
}

func usage() {
	fmt.Fprintf(os.Stderr, "usage: duckdb [--threads N] [--time] [REQUEST...] < requests\n")
	flag.PrintDefaults()
}

// run answers all requests of in and reports whether all succeeded.
func run(in io.Reader, out io.Writer, threads int, timed bool) (bool, error) {
	s, err := open(threads, timed, out)
	if err != nil {
		return false, err
	}
	defer s.close()
	all := true
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if strings.TrimSpace(string(line)) != "" {
			ok, failure := s.answer(line)
			if failure != nil {
				return false, failure
			}
			all = all && ok
		}
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return false, fmt.Errorf("read requests: %w", err)
		}
	}
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"kinesql/cmd/internal/scripttest"
)

// exitTest says that a test script failed.
const exitTest = 4

// tester runs test scripts.
type tester struct {
	options scripttest.Options
	junit   string
	match   string
	jobs    int
	verbose bool
}

func newTest() *cobra.Command {
	t := &tester{}
	cmd := &cobra.Command{
		Use:   "test PATH...",
		Short: "Run test scripts: SQL, records and time in, expected rows out",
		Long: `Run test scripts, each in an engine of its own whose streams are in memory and
whose clock stands still but for the steps that set it. Of a folder all files *.test
are run, those of folders below it too.

A script is steps, separated by empty lines: a line with a verb, lines of input, and
after a line "----" what is expected.

  sql                            statements; errors are output
  query [ordered]                a SELECT, answered as if its input ended now
  put STREAM [shard=N] [key=K]   records, one a line, good or bad
  rows STREAM [ordered]          rows that came since the last look
  late PUMP, errors PUMP         rows too late, records and rows that failed
  advance 10s, clock MOMENT      set the clock forward; it begins at 2026-01-01T00:00:00Z
  idle STREAM SHARD              the shard counts as idle until its next record
  split STREAM SHARD             a shard becomes two
  merge STREAM SHARD SHARD       two neighbours become one

The exit status is 4 where a script fails.`,
		Example: "  kinesql test tests/\n  kinesql test app.test --rewrite\n  kinesql test tests/ --junit report.xml",
		Args:    cobra.MinimumNArgs(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return t.run(cmd, args) },
	}
	f := cmd.Flags()
	f.BoolVar(&t.options.Rewrite, "rewrite", false, "write what the steps give into the scripts in place of what is expected")
	f.IntVar(&t.options.Parallelism, "parallelism", 1, "instances of each parallel step")
	f.StringVar(&t.junit, "junit", "", "write a JUnit report to this file")
	f.StringVar(&t.match, "run", "", "run only scripts whose path matches this regular expression")
	f.IntVar(&t.jobs, "jobs", 4*runtime.GOMAXPROCS(0), "how many scripts run at a time")
	f.BoolVarP(&t.verbose, "verbose", "v", false, "tell of scripts that pass, too")
	return cmd
}

func (t *tester) run(cmd *cobra.Command, args []string) error {
	match, err := regexp.Compile(t.match)
	if err != nil {
		return &status{exitUsage, fmt.Errorf("--run: %w", err)}
	}
	if t.jobs < 1 {
		return &status{exitUsage, fmt.Errorf("--jobs %d: want at least 1", t.jobs)}
	}
	paths, err := scripts(args, match)
	if err != nil {
		return &status{exitError, err}
	}
	results, err := t.all(cmd.Context(), paths)
	if err != nil {
		return &status{exitTest, err}
	}
	return t.report(cmd, results)
}

// scripts lists the scripts that the arguments name.
func scripts(args []string, match *regexp.Regexp) (out []string, err error) {
	for _, arg := range args {
		err := filepath.WalkDir(arg, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && (path == arg || strings.HasSuffix(path, ".test")) && match.MatchString(path) {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	if len(out) == 0 {
		return nil, errors.New("there is no script to run: files of folders must be called *.test")
	}
	return out, nil
}

// all runs the scripts, several at a time. The results are in the order of paths.
func (t *tester) all(ctx context.Context, paths []string) ([]scripttest.Result, error) {
	results, failed := make([]scripttest.Result, len(paths)), make([]error, len(paths))
	slots := make(chan struct{}, t.jobs)
	var running sync.WaitGroup
	for i, path := range paths {
		slots <- struct{}{}
		running.Go(func() {
			defer func() { <-slots }()
			results[i], failed[i] = scripttest.Run(ctx, path, t.options)
		})
	}
	running.Wait()
	return results, errors.Join(failed...)
}

// report tells what failed, and how many passed.
func (t *tester) report(cmd *cobra.Command, results []scripttest.Result) error {
	failed := 0
	out := cmd.OutOrStdout()
	for _, r := range results {
		if len(r.Failures) > 0 {
			failed++
			fmt.Fprintf(out, "FAIL  %s  %.2fs\n", r.Path, r.Elapsed.Seconds())
		} else if t.verbose {
			fmt.Fprintf(out, "ok    %s  %d steps  %.2fs\n", r.Path, r.Steps, r.Elapsed.Seconds())
		}
		for _, f := range r.Failures {
			fmt.Fprintf(out, "%s: %s\n", f.Where, f.Message)
		}
	}
	fmt.Fprintf(out, "%d passed, %d failed\n", len(results)-failed, failed)
	if err := t.writeJUnit(results); err != nil {
		return &status{exitError, err}
	}
	if failed > 0 {
		return &status{exitTest, nil}
	}
	return nil
}

func (t *tester) writeJUnit(results []scripttest.Result) error {
	if t.junit == "" {
		return nil
	}
	f, err := os.Create(t.junit)
	if err != nil {
		return err
	}
	return errors.Join(scripttest.WriteJUnit(f, results), f.Close())
}

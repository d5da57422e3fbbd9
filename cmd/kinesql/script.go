package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"kinesql/cmd/internal/engine"
	"kinesql/cmd/internal/terminal"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/operators/batch"
	"kinesql/sql/diag"
)

// scriptFlags are the flags of the commands that run statements.
type scriptFlags struct {
	format      string
	limit       int64
	span        time.Duration
	timeout     time.Duration
	parallelism int
	batchRows   int
	disabled    []string
	quiet       bool
	noProgress  bool
	errorsTo    string
	lateTo      string
	dataDir     string
	stateMemory string
}

func (f *scriptFlags) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.format, "format", os.Getenv("KINESQL_FORMAT"),
		"output format: "+strings.Join(encode.Names(), ", ")+" (default: table on a terminal, jsonl in a pipe; also KINESQL_FORMAT)")
	flags.Int64Var(&f.limit, "limit", 0, "end each query after this many rows")
	flags.DurationVar(&f.span, "for", 0, "run for this long, then end as if the input had ended, with status 0")
	flags.DurationVar(&f.timeout, "timeout", 0, "give up after this long, with status 124")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no progress, warnings or summary on standard error")
	flags.BoolVar(&f.noProgress, "no-progress", false, "no progress line")
	flags.StringVar(&f.errorsTo, "errors", "", "write the rows that failed to this file, as JSON lines")
	flags.StringVar(&f.lateTo, "late", "", "write the rows that came too late to this file, as JSON lines")
	flags.StringVar(&f.dataDir, "data-dir", "", dataDirUsage)
	f.addPlan(cmd)
}

// addPlan adds the flags that change how a query is planned.
func (f *scriptFlags) addPlan(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntVar(&f.parallelism, "parallelism", 1, "instances of each parallel step")
	flags.IntVar(&f.batchRows, "batch-rows", engine.DefaultBatchRows, "most rows of a batch")
	flags.StringVar(&f.stateMemory, "state-memory", "",
		"memory that the state of all queries may take, such as 2GB; 0: no limit (default: half of the machine's, or of the container's)")
	flags.StringSliceVar(&f.disabled, "disable-rule", nil, "rewrite rules to switch off: "+strings.Join(engine.Rules(), ", "))
}

// runScript runs a script with everything a person expects around it.
func (f *scriptFlags) runScript(cmd *cobra.Command, src *diag.Source) error {
	return f.runWith(cmd, src, func(*engine.Engine) engine.Output {
		out := cmd.OutOrStdout()
		return &engine.Writer{W: out, Format: f.encoder(out), Limit: f.limit}
	})
}

// runWith is runScript with results that go elsewhere.
func (f *scriptFlags) runWith(cmd *cobra.Command, src *diag.Source, output func(*engine.Engine) engine.Output) (err error) {
	out, errOut := cmd.OutOrStdout(), cmd.ErrOrStderr()
	if err := f.check(cmd); err != nil {
		return &status{exitUsage, err}
	}
	cfg := f.config(cmd)
	log, err := f.openLog()
	if err != nil {
		return &status{exitError, err}
	}
	if log != nil {
		defer func() { err = closeLog(err, log) }()
		cfg.Log = log
	}
	e, err := engine.New(cfg)
	if err != nil {
		return &status{exitUsage, err}
	}
	defer e.Close()
	progress := terminal.NewProgress(f.progressTo(errOut, out), reading(e.Stats))
	defer progress.Stop()
	e.OnWarning(func(text string) { f.warn(progress, errOut, text) })
	ctx, stop := context.WithCancelCause(cmd.Context())
	defer stop(nil)
	ended := f.watch(e, stop)
	err = e.RunScript(ctx, src, output(e))
	code := ended()
	progress.Stop()
	if err == nil || code != 0 {
		f.summary(errOut, e.Stats())
	}
	switch {
	case code != 0:
		return &status{code: code}
	case err != nil:
		return &status{exitScript, err}
	}
	return nil
}

// check refuses values of flags that mean nothing, before anything runs.
func (f *scriptFlags) check(cmd *cobra.Command) error {
	if f.format != "" && !slices.Contains(append(encode.Names(), "parquet"), strings.ToLower(f.format)) {
		return fmt.Errorf("unknown output format %q; known: %s", f.format, strings.Join(encode.Names(), ", "))
	}
	flags := cmd.Flags()
	if flags.Changed("limit") && f.limit < 1 {
		return fmt.Errorf("--limit: want at least 1 row, got %d", f.limit)
	}
	for name, span := range map[string]time.Duration{"for": f.span, "timeout": f.timeout} {
		if flags.Changed(name) && span <= 0 {
			return fmt.Errorf("--%s: want a time above 0, got %s", name, span)
		}
	}
	return f.checkPlan()
}

// checkPlan is check for the flags of addPlan.
func (f *scriptFlags) checkPlan() error {
	if f.parallelism < 1 {
		return fmt.Errorf("--parallelism: want at least 1, got %d", f.parallelism)
	}
	if f.batchRows < 1 {
		return fmt.Errorf("--batch-rows: want at least 1, got %d", f.batchRows)
	}
	if _, err := f.stateLimit(); err != nil {
		return fmt.Errorf("--state-memory: %w", err)
	}
	return nil
}

func (f *scriptFlags) config(cmd *cobra.Command) engine.Config {
	state, _ := f.stateLimit() // checked before
	limitHeap()
	return engine.Config{
		StateMemory: state, Parallelism: f.parallelism, BatchRows: f.batchRows, Disabled: f.disabled,
		Stdin: cmd.InOrStdin(), Stdout: cmd.OutOrStdout(), ErrorsTo: f.errorsTo, LateTo: f.lateTo,
	}
}

// progressTo is where the progress line goes: nowhere if it was declined or
// would be drawn over results on the same terminal.
func (f *scriptFlags) progressTo(errOut, out io.Writer) io.Writer {
	if f.quiet || f.noProgress || terminal.Is(out) {
		return io.Discard
	}
	return errOut
}

func (f *scriptFlags) warn(p *terminal.Progress, w io.Writer, text string) {
	if !f.quiet {
		p.Clear()
		fmt.Fprintln(w, text)
		p.Show()
	}
}

// summary tells in one line what a run did, where there is something to tell.
func (f *scriptFlags) summary(w io.Writer, s engine.Stats) {
	if f.quiet || (s.Late == 0 && s.Errors == 0) {
		return
	}
	fmt.Fprintf(w, "%d records read, %d rows out, %d late, %d failed\n", s.Records, s.Rows, s.Late, s.Errors)
}

// errTimeout is the cause of cancellation when --timeout is reached.
var errTimeout = errors.New("the time limit was reached")

// echo is how soon after the first a second signal is the same one: timeout and
// some shells signal a process and then its group.
const echo = 300 * time.Millisecond

// watch ends the script at the first ctrl-c, --for or --timeout. The function it
// returns stops watching and tells the exit status of what happened, or 0.
func (f *scriptFlags) watch(e *engine.Engine, cancel context.CancelCauseFunc) func() int {
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	done, code := make(chan struct{}), make(chan int, 1)
	go func() {
		code <- f.await(e, cancel, signals, done)
	}()
	return func() int {
		signal.Stop(signals)
		close(done)
		return <-code
	}
}

func (f *scriptFlags) await(e *engine.Engine, cancel context.CancelCauseFunc, signals <-chan os.Signal, done <-chan struct{}) (code int) {
	span, timeout := after(f.span), after(f.timeout)
	var asked time.Time
	for {
		select {
		case <-done:
			return code
		case <-span:
			e.Flush()
		case <-timeout:
			cancel(errTimeout)
			return exitTimeout
		case <-signals:
			if code == exitInterrupted && time.Since(asked) > echo {
				cancel(context.Canceled) // asked twice: give up what was computed
				return code
			}
			if code != exitInterrupted {
				code, asked = exitInterrupted, time.Now()
				e.Flush()
			}
		}
	}
}

// after is a channel that fires once after d, or never if d is 0.
func after(d time.Duration) <-chan time.Time {
	if d == 0 {
		return nil
	}
	return time.After(d)
}

// encoder makes the encoders of results on out.
func (f *scriptFlags) encoder(out io.Writer) func(io.Writer, *batch.Schema, bool) (format.Encoder, error) {
	name := f.format
	if name == "" {
		name = "jsonl"
		if terminal.Is(out) {
			name = "table"
		}
	}
	return func(w io.Writer, schema *batch.Schema, changes bool) (format.Encoder, error) {
		width, _ := terminal.Size(out)
		return encode.New(name, w, schema, format.EncodeOptions{Changes: changes, Color: terminal.Color(out), Width: width})
	}
}

// reading turns the engine's figures into the progress line's.
func reading(stats func() engine.Stats) func() terminal.Reading {
	return func() terminal.Reading {
		s := stats()
		return terminal.Reading{
			Records: s.Records, Bytes: s.Bytes, Total: s.TotalBytes, Rows: s.Rows,
			Late: s.Late, Errors: s.Errors, Watermark: s.Watermark,
		}
	}
}

// readSource reads a script from a file, or from standard input for "-", without
// the byte order mark that some editors put first.
func readSource(cmd *cobra.Command, path string) (*diag.Source, error) {
	name, read := filepath.Base(path), func() ([]byte, error) { return os.ReadFile(path) }
	if path == "-" {
		in := cmd.InOrStdin()
		name, read = "<stdin>", func() ([]byte, error) { return io.ReadAll(in) }
		cmd.SetIn(usedUp{})
	}
	text, err := read()
	return &diag.Source{Name: name, Text: strings.TrimPrefix(string(text), "\ufeff")}, err
}

// usedUp is standard input once the script has been read from it.
type usedUp struct{}

// Read implements io.Reader.
func (usedUp) Read([]byte) (int, error) {
	return 0, errors.New("it held the script; give the script as a file or with -c")
}

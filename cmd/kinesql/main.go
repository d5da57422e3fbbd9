// Command kinesql is a streaming SQL engine in one binary.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit statuses, as psql has them where psql has them.
const (
	exitError       = 1   // a statement or the system failed
	exitUsage       = 2   // the command line is wrong
	exitScript      = 3   // a statement of a script failed
	exitTimeout     = 124 // --timeout was reached
	exitInterrupted = 130 // ctrl-c
)

// status is an error that ends the process with an exit status, without a
// message where err is nil.
type status struct {
	code int
	err  error
}

func (s *status) Error() string {
	if s.err == nil {
		return fmt.Sprintf("exit status %d", s.code)
	}
	return s.err.Error()
}

func (s *status) Unwrap() error { return s.err }

func main() {
	tuneGC()
	os.Exit(run(context.Background(), newRoot(), os.Args[1:]))
}

// run executes the command line and returns the exit status.
func run(ctx context.Context, root *cobra.Command, args []string) int {
	signal.Ignore(syscall.SIGPIPE) // a closed pipe ends its result, not the process
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	var s *status
	if !errors.As(err, &s) {
		s = &status{exitUsage, err}
	}
	if s.err != nil {
		fmt.Fprintln(root.ErrOrStderr(), s.err)
	}
	return s.code
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:   "kinesql",
		Short: "Streaming SQL in one binary",
		Long: `KineSQL runs continuous SQL queries over streams of records: logs, clicks,
telemetry, transactions. Windows, late rows and results as they change, in one
binary, with nothing to set up.

  kinesql demo                       watch a windowed query over a generated clickstream
  kinesql infer access.log           print a CREATE STREAM that reads your file
  kinesql sql -c "SELECT ..."        run statements
  kinesql run app.sql                run a script`,
		Version:       version + revision(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetVersionTemplate("kinesql {{.Version}}\n")
	root.AddCommand(newRun(), newSQL(), newExplain(), newTest(), newInfer(), newDemo(), newServe(), newPut(), newPeek(), newStreams(), newShards(), newKeys(), newVersion())
	return root
}

// Command kinesql-bench measures KineSQL against DuckDB on the same bytes, and
// checks that both give the same results before a figure counts.
//
//	kinesql-bench list                    what each workload is
//	kinesql-bench generate                write the input files
//	kinesql-bench run all --json out.json measure
//	kinesql-bench kds all                 measure kinesql serve beside other Kinesis servers
//	kinesql-bench nexmark all             measure the Nexmark queries beside Apache Flink
//
// Each system runs as a child process, the systems in turn, run after run
// (ABAB...). The primary figure is CPU time, user and system, by input record:
// it suffers less from a busy machine than wall time does. Figures are medians;
// the table shows the least and the greatest beside them. DuckDB runs with one
// thread.
//
// To see where time goes, write a profile of one more run and open it:
//
//	kinesql-bench run tumble-json --runs 1 --cpuprofile cpu.prof
//	go tool pprof -top cpu.prof
//	go tool pprof -http :8000 cpu.prof
//
// Or run the script of a workload with the binary under other tools:
//
//	kinesql-bench script tumble-json > tumble.sql
//	go build -o /tmp/kinesql ./cmd/kinesql && perf record /tmp/kinesql run tumble.sql
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"kinesql/cmd/kinesql-bench/kds"
	"kinesql/cmd/kinesql-bench/nexmark"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // the second signal ends the program at once
	if err := newRoot().ExecuteContext(ctx); err != nil {
		if !errors.Is(err, errFailed) {
			fmt.Fprintln(os.Stderr, "kinesql-bench:", err)
		}
		if errors.Is(err, errInterrupted) || ctx.Err() != nil {
			os.Exit(130)
		}
		os.Exit(1)
	}
}

func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "kinesql-bench",
		Short:         "Measure KineSQL against DuckDB on the same bytes",
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.AddCommand(newList(), newGenerate(), newScript(), newRun(), newFeed(), newProfile(), kds.New(), nexmark.New(), nexmark.NewDecoded())
	return root
}

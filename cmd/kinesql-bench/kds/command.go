package kds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// runner measures the workloads that the command line names.
type runner struct {
	runs        int
	duration    time.Duration
	shards      int
	connections int
	batch       int
	peers       []string
	json, dir   string
	binary      string

	cmd  *cobra.Command
	rows []Row
}

// workloads are the measurements by name, in the order of the report.
var workloads = []struct {
	name, what string
	run        func(*runner, context.Context) error
}{
	{"put-100", "PutRecords of 100-byte records, fsync before each answer", (*runner).put100},
	{"put-1k", "PutRecords of 1,000-byte records, fsync before each answer", (*runner).put1k},
	{"get-100", "GetRecords of 100-byte records from the start of every shard", (*runner).get100},
	{"fanout", "SubscribeToShard at a fixed rate, one consumer and five", (*runner).fanout},
	{"latency", "from PutRecords' intended time to SubscribeToShard, 50,000 records/s", (*runner).latency},
	{"idle", "memory with 1,000 streams of 4 shards, and the time to start", (*runner).idle},
	{"startup", "the time to start on 100 GB of segments (a sparse file system)", (*runner).startup},
}

// New returns the subcommand kds.
func New() *cobra.Command {
	r := &runner{}
	cmd := &cobra.Command{
		Use:   "kds WORKLOAD... | all",
		Short: "Measure kinesql serve and other Kinesis servers",
		Long:  long(),
		Args:  cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			r.cmd = cmd
			return r.run(cmd.Context(), names)
		},
	}
	f := cmd.Flags()
	f.IntVar(&r.runs, "runs", 3, "how often each system runs")
	f.DurationVar(&r.duration, "duration", 5*time.Second, "how long each run writes")
	f.IntVar(&r.shards, "shards", 4, "shards of the stream")
	f.IntVar(&r.connections, "connections", 16, "connections that write")
	f.IntVar(&r.batch, "batch", 500, "records of a PutRecords request")
	f.StringSliceVar(&r.peers, "peers", []string{"kinesalite", "kinesis-local", "nats"}, "other servers to start and measure beside; none: no peers")
	f.StringVar(&r.json, "json", "", "write the results to this file")
	f.StringVar(&r.dir, "dir", "", "folder on the disk to measure (default: the system's folder for temporary files)")
	f.StringVar(&r.binary, "binary", "", "kinesql binary to measure (default: built from this tree)")
	return cmd
}

func long() string {
	var b strings.Builder
	b.WriteString("Measure servers of the Kinesis Data Streams API, each in a process of its own:\n\n")
	for _, w := range workloads {
		fmt.Fprintf(&b, "  %-9s %s\n", w.name, w.what)
	}
	b.WriteString("\nAll records are read back and compared before a row counts as verified.")
	return b.String()
}

func (r *runner) run(ctx context.Context, names []string) (err error) {
	if slices.Equal(names, []string{"all"}) {
		names = names[:0]
		for _, w := range workloads {
			names = append(names, w.name)
		}
	}
	if r.runs < 1 || r.shards < 1 || r.connections < 1 || r.batch < 1 || r.batch > 500 {
		return errors.New("want at least one run, shard and connection, and batches of 1 to 500")
	}
	dir, err := os.MkdirTemp(r.dir, "kinesql-bench-")
	if err != nil {
		return err
	}
	r.dir = dir
	defer os.RemoveAll(dir)
	if err := r.build(ctx); err != nil {
		return err
	}
	for _, name := range names {
		if err := r.workload(ctx, name); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return r.finish()
}

func (r *runner) workload(ctx context.Context, name string) error {
	for _, w := range workloads {
		if w.name == name {
			return w.run(r, ctx)
		}
	}
	return errors.New("no such workload; kinesql-bench kds --help lists them")
}

func (r *runner) build(ctx context.Context) error {
	if r.binary != "" {
		return nil
	}
	r.binary = filepath.Join(r.dir, "kinesql")
	out, err := exec.CommandContext(ctx, "go", "build", "-o", r.binary, "kinesql/cmd/kinesql").CombinedOutput()
	if err != nil {
		return fmt.Errorf("build kinesql (run this within the repository): %w: %s", err, out)
	}
	return nil
}

func (r *runner) finish() error {
	compare(r.rows)
	if r.json != "" {
		text, err := json.MarshalIndent(r.rows, "", "  ")
		if err != nil {
			return err
		}
		if err := os.WriteFile(r.json, append(text, '\n'), 0o644); err != nil {
			return err
		}
	}
	return report(r.cmd.OutOrStdout(), r.rows)
}

// add takes the runs of a system in, and tells of them.
func (r *runner) add(runs []Row) {
	row := median(runs)
	r.rows = append(r.rows, row)
	fmt.Fprintf(r.cmd.ErrOrStderr(), "%s %s: %.2f us/record, %.0f records/s, p50 %.2f ms, p99 %.2f ms %s\n",
		row.Workload, row.System, row.CPUMicros, row.RecordsPerSecond, row.P50, row.P99, row.Note)
}

func (r *runner) peer(name string) bool { return slices.Contains(r.peers, name) }

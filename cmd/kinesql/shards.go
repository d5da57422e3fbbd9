package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
)

// shardsFlags choose what of a data directory a command looks at.
type shardsFlags struct {
	dataDir string
	stream  string
	shard   string
}

func (f *shardsFlags) add(cmd *cobra.Command) {
	cmd.PersistentFlags().StringVar(&f.dataDir, "data-dir", "./kinesql-data", "directory of the shard log")
	cmd.PersistentFlags().StringVar(&f.stream, "stream", "", "only streams of this name (default: all)")
	cmd.PersistentFlags().StringVar(&f.shard, "shard", "", "only the shard of this name or number (default: all)")
}

func (f *shardsFlags) inspect() (shardlog.Inspect, error) {
	o := shardlog.Inspect{Stream: f.stream}
	if f.shard != "" {
		index, ok := shard.ParseName(f.shard)
		if !ok {
			return o, &status{exitUsage, fmt.Errorf("--shard %q: want a name such as %s, or a number", f.shard, shard.Name(0))}
		}
		o.Shard = &index
	}
	return o, nil
}

func newShards() *cobra.Command {
	var flags shardsFlags
	cmd := &cobra.Command{
		Use:   "shards",
		Short: "Look into the shard log of a data directory, verify and repair it",
		Long: `Look into the shard log of a data directory, as kinesql serve keeps it: its
streams, the segments with their frames, and the records.

  kinesql shards dump      print what is there, as JSON lines
  kinesql shards verify    read all of it; status 1 if anything is damaged or missing
  kinesql shards repair    set damage aside, so that all else is read again

verify and repair are for a log that no process has open.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	flags.add(cmd)
	cmd.AddCommand(newShardsDump(&flags), newShardsVerify(&flags), newShardsRepair(&flags))
	return cmd
}

func newShardsDump(flags *shardsFlags) *cobra.Command {
	var records bool
	cmd := &cobra.Command{
		Use:   "dump",
		Short: "Print streams, segments and frames as JSON lines",
		Long: `Print streams, segments and frames as JSON lines, each with its "type", and with
--records the records: the data in base64, decrypted if the keys are there. Damaged frames
have an "error". Nothing is changed. The log may be in use: what is being
written then shows as damaged at its end.`,
		Example: "  kinesql shards dump --data-dir kinesql-data --stream clicks --records",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := flags.inspect()
			if err != nil {
				return err
			}
			o.Records = records
			out := bufio.NewWriter(cmd.OutOrStdout())
			if err := errors.Join(shardlog.Dump(out, flags.dataDir, o), out.Flush()); err != nil {
				return &status{exitError, err}
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&records, "records", false, "print the records too")
	return cmd
}

func newShardsVerify(flags *shardsFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "verify",
		Short: "Read the whole log; status 1 if anything is damaged or missing",
		Long: `Read the whole log: the checksum of every frame, its records, every index against the
frames, and that the records of each shard follow each other without a gap. Each
problem is a line with its file and byte, and the records that are lost. Nothing is changed.`,
		Example: "  kinesql shards verify --data-dir kinesql-data",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := flags.inspect()
			if err != nil {
				return err
			}
			return verifyShards(cmd.OutOrStdout(), flags.dataDir, o)
		},
	}
}

func newShardsRepair(flags *shardsFlags) *cobra.Command {
	return &cobra.Command{
		Use:   "repair",
		Short: "Set damage aside, so that all else is read again",
		Long: `Repair a log, then verify it. Damaged ranges are copied to the directory "quarantine" of the
data directory, with a line each in report.jsonl there, and stay where they are: no
bytes are deleted. Indexes are made again from the frames. Records that are lost are given
up, with --stream and --shard only those of that stream or shard: readers go on after them. Make a copy
of the data directory first if you can.`,
		Example: "  kinesql shards repair --data-dir kinesql-data",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			o, err := flags.inspect()
			if err != nil {
				return err
			}
			report, err := shardlog.Repair(flags.dataDir, o)
			if err != nil {
				return &status{exitError, err}
			}
			if err := printLines(cmd.OutOrStdout(), "repaired: ", report.Notes); err != nil {
				return err
			}
			return verifyShards(cmd.OutOrStdout(), flags.dataDir, o)
		},
	}
}

// verifyShards prints what a verification finds. Problems are an error.
func verifyShards(w io.Writer, dir string, o shardlog.Inspect) error {
	r, err := shardlog.Verify(dir, o)
	if err != nil {
		return &status{exitError, err}
	}
	err = errors.Join(printLines(w, "note: ", r.Notes), printLines(w, "problem: ", r.Problems))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "%d streams, %d segments, %d frames of %d bytes, %d records read\n", r.Streams, r.Segments, r.Frames, r.Bytes, r.Records)
	if n := len(r.Problems); n > 0 {
		return &status{exitError, fmt.Errorf("%d problems in %s; kinesql shards repair makes what is left readable", n, dir)}
	}
	_, err = fmt.Fprintln(w, "no problems")
	return err
}

func printLines(w io.Writer, prefix string, lines []string) error {
	for _, line := range lines {
		if _, err := fmt.Fprintln(w, prefix+line); err != nil {
			return err
		}
	}
	return nil
}

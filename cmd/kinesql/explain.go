package main

import (
	"github.com/spf13/cobra"

	"kinesql/cmd/internal/engine"
)

func newExplain() *cobra.Command {
	var (
		flags    scriptFlags
		commands []string
		file     string
		pump     string
		endpoint string
	)
	cmd := &cobra.Command{
		Use:   "explain [-c STATEMENTS | -f FILE | FILE | - | --window PUMP]",
		Short: "Print the plans of a script's queries, or why a window is still open",
		Long: `Print the plans of a script's queries without running them. With --window, ask a
running kinesql serve why the windows of a pump are still open: which shard holds
them, how far it is behind, when it counts as idle, and the rows so far. Within a
script the statement EXPLAIN WINDOW pump answers the same.`,
		Example: `  kinesql explain app.sql
  kinesql explain -c "CREATE STREAM ...; SELECT ..." --parallelism 3
  kinesql explain --window page_counts          why are its windows still open?`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if pump != "" {
				return explainWindow(cmd, endpoint, pump)
			}
			src, err := statements(cmd, commands, file, args)
			if err != nil {
				return err
			}
			if err := flags.checkPlan(); err != nil {
				return &status{exitUsage, err}
			}
			cfg := flags.config(cmd)
			cfg.Sharded = flags.dataDir != ""
			e, err := engine.New(cfg)
			if err != nil {
				return &status{exitUsage, err}
			}
			if err := e.Explain(src, cmd.OutOrStdout()); err != nil {
				return &status{exitScript, err}
			}
			return nil
		},
	}
	cmd.Flags().StringArrayVarP(&commands, "command", "c", nil, "statements to explain; may be given several times")
	cmd.Flags().StringVarP(&file, "file", "f", "", "file of statements, - for standard input")
	cmd.Flags().StringVar(&flags.dataDir, "data-dir", "", dataDirUsage+"; explain does not open it")
	cmd.Flags().StringVar(&pump, "window", "", "tell why the windows of this pump of a running server are open")
	cmd.Flags().StringVar(&endpoint, "endpoint", "http://127.0.0.1:4567", "where kinesql serve listens, for --window")
	cmd.MarkFlagsMutuallyExclusive("window", "command")
	cmd.MarkFlagsMutuallyExclusive("window", "file")
	flags.addPlan(cmd)
	return cmd
}

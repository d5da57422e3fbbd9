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
	)
	cmd := &cobra.Command{
		Use:   "explain [-c STATEMENTS | -f FILE | FILE | -]",
		Short: "Print the plans of a script's queries without running them",
		Example: `  kinesql explain app.sql
  kinesql explain -c "CREATE STREAM ...; SELECT ..." --parallelism 3`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
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
	flags.addPlan(cmd)
	return cmd
}

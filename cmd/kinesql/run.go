package main

import "github.com/spf13/cobra"

func newRun() *cobra.Command {
	var flags scriptFlags
	cmd := &cobra.Command{
		Use:   "run FILE",
		Short: "Run a script of statements",
		Long: `Run a script: all statements are checked first, then pumps and inserts start,
and the results of its SELECTs are printed in order. The script ends when all its
input has ended; ctrl-c ends it with what was computed so far.`,
		Example: "  kinesql run app.sql\n  kinesql run app.sql --format csv --for 30s",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			src, err := readSource(cmd, args[0])
			if err != nil {
				return &status{exitError, err}
			}
			return flags.runScript(cmd, src)
		},
	}
	flags.add(cmd)
	return cmd
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"kinesql/connectors/infer"
)

func newInfer() *cobra.Command {
	return &cobra.Command{
		Use:     "infer FILE",
		Short:   "Print a CREATE STREAM that reads the file",
		Example: "  kinesql infer access.log > app.sql",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := infer.File(args[0])
			if err != nil {
				return &status{exitError, err}
			}
			_, err = fmt.Fprintln(cmd.OutOrStdout(), text)
			return err
		},
	}
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newList() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "Explain each workload",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			for _, w := range workloads() {
				if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%s (%d records)\n  %s\n", w.name, w.records, w.about); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

package main

import (
	"fmt"

	"github.com/spf13/cobra"
)

func newScript() *cobra.Command {
	var flags inputFlags
	cmd := &cobra.Command{
		Use:   "script WORKLOAD",
		Short: "Print the script that KineSQL runs for a workload (and write its input)",
		Args:  cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, names []string) error {
			chosen, err := find(names)
			if err != nil {
				return err
			}
			w := chosen[0]
			if w.query == nil {
				return fmt.Errorf("%s has no script: its operator is fed directly", w.name)
			}
			path, err := flags.ensure(cmd.Context(), w)
			if err != nil {
				return err
			}
			_, err = fmt.Fprint(cmd.OutOrStdout(), w.query.script(path, false))
			return err
		},
	}
	flags.add(cmd)
	return cmd
}

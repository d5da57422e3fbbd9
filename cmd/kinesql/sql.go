package main

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"kinesql/cmd/internal/terminal"
	"kinesql/sql/diag"
)

func newSQL() *cobra.Command {
	var (
		flags    scriptFlags
		commands []string
		file     string
	)
	cmd := &cobra.Command{
		Use:   "sql [-c STATEMENTS | -f FILE | -]",
		Short: "Run statements from the command line, a file or standard input",
		Example: `  kinesql sql -c "SELECT * FROM s" --limit 10
  kinesql sql -f queries.sql
  echo "SHOW FUNCTIONS" | kinesql sql -`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			src, err := statements(cmd, commands, file, args)
			if err != nil {
				return err
			}
			return flags.runScript(cmd, src)
		},
	}
	cmd.Flags().StringArrayVarP(&commands, "command", "c", nil, "statements to run; may be given several times")
	cmd.Flags().StringVarP(&file, "file", "f", "", "file of statements, - for standard input")
	flags.add(cmd)
	return cmd
}

var errNoStatements = errors.New("nothing to run: give -c STATEMENTS, -f FILE, or - to read standard input")

// statements is the text of whichever way was chosen.
func statements(cmd *cobra.Command, commands []string, file string, args []string) (*diag.Source, error) {
	given := 0
	for _, is := range []bool{len(commands) > 0, file != "", len(args) > 0} {
		if is {
			given++
		}
	}
	switch {
	case given > 1:
		return nil, errors.New("give only one of -c, -f and a file")
	case len(commands) > 0:
		return &diag.Source{Name: "<command>", Text: strings.Join(commands, ";\n")}, nil
	case len(args) > 0:
		file = args[0]
	case file == "" && terminal.Is(cmd.InOrStdin()):
		return nil, errNoStatements
	case file == "":
		file = "-"
	}
	src, err := readSource(cmd, file)
	if err != nil {
		return nil, &status{exitError, err}
	}
	return src, nil
}

package main

import (
	"context"
	"os"
	"os/exec"

	"kinesql/cmd/kinesql-bench/measure"
)

// The systems' names in results.
const (
	systemKineSQL = "kinesql"
	systemDuckDB  = "duckdb"
)

// kinesqlSubject measures `kinesql run` of a script; what it prints is dropped.
func kinesqlSubject(binary, script string) measure.Subject {
	return measure.Subject{System: systemKineSQL, Version: measure.Version(binary), Run: func(ctx context.Context) (measure.Figure, error) {
		null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			return measure.Figure{}, err
		}
		defer null.Close()
		cmd := exec.CommandContext(ctx, binary, "run", "--format", "jsonl", script)
		cmd.Stdout = null
		return measure.Command(cmd)
	}}
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"

	"kinesql/cmd/internal/oracle"
	"kinesql/cmd/kinesql-bench/measure"
)

// duckdbSubject measures DuckDB on one statement with one thread.
func duckdbSubject(ctx context.Context, d *oracle.DuckDB, sql string) (measure.Subject, error) {
	binary, err := oracle.Binary(ctx)
	if err != nil {
		return measure.Subject{}, err
	}
	version, err := d.Query("SELECT version()")
	if err != nil {
		return measure.Subject{}, err
	}
	request, err := json.Marshal(map[string]string{"sql": sql, "format": "none"})
	if err != nil {
		return measure.Subject{}, err
	}
	run := func(ctx context.Context) (measure.Figure, error) {
		return measure.Command(exec.CommandContext(ctx, binary, "--threads", "1", string(request)))
	}
	return measure.Subject{System: systemDuckDB, Version: fmt.Sprint(version.Rows[0][0]), Run: run}, nil
}

package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"

	"kinesql/cmd/internal/oracle"
)

// duckdbSubject measures DuckDB on one statement with one thread.
func duckdbSubject(ctx context.Context, d *oracle.DuckDB, sql string) (subject, error) {
	binary, err := oracle.Binary(ctx)
	if err != nil {
		return subject{}, err
	}
	version, err := d.Query("SELECT version()")
	if err != nil {
		return subject{}, err
	}
	request, err := json.Marshal(map[string]string{"sql": sql, "format": "none"})
	if err != nil {
		return subject{}, err
	}
	run := func(ctx context.Context) (figure, error) {
		return measure(exec.CommandContext(ctx, binary, "--threads", "1", string(request)))
	}
	return subject{system: systemDuckDB, version: fmt.Sprint(version.Rows[0][0]), run: run}, nil
}

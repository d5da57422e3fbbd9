package main

import (
	"fmt"
	"path/filepath"

	"kinesql/connectors/shardlog"
	"kinesql/operators/vfs"
)

// dataDirUsage is what --data-dir means to the commands that run statements.
const dataDirUsage = "keep the streams that name no connector as durable streams of shards in this directory, that of kinesql serve while it does not run (default: in memory)"

// openLog opens the log of --data-dir; nil where there is none.
func (f *scriptFlags) openLog() (*shardlog.Log, error) {
	if f.dataDir == "" {
		return nil, nil
	}
	keys, err := shardlog.OpenKeyring(vfs.OS(), filepath.Join(f.dataDir, "keys"))
	if err != nil {
		return nil, fmt.Errorf("--data-dir: %w", err)
	}
	log, err := shardlog.Open(f.dataDir, shardlog.Options{Keys: keys})
	if err != nil {
		return nil, fmt.Errorf("--data-dir: %w", err)
	}
	return log, nil
}

// closeLog closes a log. A script that went well has not if that fails.
func closeLog(err error, log *shardlog.Log) error {
	if failed := log.Close(); failed != nil && err == nil {
		return &status{exitError, fmt.Errorf("--data-dir: %w", failed)}
	}
	return err
}

package kds

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"kinesql/cmd/internal/oracle"
)

// nats measures NATS JetStream, whose server and client are one process: with a
// sync for every message, as durable as KineSQL's, and without.
func (r *runner) nats(ctx context.Context, workload string, size int) error {
	root, err := oracle.Root()
	if err != nil {
		return err
	}
	binary := filepath.Join(r.dir, "nats")
	build := exec.CommandContext(ctx, "go", "build", "-C", filepath.Join(root, "cmd", "internal", "nats"), "-o", binary, ".")
	build.Env = append(os.Environ(), "GOWORK=off")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build the NATS program: %w: %s", err, out)
	}
	for _, sync := range []bool{true, false} {
		var rows []Row
		for range r.runs {
			row, err := r.natsOnce(ctx, binary, workload, size, sync)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		r.add(rows)
	}
	return nil
}

func (r *runner) natsOnce(ctx context.Context, binary, workload string, size int, sync bool) (Row, error) {
	dir, err := os.MkdirTemp(r.dir, "nats-")
	if err != nil {
		return Row{}, err
	}
	defer os.RemoveAll(dir)
	text, err := exec.CommandContext(ctx, binary, "-dir", dir, "-size", fmt.Sprint(size), "-duration", r.duration.String(), fmt.Sprintf("-sync=%t", sync)).Output()
	if err != nil {
		return Row{}, fmt.Errorf("NATS: %w", err)
	}
	var out struct {
		Version   string
		Messages  int
		Took, CPU time.Duration
		Verified  bool
	}
	if err := json.Unmarshal(text, &out); err != nil {
		return Row{}, err
	}
	row := Row{
		Workload: workload, System: "nats", Version: out.Version, Durability: "page cache", Verified: out.Verified,
		RecordsPerSecond: float64(out.Messages) / out.Took.Seconds(), CPUMicros: micros(out.CPU) / float64(out.Messages),
		MegaBytes: float64(out.Messages*size) / 1e6 / out.Took.Seconds(), Note: "CPU of server and client",
	}
	if sync {
		row.System, row.Durability = "nats-sync", "fsync"
	}
	return row, nil
}

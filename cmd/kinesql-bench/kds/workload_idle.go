package kds

import (
	"context"
	"fmt"
)

// idle measures memory and start-up with many streams.
func (r *runner) idle(ctx context.Context) error {
	const streams, shards = 1000, 4
	var rows []Row
	for range r.runs {
		rss, started, err := idle(ctx, r.binary, r.dir, streams, shards)
		if err != nil {
			return err
		}
		rows = append(rows, Row{
			Workload: "idle", System: "kinesql", Version: "this tree", Durability: "fsync", Verified: true,
			Note: fmt.Sprintf("%d streams of %d shards: %.0f MB, started in %.2f s", streams, shards, float64(rss)/1e6, started.Seconds()),
		})
	}
	r.add(rows)
	return nil
}

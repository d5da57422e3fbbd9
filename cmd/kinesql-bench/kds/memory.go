package kds

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// idle makes many streams, restarts the server and returns the memory it has when
// all is quiet, and how long the restart took until the server answered.
func idle(ctx context.Context, binary, dir string, streams, shards int) (rss int64, started time.Duration, err error) {
	p, err := startKineSQL(ctx, binary, dir, "--status-delay", "0s")
	if err != nil {
		return 0, 0, err
	}
	if err := makeStreams(ctx, p, streams, shards); err != nil {
		p.stop()
		return 0, 0, err
	}
	p.stop()
	port, err := freePort()
	if err != nil {
		return 0, 0, err
	}
	begin := time.Now()
	if p, err = openKineSQL(ctx, binary, p.dir, port); err != nil {
		return 0, 0, err
	}
	defer p.stop()
	started = time.Since(begin)
	time.Sleep(2 * time.Second) // what the start has left over is collected
	rss, err = p.rss()
	return rss, started, errors.Join(err, hasShards(ctx, p.url, streams*shards))
}

// hasShards returns an error unless a server has so many open shards.
func hasShards(ctx context.Context, url string, want int) error {
	var limits struct{ OpenShardCount int }
	if err := newClient(url, 1).ask(ctx, "DescribeLimits", struct{}{}, &limits); err != nil {
		return err
	}
	if limits.OpenShardCount != want {
		return fmt.Errorf("%d shards are open, want %d", limits.OpenShardCount, want)
	}
	return nil
}

func makeStreams(ctx context.Context, p *process, streams, shards int) error {
	const connections = 16
	c := newClient(p.url, connections)
	var next atomic.Int64
	var group sync.WaitGroup
	errs := make([]error, connections)
	for w := range connections {
		group.Go(func() {
			for i := next.Add(1); i <= int64(streams) && errs[w] == nil; i = next.Add(1) {
				errs[w] = c.create(ctx, fmt.Sprintf("idle-%04d", i), shards)
			}
		})
	}
	group.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

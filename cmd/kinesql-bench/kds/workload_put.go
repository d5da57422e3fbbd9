package kds

import (
	"context"
	"fmt"
	"time"
)

func (r *runner) put100(ctx context.Context) error { return r.putAll(ctx, "put-100", 100) }

func (r *runner) put1k(ctx context.Context) error { return r.putAll(ctx, "put-1k", 1000) }

// putAll measures all systems in turn, run after run.
func (r *runner) putAll(ctx context.Context, workload string, size int) error {
	systems := []func(context.Context) (*process, error){
		func(ctx context.Context) (*process, error) { return startKineSQL(ctx, r.binary, r.dir) },
	}
	if r.peer("kinesalite") {
		systems = append(systems, startKinesalite)
	}
	if r.peer("kinesis-local") {
		systems = append(systems, startKinesisLocal)
	}
	runs := make([][]Row, len(systems))
	for range r.runs {
		for i, start := range systems {
			row, err := r.putOn(ctx, start, workload, size)
			if err != nil {
				return err
			}
			runs[i] = append(runs[i], row)
		}
	}
	for _, rows := range runs {
		r.add(rows)
	}
	if r.peer("nats") {
		return r.nats(ctx, workload, size)
	}
	return nil
}

// putOn measures one run on a new server.
func (r *runner) putOn(ctx context.Context, start func(context.Context) (*process, error), workload string, size int) (Row, error) {
	p, err := start(ctx)
	if err != nil {
		return Row{}, err
	}
	defer p.stop()
	c := newClient(p.url, r.connections)
	l := newLoad("bench", 4*r.connections, r.batch, size)
	if err := c.create(ctx, l.stream, r.shards); err != nil {
		return Row{}, err
	}
	before, err := p.cpu()
	if err != nil {
		return Row{}, err
	}
	t, err := put(ctx, c, l, r.connections, r.duration)
	if err != nil {
		return Row{}, err
	}
	after, err := p.cpu()
	if err != nil {
		return Row{}, err
	}
	if err := verify(ctx, c, l, t); err != nil {
		return Row{}, fmt.Errorf("%s does not give back what it acknowledged: %w", p.name, err)
	}
	n := float64(t.records(r.batch))
	return Row{
		Workload: workload, System: p.name, Version: p.version, Verified: true, Durability: durability(p),
		RecordsPerSecond: n / t.took.Seconds(), CPUMicros: micros(after-before) / n, MegaBytes: n * float64(size) / 1e6 / t.took.Seconds(),
		P50: t.latency.quantile(50), P99: t.latency.quantile(99),
	}, nil
}

func micros(d time.Duration) float64 { return float64(d) / float64(time.Microsecond) }

func durability(p *process) string {
	if p.name == "kinesql" {
		return "fsync"
	}
	return "memory"
}

package kds

import (
	"context"
	"fmt"
	"time"
)

// get100 writes for a while and then reads all of it as often as fits the time.
func (r *runner) get100(ctx context.Context) error {
	systems := []func(context.Context) (*process, error){
		func(ctx context.Context) (*process, error) { return startKineSQL(ctx, r.binary, r.dir) },
	}
	if r.peer("kinesalite") {
		systems = append(systems, startKinesalite)
	}
	for _, start := range systems {
		rows, err := r.getOn(ctx, start)
		if err != nil {
			return err
		}
		r.add(rows)
	}
	return nil
}

func (r *runner) getOn(ctx context.Context, start func(context.Context) (*process, error)) ([]Row, error) {
	p, err := start(ctx)
	if err != nil {
		return nil, err
	}
	defer p.stop()
	c := newClient(p.url, r.connections)
	l := newLoad("bench", 4*r.connections, r.batch, 100)
	if err := c.create(ctx, l.stream, r.shards); err != nil {
		return nil, err
	}
	t, err := put(ctx, c, l, r.connections, r.duration)
	if err != nil {
		return nil, err
	}
	var rows []Row
	for range r.runs {
		row, err := r.drains(ctx, p, c, l, t.records(r.batch))
		if err != nil {
			return nil, err
		}
		rows = append(rows, row)
	}
	if err := verify(ctx, c, l, t); err != nil {
		return nil, fmt.Errorf("%s does not give back what it acknowledged: %w", p.name, err)
	}
	return rows, nil
}

// drains reads the stream again and again for the duration, at least once.
func (r *runner) drains(ctx context.Context, p *process, c *client, l *load, want int64) (Row, error) {
	before, err := p.cpu()
	if err != nil {
		return Row{}, err
	}
	var n int64
	var took time.Duration
	for n == 0 || took < r.duration {
		got, d, err := drain(ctx, c, l.stream)
		if err != nil {
			return Row{}, err
		}
		if got != want {
			return Row{}, fmt.Errorf("%s gave %d of %d records", p.name, got, want)
		}
		n, took = n+got, took+d
	}
	after, err := p.cpu()
	return Row{
		Workload: "get-100", System: p.name, Version: p.version, Verified: true, Durability: durability(p),
		RecordsPerSecond: float64(n) / took.Seconds(), CPUMicros: micros(after-before) / float64(n), MegaBytes: float64(n) * 100 / 1e6 / took.Seconds(),
	}, err
}

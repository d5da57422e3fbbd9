package kds

import (
	"context"
	"fmt"
	"time"
)

// liveRate is the records a second of the workloads that write at a fixed rate.
const liveRate = 50_000

// fanout compares the CPU time of the server with no consumer, one, and five, at
// the same rate of writing.
func (r *runner) fanout(ctx context.Context) error {
	cpu := map[int]float64{}
	for _, consumers := range []int{0, 1, 5} {
		var rows []Row
		for range r.runs {
			row, err := r.liveOn(ctx, fmt.Sprintf("fanout-%d", consumers), consumers, 100)
			if err != nil {
				return err
			}
			rows = append(rows, row)
		}
		cpu[consumers] = middle(rows, func(r Row) float64 { return r.CPUMicros })
		switch consumers {
		case 5:
			rows[0].Note = fmt.Sprintf("by one consumer: %.2f times in all, %.2f times without the cost of writing",
				cpu[5]/cpu[1], (cpu[5]-cpu[0])/max(cpu[1]-cpu[0], 0.001))
		}
		r.add(rows)
	}
	return nil
}

// latency measures from the intended time of a write to the arrival at a
// subscriber.
func (r *runner) latency(ctx context.Context) error {
	var rows []Row
	for range r.runs {
		row, err := r.liveOn(ctx, "latency", 1, 50)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	}
	r.add(rows)
	return nil
}

// liveOn measures one run on a new server; a request holds batch records.
func (r *runner) liveOn(ctx context.Context, workload string, consumers, batch int) (Row, error) {
	p, err := startKineSQL(ctx, r.binary, r.dir, "--status-delay", "0s")
	if err != nil {
		return Row{}, err
	}
	defer p.stop()
	l := &live{stream: "bench", rate: liveRate, batch: batch, size: 100, connections: r.connections, consumers: consumers}
	before, err := p.cpu()
	if err != nil {
		return Row{}, err
	}
	start := time.Now()
	if err := l.run(ctx, p, r.shards, r.duration); err != nil {
		return Row{}, err
	}
	took := time.Since(start)
	after, err := p.cpu()
	if err != nil {
		return Row{}, err
	}
	row := Row{
		Workload: workload, System: p.name, Version: p.version, Durability: durability(p), Verified: true,
		RecordsPerSecond: float64(l.sent.Load()) / took.Seconds(), CPUMicros: micros(after-before) / float64(l.sent.Load()),
	}
	if consumers > 0 {
		row.P50, row.P99 = l.latency.quantile(50), l.latency.quantile(99)
		row.Note = fmt.Sprintf("p99.9 %.2f ms, greatest %.2f ms", l.latency.quantile(99.9), l.latency.quantile(100))
	}
	return row, nil
}

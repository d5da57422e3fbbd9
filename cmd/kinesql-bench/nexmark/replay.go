package nexmark

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/batch"
)

// replay is the connector "replay": a file that is decoded when it is first read
// and given from memory when it is read again. Predicates are left to the query.
type replay struct {
	connectors.Connector // reads the file

	mu   sync.Mutex
	kept map[string]*tape // by the columns wanted
}

// tape is all that a source returned.
type tape struct {
	polled   []operators.Polled
	complete bool
}

// Name implements connectors.Connector.
func (*replay) Name() string { return "replay" }

// Source implements connectors.Connector.
func (r *replay) Source(spec connectors.SourceSpec) (operators.Source, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := fmt.Sprint(spec.Want, spec.Time)
	if t := r.kept[key]; t != nil && t.complete {
		return &player{tape: t}, nil
	}
	spec.Predicates = nil
	source, err := r.Connector.Source(spec)
	if err != nil {
		return nil, err
	}
	t := &tape{}
	r.kept[key] = t
	return &recorder{Source: source, tape: t}, nil
}

// recorder keeps what a source returns.
type recorder struct {
	operators.Source
	tape *tape
}

// Poll implements operators.Source.
func (r *recorder) Poll(ctx context.Context) (operators.Polled, error) {
	p, err := r.Source.Poll(ctx)
	if p.Batch.Record != nil {
		kept := p
		kept.Batch = p.Batch.Own()
		r.tape.polled = append(r.tape.polled, kept)
	}
	r.tape.complete = errors.Is(err, io.EOF)
	return p, err
}

// player gives what a recorder has kept.
type player struct {
	tape *tape
	next int
}

// Open implements operators.Source.
func (*player) Open(context.Context, operators.Env) error { return nil }

// Poll implements operators.Source.
func (p *player) Poll(ctx context.Context) (operators.Polled, error) {
	if p.next == len(p.tape.polled) {
		return operators.Polled{Batch: batch.Batch{}, Ended: true}, io.EOF
	}
	out := p.tape.polled[p.next]
	p.next++
	out.Batch.Retain()
	return out, ctx.Err()
}

// Snapshot implements operators.Source.
func (*player) Snapshot(context.Context) ([]operators.Position, error) {
	return nil, errors.New("a replay has no position")
}

// Close implements operators.Source.
func (*player) Close() error { return nil }

package memory

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"time"

	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// source is a reader of a stream.
type source struct {
	log   *Log
	out   *batch.Schema
	paths [][]int // of each wanted column: the stream's column, then members
	at    int     // the next batch
	idle  bool    // another instance reads the stream
}

// paths finds the wanted columns and the members of ROWs in them.
func (l *Log) paths(spec connectors.SourceSpec) ([][]int, error) {
	out := make([][]int, len(spec.Want))
	for i, w := range spec.Want {
		fields, got := l.schema.Fields(), batch.Type{}
		for _, name := range w.Path {
			k := indexOf(fields, name)
			if k < 0 {
				return nil, fmt.Errorf("stream %s has no column %s", l.name, strings.Join(w.Path, "."))
			}
			out[i] = append(out[i], k)
			got, fields = fields[k].Type, fields[k].Type.Fields
		}
		if !got.Equal(w.Type) {
			return nil, fmt.Errorf("column %s of stream %s is %s, wanted as %s", strings.Join(w.Path, "."), l.name, got, w.Type)
		}
	}
	return out, nil
}

func indexOf(fields []batch.Field, name string) int {
	for i, f := range fields {
		if f.Name == name {
			return i
		}
	}
	return -1
}

// Open implements operators.Source.
func (s *source) Open(context.Context, operators.Env) error { return nil }

// DrainedByFlush implements operators.Drained: pumps and inserts of the same
// script write the stream, and their last windows belong to what was computed.
func (s *source) DrainedByFlush() {}

// Poll implements operators.Source.
func (s *source) Poll(ctx context.Context) (operators.Polled, error) {
	none := operators.Polled{MaxTime: window.Min}
	if s.idle {
		return none, io.EOF
	}
	b, ended, changed, err := s.log.next(s.at)
	switch {
	case err != nil:
		return none, err
	case ended:
		return none, io.EOF
	case b.Record == nil:
		return none, wait(ctx, changed)
	}
	defer b.Release()
	s.at++
	return operators.Polled{
		Batch: s.project(b), MaxTime: window.Min,
		Records: b.Rows(), Bytes: int(sizeOf(b)),
	}, nil
}

// wait returns when the stream has changed, at the latest after MaxPoll.
func wait(ctx context.Context, changed <-chan struct{}) error {
	timer := time.NewTimer(operators.MaxPoll)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-changed:
	case <-timer.C:
	}
	return nil
}

// project returns the wanted columns as a batch of their own.
func (s *source) project(b batch.Batch) batch.Batch {
	cols := make([]batch.Vector, len(s.paths))
	for i, path := range s.paths {
		v := b.Vector(path[0])
		for _, member := range path[1:] {
			v = v.Member(member)
		}
		cols[i] = v
	}
	return batch.New(s.out, b.Rows(), cols, b.Beside)
}

// Snapshot implements operators.Source.
func (s *source) Snapshot(context.Context) ([]operators.Position, error) {
	return []operators.Position{{Split: s.log.name, Place: binary.AppendUvarint(nil, uint64(s.at))}}, nil
}

// Close implements operators.Source.
func (s *source) Close() error { return nil }

package relational

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Sort is ORDER BY with or without LIMIT, over all rows or those of each window.
type Sort struct {
	Schema *batch.Schema
	Keys   []aggregate.SortKey // none: the order in which rows come
	Limit  int64               // rows at most; -1: all
	Offset int64               // rows to leave out first
	// WindowEnd is the TIMESTAMP column whose values are sorted apart, each
	// when the watermark reaches it; -1: all rows, when the input has ended.
	WindowEnd int
	// Retracts says that the input may take rows back. All rows are then kept
	// until they are due, also under a Limit.
	Retracts bool
}

// sorter holds the rows of each window, or of all input, until they are due.
type sorter struct {
	Sort
	order order
	env   operators.Env
	piles map[window.Micros]*pile
}

// NewSort returns an operator that emits its input's rows in order. Its output
// is append-only. Memory is that of the rows held; under a Limit without
// Retracts, of about twice as many rows as Offset and Limit let through.
func NewSort(s Sort) (operators.Operator, error) {
	for _, k := range s.Keys {
		if k.Column < 0 || k.Column >= s.Schema.Len() {
			return nil, fmt.Errorf("a sort by column %d of %d", k.Column, s.Schema.Len())
		}
	}
	if s.WindowEnd >= s.Schema.Len() || (s.WindowEnd >= 0 && s.Schema.Field(s.WindowEnd).Type.ID != batch.Timestamp) {
		return nil, fmt.Errorf("a sort by window wants a TIMESTAMP in column %d of (%s)", s.WindowEnd, s.Schema)
	}
	return &sorter{Sort: s, order: newOrder(s.Schema, s.Keys), piles: map[window.Micros]*pile{}}, nil
}

// Open implements operators.Operator.
func (s *sorter) Open(_ context.Context, env operators.Env) error {
	s.env = env
	return nil
}

// Process implements operators.Operator.
func (s *sorter) Process(_ context.Context, _ int, in batch.Batch, _ operators.Emitter) error {
	if s.WindowEnd < 0 {
		if err := s.pile(window.Max).add(in.Own(), in.Bytes()); err != nil {
			return err
		}
		return s.account()
	}
	ends, bytes := in.Vector(s.WindowEnd), in.Bytes()
	for from := 0; from < in.Rows(); {
		end := endOf(&ends, from)
		to := from + 1
		for to < in.Rows() && endOf(&ends, to) == end {
			to++
		}
		if err := s.pile(end).add(own(in, from, to), bytes*int64(to-from)/int64(in.Rows())); err != nil {
			return err
		}
		from = to
	}
	return s.account()
}

// account says what the piles hold.
func (s *sorter) account() error {
	bytes := int64(0)
	for _, p := range s.piles {
		bytes += p.bytes
	}
	return s.env.State.Resize(bytes)
}

// endOf is a row's window; rows without one are due at once.
func endOf(v *batch.Vector, i int) window.Micros {
	if !v.IsValid(i) {
		return window.Min
	}
	return window.Micros(v.I64[i])
}

func own(in batch.Batch, from, to int) batch.Batch {
	if from == 0 && to == in.Rows() {
		return in.Own()
	}
	part := in.Slice(from, to)
	defer part.Release()
	return part.Own()
}

func (s *sorter) pile(end window.Micros) *pile {
	p := s.piles[end]
	if p == nil {
		p = &pile{sort: s, most: -1}
		if s.Limit >= 0 && !s.Retracts {
			p.most = int(min(s.Limit+s.Offset, 1<<31-1))
		}
		s.piles[end] = p
	}
	return p
}

// Advance implements operators.Operator.
func (s *sorter) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	if s.WindowEnd < 0 {
		return nil
	}
	var due []window.Micros
	for end := range s.piles {
		if end <= wm {
			due = append(due, end)
		}
	}
	slices.Sort(due)
	for _, end := range due {
		if err := s.emit(ctx, end, out); err != nil {
			return err
		}
	}
	return s.account()
}

// Finish implements operators.Finisher.
func (s *sorter) Finish(ctx context.Context, out operators.Emitter) error {
	for _, end := range slices.SortedFunc(maps.Keys(s.piles), cmp.Compare[window.Micros]) {
		if err := s.emit(ctx, end, out); err != nil {
			return err
		}
	}
	return nil
}

func (s *sorter) emit(ctx context.Context, end window.Micros, out operators.Emitter) error {
	p := s.piles[end]
	delete(s.piles, end)
	defer p.release()
	return p.emit(ctx, out)
}

// Keeps implements operators.Keeper.
func (s *sorter) Keeps() bool { return len(s.piles) > 0 }

// Snapshot implements operators.Operator. It refuses: a checkpoint without the
// rows held would lose them.
func (s *sorter) Snapshot(context.Context, operators.Barrier) error {
	return errors.New("a sort cannot be part of a checkpoint")
}

// Close implements operators.Operator.
func (s *sorter) Close() error {
	for _, p := range s.piles {
		p.release()
	}
	clear(s.piles)
	return nil
}

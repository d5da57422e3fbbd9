package exec

import (
	"context"
	"errors"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// tee hands everything to several consumers in turn. It is done when all are.
type tee struct{ stages []stage }

// emit owns the batch once, so that those who keep it share what they keep.
func (t *tee) emit(ctx context.Context, b batch.Batch) error {
	own := b.Own()
	defer own.Release()
	return t.each(func(s stage) error { return s.emit(ctx, own) })
}

func (t *tee) advance(ctx context.Context, w window.Watermark) error {
	return t.each(func(s stage) error { return s.advance(ctx, w) })
}

func (t *tee) end(ctx context.Context, final bool) error {
	for _, s := range t.stages {
		if err := s.end(ctx, final); err != nil {
			return err
		}
	}
	return nil
}

func (t *tee) done() bool {
	for _, s := range t.stages {
		if !s.done() {
			return false
		}
	}
	return true
}

func (t *tee) each(f func(stage) error) error {
	open := false
	for _, s := range t.stages {
		switch err := f(s); {
		case err == nil:
			open = true
		case !errors.Is(err, operators.ErrDone):
			return err
		}
	}
	if !open {
		return operators.ErrDone
	}
	return nil
}

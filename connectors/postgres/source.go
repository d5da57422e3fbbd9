package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jackc/pgx/v5/pgconn"

	"kinesql/connectors"
	"kinesql/connectors/format/text"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// closing is how long a connection may take to end.
const closing = time.Second

// source reads one answer. It implements operators.Source.
type source struct {
	spec    connectors.SourceSpec
	opts    options
	rows    int // most rows of a batch
	builder *batch.Builder
	filler  *text.Filler
	read    []operators.Polled // what Poll has not returned yet
	taken   operators.Polled   // what the current batch has been made of
	size    int64              // rows read so far
}

// Open implements operators.Source: it takes the whole answer.
func (s *source) Open(ctx context.Context, env operators.Env) error {
	s.rows = env.BatchRows
	s.builder = batch.NewBuilder(env.Alloc, s.spec.Out)
	s.begin()
	inTime, cancel := context.WithTimeout(ctx, s.opts.timeout)
	defer cancel()
	err := s.answer(inTime, env)
	switch {
	case err == nil:
		s.end()
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case inTime.Err() != nil:
		return fmt.Errorf("%s: no whole answer within %s; raise the option timeout", s.opts.shown(), s.opts.timeout)
	}
	return fmt.Errorf("%s: %s", s.opts.shown(), reason(err))
}

// answer connects, finds the columns and reads the rows.
func (s *source) answer(ctx context.Context, env operators.Env) error {
	conn, err := pgconn.ConnectConfig(ctx, s.opts.server)
	if err != nil {
		return err
	}
	defer disconnect(conn)
	if _, err := conn.Exec(ctx, s.opts.prelude()).ReadAll(); err != nil {
		return err
	}
	described, err := conn.Prepare(ctx, "", s.opts.described(), nil)
	if err != nil {
		return err
	}
	if len(described.ParamOIDs) > 0 {
		return errors.New("the query has parameters, which nothing gives values to")
	}
	st, err := newStatement(&s.opts, s.spec.Want, described.Fields)
	if err != nil {
		return err
	}
	if s.filler, err = text.NewFiller(st.columns, s.spec, "sql", env.Faults); err != nil {
		return err
	}
	result := conn.ExecParams(ctx, st.sql, nil, nil, nil, st.formats)
	for result.NextRow() {
		if err := s.row(st, result.Values()); err != nil {
			return err
		}
	}
	_, err = result.Close()
	return err
}

// disconnect closes a connection, and waits a moment for what that leaves behind.
func disconnect(conn *pgconn.PgConn) {
	ctx, cancel := context.WithTimeout(context.Background(), closing)
	defer cancel()
	_ = conn.Close(ctx) // the answer is complete, or its error is known
	select {
	case <-conn.CleanupDone():
	case <-ctx.Done():
	}
}

// row appends a row of the answer.
func (s *source) row(st *statement, values [][]byte) error {
	if s.size++; s.size > s.opts.maxRows {
		return fmt.Errorf("%s has more than %d rows; raise the option max_rows", s.opts.what(), s.opts.maxRows)
	}
	for i, v := range values {
		s.taken.Bytes += len(v)
		if st.padded[i] && len(v) > 0 {
			values[i] = bytes.TrimRight(v, " ")
		}
	}
	s.taken.Records++
	if err := s.filler.Row(s.builder, 0, values); err != nil {
		return fmt.Errorf("%s, row %d: %w", s.opts.what(), s.size, err)
	}
	if s.builder.Rows == s.rows {
		s.end()
		s.begin()
	}
	return nil
}

// begin begins a batch.
func (s *source) begin() {
	s.builder.Reset(s.rows)
	s.taken = operators.Polled{MaxTime: window.Min}
}

// end keeps the batch for Poll.
func (s *source) end() {
	if s.spec.Time >= 0 {
		s.taken.MaxTime = s.filler.MaxTime()
	}
	if s.builder.Rows > 0 {
		s.taken.Batch = s.builder.Finish(nil)
	}
	s.read = append(s.read, s.taken)
}

// Poll implements operators.Source.
func (s *source) Poll(ctx context.Context) (operators.Polled, error) {
	switch {
	case ctx.Err() != nil:
		return operators.Polled{MaxTime: window.Min}, context.Cause(ctx)
	case len(s.read) == 0:
		return operators.Polled{MaxTime: window.Min}, io.EOF
	}
	p := s.read[0]
	s.read = s.read[1:]
	p.Ended = len(s.read) == 0
	return p, nil
}

// Snapshot implements operators.Source: an answer is read anew.
func (s *source) Snapshot(context.Context) ([]operators.Position, error) {
	return []operators.Position{{Split: s.opts.shown()}}, nil
}

// Close implements operators.Source.
func (s *source) Close() error {
	for _, p := range s.read {
		if p.Batch.Record != nil {
			p.Batch.Release()
		}
	}
	s.read = nil
	if s.builder != nil {
		s.builder.Close()
		s.builder = nil
	}
	return nil
}

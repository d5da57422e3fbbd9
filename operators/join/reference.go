package join

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/expr"
)

// CodeStale is the code of a table that could not be read again.
const CodeStale = "KSQL-4202"

// ReferenceConfig describes a table of reference data.
type ReferenceConfig struct {
	Name     string
	Schema   *batch.Schema
	Keys     []expr.Node // over the columns, in the order of the lookup's keys
	NullSafe []bool      // by key; nil: none
	Primary  []int       // columns of which no two rows are equal; nil: there are none
	Where    expr.Node   // the rows that count; nil: all
	MaxRows  int64
	// Refresh is how often the table is read again; 0: where Version says that it
	// has changed.
	Refresh time.Duration
	// Source opens the table anew.
	Source func() (operators.Source, error)
	// Version is cheap to ask and another one when the table has changed; nil: there
	// is no telling.
	Version func() (string, error)
}

// look is how often Version is asked.
const look = time.Second

// Reference is a table that the instances of a lookup share. It is safe for
// concurrent use; the instance whose tick is due first reads it again for all.
type Reference struct {
	cfg ReferenceConfig

	mu      sync.Mutex
	now     *version
	users   int
	version string
	due     time.Time
}

// version is a table as it was read: immutable. Its last row is all NULL, for rows
// that find nothing.
type version struct {
	rows   batch.Batch
	index  *index
	loader *lookup
	bytes  int64
}

// NewReference returns a table that has not been read yet.
func NewReference(cfg ReferenceConfig) *Reference { return &Reference{cfg: cfg} }

// open makes o a user of the table, which the first user reads.
func (r *Reference) open(ctx context.Context, o *lookup) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.users++
	if r.now != nil {
		return nil
	}
	r.note()
	r.due = o.env.Now().Add(r.every())
	v, err := r.load(ctx, o)
	if err != nil {
		return fmt.Errorf("table %q: %w", r.cfg.Name, err)
	}
	r.now = v
	return nil
}

// close takes a user off; with the last one the table goes.
func (r *Reference) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.users--; r.users == 0 && r.now != nil {
		r.now.rows.Release()
		r.now = nil
	}
}

// take returns the table as it stands, of which the caller releases the rows.
func (r *Reference) take() *version {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.now != nil {
		r.now.rows.Retain()
	}
	return r.now
}

// every is how long it is to the next refresh or look; 0: there is none.
func (r *Reference) every() time.Duration {
	if r.cfg.Refresh > 0 || r.cfg.Version == nil {
		return r.cfg.Refresh
	}
	return look
}

// nextTick is when refresh is to be called; zero: never.
func (r *Reference) nextTick() time.Time {
	if r.every() == 0 {
		return time.Time{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.due
}

// refresh reads the table again if that is due. One that cannot be read stays as it
// is, and a row error says so.
func (r *Reference) refresh(ctx context.Context, o *lookup) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := o.env.Now()
	if now.Before(r.due) {
		return nil
	}
	r.due = now.Add(r.every())
	if r.cfg.Refresh == 0 && !r.note() {
		return nil
	}
	v, err := r.load(ctx, o)
	switch {
	case errors.Is(err, operators.ErrUnchanged):
		return nil
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		o.env.Faults.RowError(operators.RowError{
			Where: operators.Where{Split: r.cfg.Name}, Operator: "lookup", Code: CodeStale,
			Message: fmt.Sprintf("table %q could not be read again and stays as it was: %s", r.cfg.Name, err),
		})
		return nil
	}
	r.now.rows.Release()
	r.now = v
	return nil
}

// note asks for the version and reports whether it is another one. A table that is
// gone for a moment has not changed.
func (r *Reference) note() bool {
	if r.cfg.Version == nil {
		return true
	}
	v, err := r.cfg.Version()
	if err != nil || v == r.version {
		return false
	}
	r.version = v
	return true
}

// load reads the whole table and indexes it.
func (r *Reference) load(ctx context.Context, o *lookup) (*version, error) {
	parts, bytes, err := r.read(ctx, o.env)
	defer func() {
		for _, b := range parts {
			b.Release()
		}
	}()
	if err != nil {
		return nil, err
	}
	parts = append(parts, nullRow(o.env.Alloc, r.cfg.Schema))
	rows, err := batch.Concat(o.env.Alloc, parts)
	if err != nil {
		return nil, err
	}
	v := &version{rows: rows, loader: o, bytes: bytes}
	if v.index, err = r.indexOf(rows, o.env); err != nil {
		rows.Release()
		return nil, err
	}
	v.bytes += v.index.bytes()
	return v, nil
}

// read polls a new source to its end.
func (r *Reference) read(ctx context.Context, env operators.Env) (parts []batch.Batch, bytes int64, err error) {
	src, err := r.cfg.Source()
	if err != nil {
		return nil, 0, err
	}
	defer func() { err = errors.Join(err, src.Close()) }()
	env.State = nil
	if err := src.Open(ctx, env); err != nil {
		return nil, 0, err
	}
	rows := int64(0)
	for {
		p, err := src.Poll(ctx)
		if p.Batch.Record != nil && p.Batch.Rows() > 0 {
			rows += int64(p.Batch.Rows())
			bytes += size(p.Batch)
			parts = append(parts, p.Batch.Own())
		}
		if p.Batch.Record != nil {
			p.Batch.Release()
		}
		switch {
		case errors.Is(err, io.EOF):
			return parts, bytes, nil
		case err != nil:
			return parts, bytes, err
		case rows > r.cfg.MaxRows:
			return parts, bytes, fmt.Errorf("it has more than %d rows; raise the option max_rows, or read it as a stream", r.cfg.MaxRows)
		}
	}
}

// size estimates the memory of a batch.
func size(b batch.Batch) int64 {
	n := int64(0)
	for i := range b.NumCols() {
		for _, buf := range b.Column(int(i)).Data().Buffers() {
			if buf != nil {
				n += int64(buf.Len())
			}
		}
	}
	return n
}

// nullRow is one row of NULLs.
func nullRow(alloc memory.Allocator, schema *batch.Schema) batch.Batch {
	b := batch.NewBuilder(alloc, schema)
	defer b.Close()
	b.Reset(1)
	for i := range schema.Len() {
		if b.Nested[i] != nil {
			b.Nested[i].AppendNull()
		} else {
			b.Null(i)
		}
	}
	b.EndRow()
	return b.Finish(nil)
}

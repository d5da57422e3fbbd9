package main

import (
	"context"
	"fmt"
	"io"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/file"
	"github.com/apache/arrow/go/v17/parquet/schema"

	"kinesql/operators/batch"
	"kinesql/window"
)

// groupRows is how many events a row group of the file holds: whole batches, so
// that no batch lies in two groups.
const groupRows = 64 * hopRows

// eventsInput is the file that the hops are fed from and that DuckDB reads:
// Parquet with the columns of hopIn as 64-bit integers, in event-time order.
var eventsInput = input{name: "events", extension: "parquet", write: writeEvents}

func writeEvents(ctx context.Context, w io.Writer, seed uint64, n int64) error {
	e := events{seed, n}
	out := file.NewParquetWriter(keepOpen{w}, eventsSchema(), file.WithWriterProps(parquet.NewWriterProperties(
		parquet.WithCompression(compress.Codecs.Snappy), parquet.WithDictionaryDefault(false))))
	for i := int64(0); i < n; i += groupRows {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := writeGroup(out.AppendRowGroup(), e.columns(i, min(groupRows, n-i))); err != nil {
			return err
		}
	}
	return out.Close()
}

// keepOpen hides a writer's Close, which belongs to who opened it.
type keepOpen struct{ io.Writer }

// eventsSchema cannot fail: the fields are fixed and well-formed.
func eventsSchema() *schema.GroupNode {
	fields := schema.FieldList{}
	for c := range hopIn.Len() {
		fields = append(fields, schema.NewInt64Node(hopIn.Field(c).Name, parquet.Repetitions.Required, -1))
	}
	return schema.MustGroup(schema.NewGroupNode("events", parquet.Repetitions.Required, fields, -1))
}

func writeGroup(g file.SerialRowGroupWriter, columns [][]int64) error {
	for _, values := range columns {
		w, err := g.NextColumn()
		if err != nil {
			return err
		}
		if _, err := w.(*file.Int64ColumnChunkWriter).WriteBatch(values, nil, nil); err != nil {
			return err
		}
		if err := w.Close(); err != nil {
			return err
		}
	}
	return g.Close()
}

// eventsReader reads the file a batch at a time into the same memory.
type eventsReader struct {
	in      *file.Reader
	group   int // the next row group
	chunks  []*file.Int64ColumnChunkReader
	columns [][]int64
}

func openEvents(path string) (*eventsReader, error) {
	in, err := file.OpenParquetFile(path, false)
	if err != nil {
		return nil, fmt.Errorf("open the events: %w", err)
	}
	r := &eventsReader{in: in, columns: make([][]int64, hopIn.Len())}
	for c := range r.columns {
		r.columns[c] = make([]int64, hopRows)
	}
	return r, nil
}

// next is the next batch, which holds until the call after; false: there is none.
func (r *eventsReader) next() (batch.Batch, bool, error) {
	for {
		if r.chunks == nil {
			if r.group == r.in.NumRowGroups() {
				return batch.Batch{}, false, nil
			}
			if err := r.open(); err != nil {
				return batch.Batch{}, false, err
			}
		}
		n, err := r.read()
		if err != nil {
			return batch.Batch{}, false, err
		}
		if n > 0 {
			return r.batch(n), true, nil
		}
		r.chunks = nil
	}
}

func (r *eventsReader) open() error {
	group := r.in.RowGroup(r.group)
	r.group++
	r.chunks = make([]*file.Int64ColumnChunkReader, len(r.columns))
	for c := range r.chunks {
		chunk, err := group.Column(c)
		if err != nil {
			return err
		}
		of64, ok := chunk.(*file.Int64ColumnChunkReader)
		if !ok {
			return fmt.Errorf("column %d of the events is %T, want 64-bit integers", c, chunk)
		}
		r.chunks[c] = of64
	}
	return nil
}

// read fills the columns, as far as the row group reaches.
func (r *eventsReader) read() (int, error) {
	for c, chunk := range r.chunks {
		full := 0
		for full < hopRows && chunk.HasNext() {
			_, n, err := chunk.ReadBatch(int64(hopRows-full), r.columns[c][full:hopRows], nil, nil)
			if err != nil {
				return 0, err
			}
			full += n
		}
		if c > 0 && full != len(r.columns[0]) {
			return 0, fmt.Errorf("the events have %d rows of column %d, %d of the first", full, c, len(r.columns[0]))
		}
		r.columns[c] = r.columns[c][:full]
	}
	return len(r.columns[0]), nil
}

func (r *eventsReader) batch(n int) batch.Batch {
	cols := make([]batch.Vector, len(r.columns))
	for c, values := range r.columns {
		cols[c] = batch.Vector{Type: hopIn.Field(c).Type, Len: n, I64: values}
	}
	return batch.New(hopIn, n, cols, batch.Beside{})
}

// last is the time of the last event of the batch.
func (r *eventsReader) last() window.Micros {
	times := r.columns[0]
	return window.Micros(times[len(times)-1])
}

func (r *eventsReader) close() error { return r.in.Close() }

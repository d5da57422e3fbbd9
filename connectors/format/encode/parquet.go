package encode

import (
	"io"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/compress"
	"github.com/apache/arrow/go/v17/parquet/pqarrow"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// groupRows is how many rows a row group holds.
const groupRows = 128 << 10

// parquetFile writes a Parquet file, compressed with Snappy.
type parquetFile struct {
	narrower
	file *pqarrow.FileWriter
}

func newParquet(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error) {
	n := newNarrower(schema, opts.Changes)
	props := parquet.NewWriterProperties(
		parquet.WithCompression(compress.Codecs.Snappy), parquet.WithMaxRowGroupLength(groupRows))
	file, err := pqarrow.NewFileWriter(n.arrow, noCloser{w}, props, pqarrow.NewArrowWriterProperties(pqarrow.WithStoreSchema()))
	if err != nil {
		return nil, err
	}
	return &parquetFile{narrower: n, file: file}, nil
}

// noCloser hides a writer's Close, which belongs to who opened it.
type noCloser struct{ io.Writer }

// Encode implements format.Encoder.
func (p *parquetFile) Encode(b batch.Batch) error {
	rec := p.record(b)
	defer rec.Release()
	return p.file.WriteBuffered(rec)
}

// Flush implements format.Encoder: a row group cannot be shown before it ends.
func (p *parquetFile) Flush() error { return nil }

// Close implements format.Encoder.
func (p *parquetFile) Close() error { return p.file.Close() }

package encode

import (
	"errors"
	"io"

	"github.com/apache/arrow/go/v17/arrow/ipc"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// arrowFile writes the Arrow IPC file format: the stream between magic words,
// with an index at the end. It is what programs expect of a file *.arrow.
type arrowFile struct {
	narrower
	ipc *ipc.FileWriter
}

func newArrowFile(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error) {
	n := newNarrower(schema, opts.Changes)
	file, err := ipc.NewFileWriter(&counted{w: w}, ipc.WithSchema(n.arrow))
	if err != nil {
		return nil, err
	}
	return &arrowFile{narrower: n, ipc: file}, nil
}

// Encode implements format.Encoder.
func (f *arrowFile) Encode(b batch.Batch) error {
	rec := f.record(b)
	defer rec.Release()
	return f.ipc.Write(rec)
}

// Flush implements format.Encoder: a batch is written when it comes.
func (f *arrowFile) Flush() error { return nil }

// Close implements format.Encoder.
func (f *arrowFile) Close() error { return f.ipc.Close() }

// counted is a writer that knows its position, which is all the seeking that
// an ipc.FileWriter does.
type counted struct {
	w io.Writer
	n int64
}

// Write implements io.Writer.
func (c *counted) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// Seek implements io.Seeker for the current position only.
func (c *counted) Seek(offset int64, whence int) (int64, error) {
	if offset != 0 || whence != io.SeekCurrent {
		return 0, errors.New("an arrow file is written from front to back")
	}
	return c.n, nil
}

package engine

import (
	"bufio"
	"errors"
	"os"
	"sync"

	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/operators/batch"
	"kinesql/planner/catalog"
)

// faultFiles are the files that failed and late rows of all queries go to; nil
// where none was asked for.
type faultFiles struct{ errors, late *faultFile }

// faultFile is a file of JSON lines. It may be written from several goroutines.
type faultFile struct {
	mu   sync.Mutex
	file *os.File
	buf  *bufio.Writer
	enc  format.Encoder
}

func (e *Engine) openFiles() (err error) {
	if e.cfg.ErrorsTo != "" {
		if e.files.errors, err = openFaults(e.cfg.ErrorsTo, catalog.ErrorsSchema()); err != nil {
			return err
		}
	}
	if e.cfg.LateTo != "" {
		e.files.late, err = openFaults(e.cfg.LateTo, catalog.LateSchema())
	}
	return err
}

func (e *Engine) closeFiles() error {
	err := errors.Join(e.files.errors.close(), e.files.late.close())
	e.files = faultFiles{}
	return err
}

func openFaults(path string, schema *batch.Schema) (*faultFile, error) {
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	f := &faultFile{file: file, buf: bufio.NewWriter(file)}
	f.enc, err = encode.New("jsonl", f.buf, schema, format.EncodeOptions{})
	return f, err
}

// Append implements rowLog.
func (f *faultFile) Append(b batch.Batch) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.enc.Encode(b)
}

func (f *faultFile) close() error {
	if f == nil {
		return nil
	}
	return errors.Join(f.enc.Close(), f.buf.Flush(), f.file.Close())
}

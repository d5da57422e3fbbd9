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
// where none was asked for. Scripts that run at the same time share them.
type faultFiles struct {
	mu           sync.Mutex
	scripts      int
	errors, late *faultFile
}

// faultFile is a file of JSON lines. It may be written from several goroutines.
type faultFile struct {
	mu   sync.Mutex
	file *os.File
	buf  *bufio.Writer
	enc  format.Encoder
}

// openFiles opens the files for the first of the scripts that run.
func (e *Engine) openFiles() (err error) {
	f := &e.files
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.scripts > 0 {
		f.scripts++
		return nil
	}
	if e.cfg.ErrorsTo != "" {
		if f.errors, err = openFaults(e.cfg.ErrorsTo, catalog.ErrorsSchema()); err != nil {
			return err
		}
	}
	if e.cfg.LateTo != "" {
		if f.late, err = openFaults(e.cfg.LateTo, catalog.LateSchema()); err != nil {
			return err
		}
	}
	f.scripts++
	return nil
}

// closeFiles closes the files after the last of the scripts.
func (e *Engine) closeFiles() error {
	f := &e.files
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.scripts--; f.scripts > 0 {
		return nil
	}
	err := errors.Join(f.errors.close(), f.late.close())
	f.errors, f.late = nil, nil
	return err
}

// logs returns the files that are open, of failed and of late rows.
func (f *faultFiles) logs() (errors, late []rowLog) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.errors != nil {
		errors = append(errors, f.errors)
	}
	if f.late != nil {
		late = append(late, f.late)
	}
	return errors, late
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

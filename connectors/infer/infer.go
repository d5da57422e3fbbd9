// Package infer proposes a CREATE STREAM for a file, from its first records. It
// recognises JSON lines, the access logs of Apache and nginx, and CSV, packed or
// not; for any other text it proposes the format regex to fill in.
//
// The likeliest event time becomes the WATERMARK: a column called like a time
// with text or epoch numbers of plausible times, else any column of times. Its
// delay is the disorder of the sample, rounded up; 10 seconds if there is none.
package infer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"kinesql/connectors/format/blocks"
	"kinesql/operators/batch"
	"kinesql/window"
)

const (
	sampleRecords = 1000
	sampleBytes   = 4 << 20
)

// sample is the start of a file.
type sample struct {
	path  string
	text  []byte
	whole bool // the file has no more
}

// proposal is the stream that is proposed.
type proposal struct {
	columns []batch.Field // none: the format supplies them
	time    string        // column of the WATERMARK; empty: none
	delay   window.Micros
	options [][2]string
	remark  string // put before the statement as a comment
}

var errBinary = errors.New("holds zero bytes: binary data or UTF-16, want text in UTF-8 such as JSON lines, CSV or an access log")

// File returns a CREATE STREAM statement that reads the file.
func File(path string) (string, error) {
	s, err := read(path)
	if err != nil {
		return "", err
	}
	for _, guess := range []func(*sample) (*proposal, error){guessJSON, guessCombined, guessCSV} {
		p, err := guess(s)
		if err != nil {
			return "", fmt.Errorf("%q: %w", path, err)
		}
		if p != nil {
			return p.statement(s), nil
		}
	}
	if bytes.IndexByte(s.text, 0) >= 0 {
		return "", fmt.Errorf("%q: %w", path, errBinary)
	}
	return regexProposal().statement(s), nil
}

func read(path string) (*sample, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("file %q does not exist", path)
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, fmt.Errorf("%q is a directory; name one of its files", path)
	}
	body, packed, err := blocks.Unpack(f)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	if packed {
		defer body.Close()
	}
	text, err := io.ReadAll(io.LimitReader(body, sampleBytes))
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, fmt.Errorf("%q: %w", path, err)
	}
	if len(bytes.TrimSpace(text)) == 0 {
		return nil, fmt.Errorf("file %q is empty: there is nothing to infer columns from", path)
	}
	return &sample{path: path, text: text, whole: len(text) < sampleBytes}, nil
}

// lines returns the first lines that are not empty.
func (s *sample) lines() [][]byte {
	var out [][]byte
	rest := bytes.TrimPrefix(s.text, []byte("\xef\xbb\xbf"))
	for len(rest) > 0 && len(out) < sampleRecords {
		line, after, ok := bytes.Cut(rest, []byte{'\n'})
		if !ok && !s.whole && len(out) > 0 {
			break
		}
		if rest = after; len(bytes.TrimSpace(line)) > 0 {
			out = append(out, bytes.TrimSuffix(line, []byte{'\r'}))
		}
	}
	return out
}

// mostly reports whether so many of all that the others may be damaged.
func mostly(good, all int) bool { return good > 0 && good*5 >= all*4 }

func regexProposal() *proposal {
	return &proposal{
		columns: []batch.Field{{Name: "line", Type: batch.Of(batch.Varchar)}},
		options: [][2]string{{"format", "regex"}, {"pattern", "^(?P<line>.*)$"}},
		remark: "The file holds neither JSON lines nor CSV nor an access log. Name the parts of\n" +
			"a line by groups (?P<name>...) of the pattern, and declare a column for each.",
	}
}

// streamName makes an identifier of a file's name up to its first dot.
func streamName(path string) string {
	base := filepath.Base(path)
	stem, _, _ := strings.Cut(strings.TrimLeft(base, "."), ".")
	name := strings.Trim(strings.Map(func(r rune) rune {
		if r == '_' || (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') {
			return r
		}
		return '_'
	}, stem), "_")
	if name == "" {
		name = "input"
	}
	if name[0] >= '0' && name[0] <= '9' || reserved(name) {
		name = "s_" + name
	}
	return name
}

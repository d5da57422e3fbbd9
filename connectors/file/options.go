package file

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"kinesql/connectors"
	"kinesql/connectors/format/blocks"
)

// written are the formats of sinks.
var written = []string{"json", "csv", "parquet", "arrow"}

type options struct {
	path      string
	format    string
	follow    bool
	fromEnd   bool
	maxRecord int
}

// readOptions reads the connector's own options.
func readOptions(o connectors.Options) (opts options, err error) {
	o.Lookup("connector")
	if opts.path, err = o.Require("path"); err != nil {
		return opts, err
	}
	if opts.format = strings.ToLower(o.String("format", "json")); opts.format == "jsonl" {
		opts.format = "json"
	}
	if opts.follow, err = o.Bool("follow", false); err != nil {
		return opts, err
	}
	start, err := o.Enum("start", "beginning", "beginning", "end")
	if err != nil {
		return opts, err
	}
	if opts.fromEnd = start == "end"; opts.fromEnd && !opts.follow {
		return opts, &connectors.OptionError{Key: "start", Message: "'end' needs follow = 'true': there is nothing else to read"}
	}
	limit, err := o.Int("max_record_bytes", blocks.MaxRecord, 1, 1<<30)
	opts.maxRecord = int(limit)
	return opts, err
}

func isGlob(path string) bool {
	if !strings.ContainsAny(path, "*?[{") {
		return false
	}
	_, err := os.Lstat(path)
	return err != nil // a file may be called so
}

// list returns the files that a path means now, by name. A path that is no
// pattern is returned whether it exists or not.
func list(path string) ([]string, error) {
	if !isGlob(path) {
		if _, err := os.Stat(path); err != nil {
			return nil, nil
		}
		return []string{path}, nil
	}
	files, err := doublestar.FilepathGlob(path, doublestar.WithFilesOnly())
	if err != nil {
		return nil, &connectors.OptionError{Key: "path", Message: fmt.Sprintf("bad pattern %q: %s", path, err)}
	}
	if !strings.HasPrefix(filepath.Base(path), ".") {
		files = slices.DeleteFunc(files, func(f string) bool { return strings.HasPrefix(filepath.Base(f), ".") })
	}
	slices.Sort(files)
	return files, nil
}

package file

import (
	"fmt"
	"os"
	"strings"

	"kinesql/connectors"
)

// Version implements connectors.Versioner: names, sizes and times of change of the
// files.
func (c *Connector) Version(spec connectors.Spec) (string, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return "", err
	}
	files, err := list(opts.path)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, path := range files {
		info, err := os.Stat(path)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&b, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
	}
	return b.String(), nil
}

package blocks

import (
	"bytes"
	"io"
	"os"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

var (
	gzipMagic = []byte{0x1f, 0x8b}
	zstdMagic = []byte{0x28, 0xb5, 0x2f, 0xfd}
)

// maxWindow bounds the memory of a zstd decoder: the window of `zstd --ultra`.
const maxWindow = 128 << 20

// Unpack returns what a file holds, decompressed if its first bytes say that it
// is compressed. The reader need be closed only if packed.
func Unpack(f *os.File) (body io.ReadCloser, packed bool, err error) {
	magic := make([]byte, len(zstdMagic))
	n, _ := f.ReadAt(magic, 0) // a pipe cannot: it is read as it is
	switch magic = magic[:n]; {
	case bytes.HasPrefix(magic, gzipMagic):
		body, err = gzip.NewReader(f)
		return body, true, err
	case bytes.Equal(magic, zstdMagic):
		d, err := zstd.NewReader(f, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, true, err
		}
		return d.IOReadCloser(), true, nil
	}
	return f, false, nil
}

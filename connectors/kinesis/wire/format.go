package wire

import "strings"

// Format is how a body is written.
type Format uint8

// The formats.
const (
	JSON Format = iota
	CBOR
)

const (
	contentJSON = "application/x-amz-json-1.1"
	contentCBOR = "application/x-amz-cbor-1.1"
)

// ContentType is the value of the HTTP header.
func (f Format) ContentType() string {
	if f == CBOR {
		return contentCBOR
	}
	return contentJSON
}

// FormatOf tells which format a Content-Type header names.
func FormatOf(contentType string) (Format, bool) {
	switch MediaType(contentType) {
	case contentJSON:
		return JSON, true
	case contentCBOR:
		return CBOR, true
	}
	return JSON, false
}

// MediaType is a Content-Type header without its parameters.
func MediaType(contentType string) string {
	media, _, _ := strings.Cut(contentType, ";")
	return strings.TrimSpace(media)
}

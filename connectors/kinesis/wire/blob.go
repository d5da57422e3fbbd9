package wire

import (
	"bytes"
	"encoding/base64"
	"reflect"
	"unicode/utf8"
)

var strictBase64 = base64.StdEncoding.Strict()

// fillBlob reads base64, or the bytes of a CBOR document as they are.
func (d *Document) fillBlob(i int32, v reflect.Value) *Error {
	x := &d.values[i]
	switch x.kind {
	case blob:
		v.SetBytes(x.text)
		return nil
	case text:
		data := make([]byte, base64.StdEncoding.DecodedLen(len(x.text)))
		n, err := strictBase64.Decode(data, x.text)
		if err != nil || n != blobLength(x.text) { // line feeds are passed over, and so counted less
			return badBase64(x.text)
		}
		v.SetBytes(data[:n])
		return nil
	}
	return d.mismatch(i, "a Blob")
}

// blobLength is how many bytes a base64 text stands for.
func blobLength(text []byte) int {
	tail := text[max(0, len(text)-2):]
	padding := len(tail) - len(bytes.TrimRight(tail, "="))
	return max(0, len(text)/4*3-padding)
}

// badBase64 says what is wrong with a text that is no base64.
func badBase64(text []byte) *Error {
	quoted := validText(text)
	if n := utf8.RuneCount(text); n%4 != 0 {
		return Errorf(codeSerialization, "'%s' can not be converted to a Blob: "+
			"Base64 encoded length is expected a multiple of 4 bytes but found: %d", quoted, n)
	}
	if c, ok := strangeCharacter(quoted); ok {
		return Errorf(codeSerialization, "'%s' can not be converted to a Blob: Invalid Base64 character: '%c'", quoted, c)
	}
	// "dectected" is how the service spells it.
	return Errorf(codeSerialization, "'%s' can not be converted to a Blob: Invalid last non-pad Base64 character dectected", quoted)
}

// strangeCharacter finds the first character that is not of base64's, or padding
// before the end.
func strangeCharacter(text string) (rune, bool) {
	padded := false
	for _, c := range text {
		switch {
		case c == '=':
			padded = true
		case padded:
			return '=', true
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/':
		default:
			return c, true
		}
	}
	return 0, false
}

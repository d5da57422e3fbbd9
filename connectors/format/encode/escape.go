package encode

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
)

const hexDigits = "0123456789abcdef"

// appendString appends s, which is UTF-8, as a JSON string.
func appendString(dst, s []byte) []byte {
	dst = append(dst, '"')
	if plain(s) {
		dst = append(dst, s...)
	} else {
		dst = appendEscaped(dst, s)
	}
	return append(dst, '"')
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// plain reports whether no byte needs an escape. It looks at eight bytes at a
// time.
func plain(s []byte) bool {
	for len(s) >= 32 {
		w := s[:32]
		found := special(binary.LittleEndian.Uint64(w)) | special(binary.LittleEndian.Uint64(w[8:])) |
			special(binary.LittleEndian.Uint64(w[16:])) | special(binary.LittleEndian.Uint64(w[24:]))
		if found&highs != 0 {
			return false
		}
		s = s[32:]
	}
	for len(s) >= 8 {
		if special(binary.LittleEndian.Uint64(s))&highs != 0 {
			return false
		}
		s = s[8:]
	}
	for _, c := range s {
		if c < ' ' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

// special sets the high bit of some byte if one of eight bytes is a control
// character, a quote or a backslash; other bits have no meaning. A byte
// beyond ASCII is none of them and lends no bit to the next.
func special(w uint64) uint64 {
	return ((w - ' '*ones) | (w ^ '"'*ones - ones) | (w ^ '\\'*ones - ones)) &^ w
}

func appendEscaped(dst, s []byte) []byte {
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c >= ' ':
			dst = append(dst, c)
		case c == '\n':
			dst = append(dst, '\\', 'n')
		case c == '\r':
			dst = append(dst, '\\', 'r')
		case c == '\t':
			dst = append(dst, '\\', 't')
		default:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	return dst
}

// appendOneLine appends JSON text, without the blanks between values if it has
// line breaks.
func appendOneLine(dst, s []byte) []byte {
	if bytes.IndexByte(s, '\n') < 0 && bytes.IndexByte(s, '\r') < 0 {
		return append(dst, s...)
	}
	out := bytes.NewBuffer(dst)
	if json.Compact(out, s) != nil {
		return appendString(dst, s) // not JSON: kept as text
	}
	return out.Bytes()
}

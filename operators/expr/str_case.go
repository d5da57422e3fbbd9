package expr

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

func caseFunctions() []*Function {
	return family(
		define("LOWER(text VARCHAR) -> VARCHAR", text1(mapRunes(unicode.ToLower)),
			"Text in lower case.", "LOWER('KineSQL')", "kinesql").total().as("LCASE"),
		define("UPPER(text VARCHAR) -> VARCHAR", text1(mapRunes(unicode.ToUpper)),
			"Text in upper case.", "UPPER('KineSQL')", "KINESQL").total().as("UCASE"),
		define("INITCAP(text VARCHAR) -> VARCHAR", text1(initcap),
			"Text with each word's first letter in upper case and the others in lower case.",
			"INITCAP('hello wORLD')", "Hello World").total().as(),
		define("REVERSE(text VARCHAR) -> VARCHAR", text1(reverse),
			"Text backwards.", "REVERSE('abc')", "cba").total().as(),
	)
}

// mapRunes changes each character, with a short cut for ASCII.
func mapRunes(change func(rune) rune) func(dst, s []byte) []byte {
	var ascii [utf8.RuneSelf]byte
	for c := range ascii {
		ascii[c] = byte(change(rune(c)))
	}
	return func(dst, s []byte) []byte {
		for i := 0; i < len(s); {
			if c := s[i]; c < utf8.RuneSelf {
				dst = append(dst, ascii[c])
				i++
				continue
			}
			r, size := utf8.DecodeRune(s[i:])
			dst = utf8.AppendRune(dst, change(r))
			i += size
		}
		return dst
	}
}

func initcap(dst, s []byte) []byte {
	inWord := false
	for len(s) > 0 {
		r, size := utf8.DecodeRune(s)
		s = s[size:]
		letter := unicode.IsLetter(r) || unicode.IsDigit(r)
		if inWord {
			r = unicode.ToLower(r)
		} else {
			r = unicode.ToUpper(r)
		}
		dst, inWord = utf8.AppendRune(dst, r), letter
	}
	return dst
}

func reverse(dst, s []byte) []byte {
	for len(s) > 0 {
		_, size := utf8.DecodeLastRune(s)
		dst = append(dst, s[len(s)-size:]...)
		s = s[:len(s)-size]
	}
	return dst
}

func lengthFunctions() []*Function {
	return family(
		define("LENGTH(text BYTES) -> BIGINT", textInt(func(s []byte) int64 { return int64(len(s)) }),
			"Length in bytes.", "LENGTH('né')", "3").total().as("OCTET_LENGTH"),
		define("CHAR_LENGTH(text VARCHAR) -> BIGINT", textInt(func(s []byte) int64 { return int64(utf8.RuneCount(s)) }),
			"Length in characters.", "CHAR_LENGTH('né')", "2").total().as("CHARACTER_LENGTH"),
		define("BIT_LENGTH(text BYTES) -> BIGINT", textInt(func(s []byte) int64 { return 8 * int64(len(s)) }),
			"Length in bits.", "BIT_LENGTH('né')", "24").total().as(),
		define("STRCMP(a VARCHAR, b VARCHAR) -> BIGINT", intRow(func(r *row) int64 { return int64(bytes.Compare(r.text(0), r.text(1))) }),
			"-1, 0 or 1 as the first text is before, equal to or behind the second.", "STRCMP('a', 'b')", "-1").total().as(),
	)
}

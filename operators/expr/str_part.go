package expr

import (
	"bytes"
	"unicode/utf8"
)

func partFunctions() []*Function {
	return family(
		define("SUBSTRING(text VARCHAR, position BIGINT[, length BIGINT]) -> VARCHAR", textRow(substring),
			"Part of a text from a position, from 1, or from the end where it is negative.",
			"SUBSTRING('streaming', -3, 2)", "in").total().as("SUBSTR", "MID"),
		define("LEFT(text VARCHAR, length BIGINT) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			s := r.text(0)
			return append(dst, s[:runeOffset(s, r.int(1))]...)
		}), "The first characters of a text.", "LEFT('stream', 3)", "str").total().as(),
		define("RIGHT(text VARCHAR, length BIGINT) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			s := r.text(0)
			return append(dst, s[runeOffset(s, int64(utf8.RuneCount(s))-r.int(1)):]...)
		}), "The last characters of a text.", "RIGHT('stream', 3)", "eam").total().as(),
		define("SUBSTRING_INDEX(text VARCHAR, delimiter VARCHAR, count BIGINT) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			return append(dst, substringIndex(r.text(0), r.text(1), r.int(2))...)
		}), "Text before the count-th delimiter, or behind it counted from the right where count is negative.",
			"SUBSTRING_INDEX('www.example.com', '.', 2)", "www.example").total().as(),
		define("SPLIT_INDEX(text VARCHAR, delimiter VARCHAR, index BIGINT) -> VARCHAR", textRow(splitIndex(0)),
			"Part number index, from 0, of a text cut at a delimiter; NULL if there is none.",
			"SPLIT_INDEX('a,b,c', ',', 1)", "b").total().as(),
		define("SPLIT_PART(text VARCHAR, delimiter VARCHAR, index BIGINT) -> VARCHAR", textRow(splitIndex(1)),
			"Part number index, from 1, of a text cut at a delimiter; NULL if there is none.",
			"SPLIT_PART('a,b,c', ',', 1)", "a").total().as(),
	)
}

// runeOffset is the byte at which character n begins; beyond the text, its end.
func runeOffset(s []byte, n int64) int {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		if s[i] < utf8.RuneSelf {
			i++
			continue
		}
		_, size := utf8.DecodeRune(s[i:])
		i += size
	}
	return i
}

func substring(r *row, dst []byte) []byte {
	s, pos := r.text(0), r.int(1)
	if pos < 0 {
		pos += int64(utf8.RuneCount(s)) + 1
	}
	if pos < 1 {
		return dst
	}
	s = s[runeOffset(s, pos-1):]
	if r.count() > 2 {
		s = s[:runeOffset(s, r.int(2))]
	}
	return append(dst, s...)
}

func substringIndex(s, delimiter []byte, count int64) []byte {
	if len(delimiter) == 0 || count == 0 {
		return nil
	}
	if count > 0 {
		at := 0
		for ; count > 0; count-- {
			i := bytes.Index(s[at:], delimiter)
			if i < 0 {
				return s
			}
			at += i + len(delimiter)
		}
		return s[:at-len(delimiter)]
	}
	end := len(s)
	for ; count < 0; count++ {
		i := bytes.LastIndex(s[:end], delimiter)
		if i < 0 {
			return s
		}
		end = i
	}
	return s[end+len(delimiter):]
}

func splitIndex(first int64) func(r *row, dst []byte) []byte {
	return func(r *row, dst []byte) []byte {
		s, delimiter, n := r.text(0), r.text(1), r.int(2)-first
		if n < 0 || len(delimiter) == 0 {
			r.null()
			return dst
		}
		for ; n > 0; n-- {
			_, rest, ok := bytes.Cut(s, delimiter)
			if !ok {
				r.null()
				return dst
			}
			s = rest
		}
		part, _, _ := bytes.Cut(s, delimiter)
		return append(dst, part...)
	}
}

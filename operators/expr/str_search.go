package expr

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

func searchFunctions() []*Function {
	return family(
		define("LOCATE(part VARCHAR, text VARCHAR[, start BIGINT]) -> BIGINT", intRow(func(r *row) int64 {
			return locate(r.text(1), r.text(0), r.intOr(2, 1))
		}), "Where a part first stands in a text, from 1, looked for from a start; 0 if nowhere.",
			"LOCATE('bar', 'foobarbar', 5)", "7").total().as(),
		define("POSITION(part VARCHAR, text VARCHAR) -> BIGINT", intRow(func(r *row) int64 {
			return locate(r.text(1), r.text(0), 1)
		}), "Where a part first stands in a text, from 1; 0 if nowhere.", "POSITION('bar' IN 'foobar')", "4").total().as(),
		define("INSTR(text VARCHAR, part VARCHAR) -> BIGINT", intRow(func(r *row) int64 {
			return locate(r.text(0), r.text(1), 1)
		}), "Where a part first stands in a text, from 1; 0 if nowhere.", "INSTR('foobar', 'bar')", "4").total().as(),
		define("FIND_IN_SET(item VARCHAR, list VARCHAR) -> BIGINT", intRow(findInSet),
			"The place of an item in a list with commas, from 1; 0 if it is not in it.", "FIND_IN_SET('b', 'a,b,c')", "2").total().as(),
		define("STARTS_WITH(text VARCHAR, part VARCHAR) -> BOOLEAN", textBool(bytes.HasPrefix),
			"Whether a text begins with a part.", "STARTS_WITH('stream', 'str')", "true").total().as(),
		define("ENDS_WITH(text VARCHAR, part VARCHAR) -> BOOLEAN", textBool(bytes.HasSuffix),
			"Whether a text ends with a part.", "ENDS_WITH('stream', 'eam')", "true").total().as(),
		define("CONTAINS(text VARCHAR, part VARCHAR) -> BOOLEAN", textBool(bytes.Contains),
			"Whether a text holds a part.", "CONTAINS('stream', 'rea')", "true").total().as(),
		define("SOUNDEX(text VARCHAR) -> VARCHAR", text1(soundex),
			"A code that words of similar sound share.", "SOUNDEX('Quadratically')", "Q36324").total().as(),
		define("LEVENSHTEIN(a VARCHAR, b VARCHAR) -> BIGINT", intRow(func(r *row) int64 {
			return levenshtein([]rune(string(r.text(0))), []rune(string(r.text(1))))
		}), "How many characters must change to turn one text into the other.", "LEVENSHTEIN('kitten', 'sitting')", "3").total().as(),
	)
}

// locate finds part at or behind character start.
func locate(s, part []byte, start int64) int64 {
	if start < 1 || start > int64(utf8.RuneCount(s))+1 {
		return 0
	}
	from := runeOffset(s, start-1)
	at := bytes.Index(s[from:], part)
	if at < 0 {
		return 0
	}
	return start + int64(utf8.RuneCount(s[from:from+at]))
}

func findInSet(r *row) int64 {
	item, list := r.text(0), r.text(1)
	if len(list) == 0 || bytes.IndexByte(item, ',') >= 0 {
		return 0
	}
	for n := int64(1); ; n++ {
		head, rest, more := bytes.Cut(list, []byte{','})
		if bytes.Equal(head, item) {
			return n
		}
		if !more {
			return 0
		}
		list = rest
	}
}

// soundexCodes has a digit for each letter from A on; 0: vowels and the like.
const soundexCodes = "01230120022455012623010202"

// soundex is MySQL's: of any length, at least four, in which vowels do not part
// letters of one code.
func soundex(dst, s []byte) []byte {
	start, last := len(dst), byte(0)
	for _, r := range string(s) {
		r = unicode.ToUpper(r)
		if r < 'A' || r > 'Z' {
			continue
		}
		code := soundexCodes[r-'A']
		switch {
		case len(dst) == start:
			dst = append(dst, byte(r))
			last = code
		case code != '0' && code != last:
			dst = append(dst, code)
			last = code
		}
	}
	for len(dst) > start && len(dst)-start < 4 {
		dst = append(dst, '0')
	}
	return dst
}

func levenshtein(a, b []rune) int64 {
	costs := make([]int64, len(b)+1)
	for j := range costs {
		costs[j] = int64(j)
	}
	for i, ca := range a {
		diagonal := costs[0]
		costs[0] = int64(i + 1)
		for j, cb := range b {
			change := diagonal
			if ca != cb {
				change++
			}
			diagonal = costs[j+1]
			costs[j+1] = min(change, diagonal+1, costs[j]+1)
		}
	}
	return costs[len(b)]
}

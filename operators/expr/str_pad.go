package expr

import (
	"bytes"
	"unicode/utf8"
)

func padFunctions() []*Function {
	return family(
		define("TRIM(text VARCHAR[, remove VARCHAR][, side VARCHAR]) -> VARCHAR", textRow(trim),
			"Text without blanks, or copies of another text, at its ends; side is 'BOTH', 'LEADING' or 'TRAILING'.",
			"TRIM(BOTH 'x' FROM 'xxabcx')", "abc").as(),
		define("LTRIM(text VARCHAR[, remove VARCHAR]) -> VARCHAR", trimSide(true, false),
			"Text without blanks, or copies of another text, at its start.", "LTRIM('  abc')", "abc").total().as(),
		define("RTRIM(text VARCHAR[, remove VARCHAR]) -> VARCHAR", trimSide(false, true),
			"Text without blanks, or copies of another text, at its end.", "RTRIM('abc  ')", "abc").total().as(),
		define("LPAD(text VARCHAR, length BIGINT[, pad VARCHAR]) -> VARCHAR", textRow(func(r *row, dst []byte) []byte { return pad(r, dst, true) }),
			"Text filled up at its start to a length in characters, or cut to it.", "LPAD('7', 3, '0')", "007").as(),
		define("RPAD(text VARCHAR, length BIGINT[, pad VARCHAR]) -> VARCHAR", textRow(func(r *row, dst []byte) []byte { return pad(r, dst, false) }),
			"Text filled up at its end to a length in characters, or cut to it.", "RPAD('ab', 4, '.')", "ab..").as(),
		define("REPEAT(text VARCHAR, count BIGINT) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			return repeat(r, dst, r.text(0), r.int(1))
		}), "Text count times over.", "REPEAT('ab', 3)", "ababab").as(),
		define("SPACE(count BIGINT) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			return repeat(r, dst, []byte{' '}, r.int(0))
		}), "Blanks.", "CONCAT('[', SPACE(2), ']')", "[  ]").as(),
		define("REPLACE(text VARCHAR, from VARCHAR, to VARCHAR) -> VARCHAR", textRow(replace),
			"Text with every occurrence of one text replaced by another.", "REPLACE('a-b-c', '-', '+')", "a+b+c").as(),
		define("INSERT(text VARCHAR, position BIGINT, length BIGINT, new VARCHAR) -> VARCHAR", textRow(insert),
			"Text with length characters from a position replaced by another text.", "INSERT('Quadratic', 3, 4, 'What')", "QuWhattic").as(),
		define("TRANSLATE(text VARCHAR, from VARCHAR, to VARCHAR) -> VARCHAR", textRow(translate),
			"Text with each character of one set replaced by its fellow of the other, or dropped.",
			"TRANSLATE('12-34', '1-', 'x')", "x234").total().as(),
	)
}

func trimSide(left, right bool) maker {
	return textRow(func(r *row, dst []byte) []byte {
		return append(dst, trimmed(r.text(0), removed(r), left, right)...)
	})
}

func removed(r *row) []byte {
	if r.count() > 1 {
		return r.text(1)
	}
	return []byte{' '}
}

func trim(r *row, dst []byte) []byte {
	left, right := true, true
	if r.count() > 2 {
		switch side := r.text(2); string(bytes.ToUpper(side)) {
		case "BOTH":
		case "LEADING":
			right = false
		case "TRAILING":
			left = false
		default:
			r.argument("TRIM: side %q is none of BOTH, LEADING, TRAILING", side)
			return dst
		}
	}
	return append(dst, trimmed(r.text(0), removed(r), left, right)...)
}

func trimmed(s, remove []byte, left, right bool) []byte {
	if len(remove) == 0 {
		return s
	}
	for left && bytes.HasPrefix(s, remove) {
		s = s[len(remove):]
	}
	for right && bytes.HasSuffix(s, remove) {
		s = s[:len(s)-len(remove)]
	}
	return s
}

// pad is LPAD and RPAD. A negative length and an empty filling that would be
// needed give NULL.
func pad(r *row, dst []byte, left bool) []byte {
	s, length, fill := r.text(0), r.int(1), []byte{' '}
	if r.count() > 2 {
		fill = r.text(2)
	}
	missing := length - int64(utf8.RuneCount(s))
	switch {
	case length < 0, missing > 0 && len(fill) == 0:
		r.null()
		return dst
	case missing <= 0:
		return append(dst, s[:runeOffset(s, length)]...)
	case missing > maxText:
		r.argument("%s: result of more than %d characters", name(r.f), maxText)
		return dst
	}
	if !left {
		dst = append(dst, s...)
	}
	width := int64(utf8.RuneCount(fill))
	for ; missing >= width; missing -= width {
		dst = append(dst, fill...)
	}
	dst = append(dst, fill[:runeOffset(fill, missing)]...)
	if left {
		dst = append(dst, s...)
	}
	return dst
}

func repeat(r *row, dst, s []byte, count int64) []byte {
	if len(s) == 0 {
		return dst
	}
	if count > int64(maxText/len(s)) {
		r.argument("%s: result of more than %d bytes", name(r.f), maxText)
		return dst
	}
	for ; count > 0; count-- {
		dst = append(dst, s...)
	}
	return dst
}

func replace(r *row, dst []byte) []byte {
	s, from, to := r.text(0), r.text(1), r.text(2)
	for len(from) > 0 {
		i := bytes.Index(s, from)
		if i < 0 {
			break
		}
		dst = append(append(dst, s[:i]...), to...)
		s = s[i+len(from):]
	}
	return append(dst, s...)
}

func insert(r *row, dst []byte) []byte {
	s, pos, length := r.text(0), r.int(1), r.int(2)
	count := int64(utf8.RuneCount(s))
	if pos < 1 || pos > count {
		return append(dst, s...)
	}
	if length < 0 || length > count-pos+1 {
		length = count - pos + 1
	}
	start := runeOffset(s, pos-1)
	dst = append(append(dst, s[:start]...), r.text(3)...)
	return append(dst, s[start+runeOffset(s[start:], length):]...)
}

func translate(r *row, dst []byte) []byte {
	from, to := r.text(1), r.text(2)
	for s := r.text(0); len(s) > 0; {
		_, size := utf8.DecodeRune(s)
		c := s[:size]
		s = s[size:]
		at := bytes.Index(from, c)
		if at < 0 {
			dst = append(dst, c...)
			continue
		}
		k := int64(utf8.RuneCount(from[:at]))
		dst = append(dst, to[runeOffset(to, k):runeOffset(to, k+1)]...)
	}
	return dst
}

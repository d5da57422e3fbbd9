package expr

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"unicode/utf8"
)

func codeFunctions() []*Function {
	return family(
		define("ASCII(text BYTES) -> BIGINT", textInt(func(s []byte) int64 {
			if len(s) == 0 {
				return 0
			}
			return int64(s[0])
		}), "The first byte of a text; 0 if it is empty.", "ASCII('A')", "65").total().as(),
		define("ORD(text VARCHAR) -> BIGINT", textInt(func(s []byte) int64 {
			_, size := utf8.DecodeRune(s)
			v := int64(0)
			for _, c := range s[:size] {
				v = v<<8 | int64(c)
			}
			return v
		}), "The bytes of the first character as a number.", "ORD('é')", "50089").total().as(),
		define("CHAR([code BIGINT]...) -> VARCHAR", textRow(char),
			"The text of the given codes; NULLs are left out.", "CHAR(75, 83)", "KS").total().nullable().as(),
		define("CHR(code BIGINT) -> VARCHAR", textRow(func(r *row, dst []byte) []byte {
			v := r.int(0)
			if v < 0 || v > utf8.MaxRune || !utf8.ValidRune(rune(v)) {
				r.null()
				return dst
			}
			return utf8.AppendRune(dst, rune(v))
		}), "The character of a Unicode code point; NULL if there is none.", "CHR(8364)", "€").total().as(),
		define("HEX(x BIGINT) -> VARCHAR", textRow(func(r *row, dst []byte) []byte { return appendUpperHex(dst, uint64(r.int(0))) }),
			"A number, or the bytes of a text, in hexadecimal.", "HEX(255)", "FF").
			or("HEX(text BYTES) -> VARCHAR", text1(func(dst, s []byte) []byte { return hexUpper(dst, s) })).total().as(),
		define("UNHEX(text VARCHAR) -> VARBINARY", textRow(unhex),
			"The bytes that hexadecimal digits stand for; NULL if they are none.", "UNHEX('4B53')", "KS").total().as("FROM_HEX"),
		define("TO_BASE64(text BYTES) -> VARCHAR", text1(base64.StdEncoding.AppendEncode),
			"Bytes in base 64.", "TO_BASE64('abc')", "YWJj").total().as(),
		define("FROM_BASE64(text VARCHAR) -> VARBINARY", textRow(func(r *row, dst []byte) []byte {
			out, err := base64.StdEncoding.AppendDecode(dst, r.text(0))
			if err != nil {
				r.null()
			}
			return out
		}), "The bytes that a text in base 64 stands for; NULL if it is none.", "FROM_BASE64('YWJj')", "abc").total().as(),
		define("BIN(x BIGINT) -> VARCHAR", baseText(2), "A number in binary.", "BIN(12)", "1100").total().as(),
		define("OCT(x BIGINT) -> VARCHAR", baseText(8), "A number in octal.", "OCT(12)", "14").total().as(),
		define("CONV(text VARCHAR, from BIGINT, to BIGINT) -> VARCHAR", textRow(conv),
			"A number in another base, 2 to 36; NULL for other bases.", "CONV('a', 16, 2)", "1010").total().as(),
	)
}

// char writes the bytes of each number; NULL where they are no UTF-8.
func char(r *row, dst []byte) []byte {
	start := len(dst)
	for k := range r.f.args {
		if !r.valid(k) {
			continue
		}
		v := uint32(r.int(k))
		for shift := 24; shift >= 0; shift -= 8 {
			if c := byte(v >> shift); c != 0 || shift == 0 || v>>shift != 0 {
				dst = append(dst, c)
			}
		}
	}
	if !utf8.Valid(dst[start:]) {
		r.null()
	}
	return dst
}

func appendUpperHex(dst []byte, v uint64) []byte {
	start := len(dst)
	dst = strconv.AppendUint(dst, v, 16)
	upperHex(dst[start:])
	return dst
}

func upperHex(s []byte) {
	for i, c := range s {
		if c >= 'a' {
			s[i] = c - 'a' + 'A'
		}
	}
}

func hexUpper(dst, s []byte) []byte {
	start := len(dst)
	dst = hex.AppendEncode(dst, s)
	upperHex(dst[start:])
	return dst
}

func unhex(r *row, dst []byte) []byte {
	s := r.text(0)
	if len(s)%2 == 1 {
		s = append([]byte{'0'}, s...)
	}
	out, err := hex.AppendDecode(dst, s)
	if err != nil {
		r.null()
	}
	return out
}

func baseText(base int) maker {
	return textRow(func(r *row, dst []byte) []byte { return strconv.AppendUint(dst, uint64(r.int(0)), base) })
}

// conv reads as many digits as there are, as MySQL does. A negative base to
// convert to makes the number signed.
func conv(r *row, dst []byte) []byte {
	from, to := r.int(1), r.int(2)
	signed := to < 0
	from, to = max(from, -from), max(to, -to)
	if from < 2 || from > 36 || to < 2 || to > 36 {
		r.null()
		return dst
	}
	s, neg := trimBlanks(r.text(0)), false
	if len(s) > 0 && (s[0] == '-' || s[0] == '+') {
		neg, s = s[0] == '-', s[1:]
	}
	v := parseDigits(s, uint64(from))
	if neg {
		v = -v
	}
	start := len(dst)
	if signed {
		dst = strconv.AppendInt(dst, int64(v), int(to))
	} else {
		dst = strconv.AppendUint(dst, v, int(to))
	}
	upperHex(dst[start:])
	return dst
}

// parseDigits stops at the first character that is no digit, and at 64 bits.
func parseDigits(s []byte, base uint64) (v uint64) {
	for _, c := range s {
		d := uint64(99)
		switch {
		case c >= '0' && c <= '9':
			d = uint64(c - '0')
		case c >= 'a' && c <= 'z':
			d = uint64(c-'a') + 10
		case c >= 'A' && c <= 'Z':
			d = uint64(c-'A') + 10
		}
		if d >= base {
			break
		}
		if v > (1<<64-1-d)/base {
			return 1<<64 - 1
		}
		v = v*base + d
	}
	return v
}

package main

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// adversarialInput is about 560 bytes a record, no two shaped alike.
var adversarialInput = lines("adversarial", func(seed uint64) func([]byte) []byte {
	a := &adversary{r: rand.New(rand.NewPCG(seed, ^seed))}
	return a.append
})

// adversary writes correct JSON that is hard to decode by guessing.
type adversary struct {
	r *rand.Rand
	n int64
}

// member is a key and what writes its value; a nil value leaves the member out.
type member struct {
	key   string
	value func([]byte) []byte
}

// alphabet holds what strings are made of: plain, to be escaped, of two, three
// and four bytes, and characters that need care (NUL, the line separator, the
// replacement character, a combining accent, a right-to-left letter).
var alphabet = []rune("abcdefghijklmnop 0123456789/\"\\{}[],:\n\t\b\x00\u00e9\u00df\u0416\u65e5\u8a9e\u2028\ufffde\u0301\u05d0\U0001F600\U0001F9D1")

var cities = []string{"Z\u00fcrich", "S\u00e3o Paulo", "\u6771\u4eac", "New York", "K\u00f8benhavn", "a \"quoted\" city", "back\\slash", "\u0395\u03bb\u03bb\u03ac\u03b4\u03b1", ""}

func (a *adversary) append(b []byte) []byte {
	at := baseMillis + a.n/perMilli - a.r.Int64N(900)
	a.n++
	members := []member{
		{"auction", a.integer(0, 100_000)},
		{"price", a.absent(a.integer(-1_000_000, 100_000_000))},
		{"score", a.absent(a.number())},
		{"channel", a.absent(a.text(a.r.IntN(30)))},
		{"extra", a.text(a.r.IntN(60))},
		{"dateTime", a.integer(at, at+1)},
		{"meta", a.absent(a.meta())},
		{"url", a.text(a.r.IntN(40))},
		{"auctions", a.nest(1 + a.r.IntN(8))}, // a key that another is the beginning of
		{"\u043a\u043b\u044e\u0447 \"k\"", a.nest(2)},
	}
	return append(a.object(b, members), '\n')
}

// object writes members in random order with random white space.
func (a *adversary) object(b []byte, members []member) []byte {
	b = append(b, '{')
	first := true
	for _, i := range a.r.Perm(len(members)) {
		m := members[i]
		if m.value == nil {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = a.space(a.quote(a.space(b), m.key, 50))
		b = a.space(m.value(a.space(append(b, ':'))))
	}
	return append(b, '}')
}

// space appends white space now and then.
func (a *adversary) space(b []byte) []byte {
	if a.r.IntN(8) > 0 {
		return b
	}
	return append(b, " \t"[a.r.IntN(2)])
}

// quote appends a JSON string. One in escape characters that need no escape is
// escaped all the same.
func (a *adversary) quote(b []byte, s string, escape int) []byte {
	b = append(b, '"')
	for _, r := range s {
		b = a.character(b, r, escape)
	}
	return append(b, '"')
}

func (a *adversary) character(b []byte, r rune, escape int) []byte {
	short := map[rune]string{'"': `\"`, '\\': `\\`, '\n': `\n`, '\t': `\t`, '\b': `\b`}
	switch text, ok := short[r]; {
	case ok:
		return append(b, text...)
	case r == '/' && a.r.IntN(2) == 0:
		return append(b, `\/`...)
	case r >= 0x20 && a.r.IntN(escape) > 0:
		return utf8.AppendRune(b, r)
	case r > 0xffff:
		high, low := utf16.EncodeRune(r)
		return fmt.Appendf(b, `\u%04x\u%04X`, high, low)
	}
	return fmt.Appendf(b, `\u%04x`, r)
}

func (a *adversary) integer(low, high int64) func([]byte) []byte {
	n := low + a.r.Int64N(high-low)
	return func(b []byte) []byte { return strconv.AppendInt(b, n, 10) }
}

// number is a double in any of the notations of JSON.
func (a *adversary) number() func([]byte) []byte {
	f := (a.r.Float64() - 0.5) * []float64{1, 1e3, 1e20, 1e-20}[a.r.IntN(4)]
	form := "fgEe"[a.r.IntN(4)]
	return func(b []byte) []byte { return strconv.AppendFloat(b, f, form, -1, 64) }
}

func (a *adversary) text(n int) func([]byte) []byte {
	s := make([]rune, n)
	for i := range s {
		s[i] = alphabet[a.r.IntN(len(alphabet))]
	}
	return func(b []byte) []byte { return a.quote(b, string(s), 10) }
}

// absent is v, NULL once in ten times, and nothing at all as often.
func (a *adversary) absent(v func([]byte) []byte) func([]byte) []byte {
	switch a.r.IntN(10) {
	case 0:
		return nil
	case 1:
		return func(b []byte) []byte { return append(b, "null"...) }
	}
	return v
}

// meta holds the nested geo.city.
func (a *adversary) meta() func([]byte) []byte {
	city := cities[a.r.IntN(len(cities))]
	geo := func(b []byte) []byte {
		return a.object(b, []member{
			{"city", a.absent(func(b []byte) []byte { return a.quote(b, city, 10) })},
			{"lat", a.number()}, {"deeper", a.nest(3)},
		})
	}
	return func(b []byte) []byte {
		return a.object(b, []member{{"geo", a.absent(geo)}, {"city", a.text(5)}, {"geography", a.nest(2)}})
	}
}

// nest is arrays and objects in each other.
func (a *adversary) nest(depth int) func([]byte) []byte {
	if depth == 0 {
		return a.text(3)
	}
	inner := a.nest(depth - 1)
	if a.r.IntN(2) == 0 {
		return func(b []byte) []byte {
			return append(inner(append(a.space(append(b, '[')), "true,-1.5e-3,"...)), ']')
		}
	}
	return func(b []byte) []byte { return a.object(b, []member{{"auction", inner}, {"}", a.integer(0, 9)}}) }
}

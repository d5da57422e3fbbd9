package json

import (
	"fmt"
	"math/bits"
)

// maxDepth is how deep arrays and objects may be nested in each other.
const maxDepth = 1000

// span is a value as it lies in a record, found but not yet decoded.
type span struct {
	start, end int  // with the quotes of a string
	kind       kind // none: there is no such value
	escaped    bool // a string with a backslash
}

// kind is what the first byte of a value tells of it.
type kind uint8

const (
	none kind = iota
	aText
	aNumber
	aBoolean
	aNull
	anObject
	anArray
)

var kindNames = [...]string{"nothing", "a string", "a number", "a boolean", "null", "an object", "an array"}

// kindOf maps the first byte of a value to its kind.
var kindOf = [256]kind{
	'"': aText, '{': anObject, '[': anArray, 'n': aNull, 't': aBoolean, 'f': aBoolean,
	'-': aNumber, '0': aNumber, '1': aNumber, '2': aNumber, '3': aNumber, '4': aNumber,
	'5': aNumber, '6': aNumber, '7': aNumber, '8': aNumber, '9': aNumber,
}

// scanner checks the structure of one record. Its methods take the place of a
// token and return the place after it, or -1 with bad and message set. What is
// between the quotes of a string is not looked at.
type scanner struct {
	b       []byte
	bad     int
	message string
}

// fail says what was found where something else should be.
func (s *scanner) fail(at int, want string) int {
	s.bad = at
	if at >= len(s.b) {
		s.message = "the record ends where " + want + " should be"
	} else {
		s.message = fmt.Sprintf("%q where %s should be", s.b[at], want)
	}
	return -1
}

// at returns the byte at i, 0 behind the end.
func (s *scanner) at(i int) byte {
	if i < len(s.b) {
		return s.b[i]
	}
	return 0
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// space skips white space.
func (s *scanner) space(i int) int {
	if uint(i) < uint(len(s.b)) && s.b[i] > ' ' {
		return i
	}
	return s.spaces(i)
}

func (s *scanner) spaces(i int) int {
	for i < len(s.b) && isSpace(s.b[i]) {
		i++
	}
	return i
}

// value finds the end of the value at i.
func (s *scanner) value(i int) (v span, next int) {
	v = span{start: i, kind: kindOf[s.at(i)]}
	switch v.kind {
	case aText:
		next, v.escaped = s.text(i)
	case aNumber:
		next = s.number(i)
	case anObject, anArray:
		next = s.composite(i)
	case none:
		next = s.fail(i, "a value")
	default:
		next = s.literal(i)
	}
	v.end = next
	return v, next
}

// skip finds the end of a value that nobody wants.
func (s *scanner) skip(i int) int {
	switch k := kindOf[s.at(i)]; k {
	case aText, aNumber, aNull, aBoolean:
		return s.scalar(i, k)
	case anObject, anArray:
		return s.composite(i)
	}
	return s.fail(i, "a value")
}

// The words of the literals, the first byte lowest.
const (
	nullWord  = 'n' | 'u'<<8 | 'l'<<16 | 'l'<<24
	trueWord  = 't' | 'r'<<8 | 'u'<<16 | 'e'<<24
	falseWord = 'f' | 'a'<<8 | 'l'<<16 | 's'<<24 | 'e'<<32
)

func (s *scanner) literal(i int) int {
	if i+8 <= len(s.b) {
		w := word(s.b, i)
		if uint32(w) == nullWord || uint32(w) == trueWord {
			return i + 4
		}
		if w&(1<<40-1) == falseWord {
			return i + 5
		}
	}
	return s.anyLiteral(i)
}

// anyLiteral is literal for the end of a record, and for what is none.
func (s *scanner) anyLiteral(i int) int {
	for _, word := range [...]string{"null", "true", "false"} {
		if len(s.b)-i >= len(word) && string(s.b[i:i+len(word)]) == word {
			return i + len(word)
		}
	}
	return s.fail(i, "a value")
}

// text finds the end of the string whose opening quote is at i.
func (s *scanner) text(i int) (next int, escaped bool) {
	i, escaped = closing(s.b, i+1)
	if i >= len(s.b) {
		return s.fail(len(s.b), "the closing quote of a string"), escaped
	}
	return i + 1, escaped
}

// number finds the end of the number at i.
func (s *scanner) number(i int) int {
	if s.b[i] == '-' {
		i++
	}
	start := i
	if i = s.digits(i); i == start {
		return s.fail(i, "a digit")
	}
	if s.b[start] == '0' && i > start+1 {
		return s.fail(start+1, "a number without leading zeros")
	}
	if s.at(i) == '.' {
		start = i + 1
		if i = s.digits(start); i == start {
			return s.fail(i, "a digit")
		}
	}
	if c := s.at(i); c != 'e' && c != 'E' {
		return i
	}
	if i++; s.at(i) == '+' || s.at(i) == '-' {
		i++
	}
	start = i
	if i = s.digits(i); i == start {
		return s.fail(i, "a digit")
	}
	return i
}

func (s *scanner) digits(i int) int {
	for ; i+8 <= len(s.b); i += 8 {
		if _, n := digitsOf(word(s.b, i)); n < 8 {
			return i + n
		}
	}
	for i < len(s.b) && s.b[i]-'0' <= 9 {
		i++
	}
	return i
}

// composite finds the end of the object or array at i.
func (s *scanner) composite(i int) int { return s.below(i, 0) }

// wordDepth is how many levels of nesting one word tells objects from arrays of.
const wordDepth = 64

// below is composite within outer others.
func (s *scanner) below(i, outer int) int {
	var objects uint64 // 1 for an object and 0 for an array; the innermost is the lowest bit
	for depth := 0; i >= 0; {
		switch k := kindOf[s.at(i)]; {
		case k < anObject:
			i = s.scalar(i, k)
		case depth == wordDepth:
			i = s.below(i, outer+depth)
		case outer+depth == maxDepth:
			s.bad, s.message = i, fmt.Sprintf("values nested deeper than %d", maxDepth)
			return -1
		default:
			isObject := uint64(anArray - k)
			depth, objects = depth+1, objects<<1|isObject
			if i = s.space(i + 1); s.at(i) == closer(objects) {
				break
			}
			if isObject != 0 {
				i = s.member(i)
			}
			continue
		}
		if i, depth, objects = s.leave(i, depth, objects); depth == 0 {
			return i
		}
	}
	return -1
}

// closer is the bracket that closes the innermost of objects.
func closer(objects uint64) byte { return ']' + byte(objects&1)*('}'-']') }

func (s *scanner) scalar(i int, k kind) int {
	switch k {
	case aText:
		i, _ = s.text(i)
		return i
	case aNumber:
		return s.number(i)
	case none:
		return s.fail(i, "a value")
	}
	return s.literal(i)
}

// leave goes from behind a value to the next one, out of all that closes here.
func (s *scanner) leave(i, depth int, objects uint64) (next, _ int, _ uint64) {
	for i >= 0 && depth > 0 {
		i = s.space(i)
		switch c := s.at(i); {
		case c == ',':
			if i = s.space(i + 1); objects&1 != 0 {
				i = s.member(i)
			}
			return i, depth, objects
		case c == closer(objects):
			i, depth, objects = i+1, depth-1, objects>>1
		case objects&1 != 0:
			return s.fail(i, "a comma or }"), depth, objects
		default:
			return s.fail(i, "a comma or ]"), depth, objects
		}
	}
	return i, depth, objects
}

// member goes from a key to its value.
func (s *scanner) member(i int) int {
	_, i = s.key(i)
	return i
}

// key reads the key at i and goes to its value.
func (s *scanner) key(i int) (key span, next int) {
	if b := s.b; i+24 <= len(b) && b[i] == '"' {
		end, m := i+1, ends(word(b, i+1))
		if m == 0 {
			end, m = i+9, ends(word(b, i+9))
		}
		end += bits.TrailingZeros64(m) >> 3
		if w := b[end:]; len(w) > 2 && w[0] == '"' {
			key = span{start: i, end: end + 1, kind: aText}
			if w[1] == ':' && w[2] > ' ' {
				return key, end + 2
			}
			return key, s.colon(end + 1)
		}
	}
	return s.anyKey(i)
}

// anyKey is key for long ones, and for those with escapes.
func (s *scanner) anyKey(i int) (key span, next int) {
	if s.at(i) != '"' {
		return key, s.fail(i, "a key")
	}
	key = span{start: i, kind: aText}
	if i, key.escaped = s.text(i); i < 0 {
		return key, -1
	}
	key.end = i
	return key, s.colon(i)
}

// colon goes from behind a key to its value.
func (s *scanner) colon(i int) int {
	if i = s.space(i); s.at(i) != ':' {
		return s.fail(i, "a colon")
	}
	return s.space(i + 1)
}

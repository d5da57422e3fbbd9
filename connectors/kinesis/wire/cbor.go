package wire

import (
	"encoding/binary"
	"math"
	"math/big"
	"strconv"

	"github.com/fxamacker/cbor/v2"
)

// cborMode judges CBOR: well formed, one item, within the limits of a document.
var cborMode = func() cbor.DecMode {
	m, err := cbor.DecOptions{
		MaxNestedLevels: maxDepth, MaxArrayElements: maxValues, MaxMapPairs: maxValues,
	}.DecMode()
	if err != nil {
		panic(err) // constants out of the library's range
	}
	return m
}()

// The major types of CBOR (RFC 8949, section 3.1).
const (
	majorUint = iota
	majorNegative
	majorBytes
	majorText
	majorArray
	majorMap
	majorTag
	majorOther
)

const indefinite = 31

// parseCBOR lets the library judge the bytes and then walks over them, as parseJSON.
func (d *Document) parseCBOR(body []byte) *Error {
	if cborMode.Wellformed(body) != nil {
		return malformed()
	}
	w := cborWalk{d: d, b: body}
	switch {
	case !w.value(0):
		return tooMuch()
	case w.bad:
		return malformed()
	}
	return nil
}

// cborWalk is a place in well-formed CBOR.
type cborWalk struct {
	d   *Document
	b   []byte // from here on
	bad bool   // something that has no counterpart in JSON: a key that is not text
}

// head takes the head of an item: its major type, its low five bits, its argument.
func (w *cborWalk) head() (major, low byte, arg uint64) {
	major, low = w.b[0]>>5, w.b[0]&31
	w.b = w.b[1:]
	if low < 24 || low == indefinite {
		return major, low, uint64(low)
	}
	n := 1 << (low - 24)
	for _, c := range w.b[:n] {
		arg = arg<<8 | uint64(c)
	}
	w.b = w.b[n:]
	return major, low, arg
}

// value appends the next value; false: the document is too large.
func (w *cborWalk) value(depth int) bool {
	if depth > maxDepth {
		return false
	}
	major, low, arg := w.head()
	switch major {
	case majorUint:
		return w.number(integer, strconv.AppendUint(nil, arg, 10))
	case majorNegative:
		return w.negative(arg)
	case majorBytes:
		return w.add(value{kind: blob, text: w.chunks(low, arg)})
	case majorText:
		return w.add(value{kind: text, text: w.chunks(low, arg)})
	case majorArray:
		return w.inner(list, low, arg, depth)
	case majorMap:
		return w.inner(object, low, arg, depth)
	case majorTag: // of no meaning here: a tag-1 integer is milliseconds as an untagged one is
		return w.value(depth + 1)
	}
	return w.other(low, arg)
}

func (w *cborWalk) add(v value) bool {
	_, ok := w.d.add(v)
	return ok
}

func (w *cborWalk) number(k kind, digits []byte) bool {
	return w.add(value{kind: k, text: w.d.keep(digits)})
}

// negative is -1-arg, which need not fit an int64.
func (w *cborWalk) negative(arg uint64) bool {
	if arg <= math.MaxInt64 {
		return w.number(integer, strconv.AppendInt(nil, -1-int64(arg), 10))
	}
	n := new(big.Int).SetUint64(arg)
	return w.number(integer, n.Not(n).Append(nil, 10))
}

// chunks takes the bytes of a string, whose pieces are joined if its length was
// not known beforehand.
func (w *cborWalk) chunks(low byte, arg uint64) []byte {
	if low != indefinite {
		s := w.b[:arg:arg]
		w.b = w.b[arg:]
		return s
	}
	from := len(w.d.arena)
	for !w.ended() {
		_, _, n := w.head()
		w.d.arena = append(w.d.arena, w.b[:n]...)
		w.b = w.b[n:]
	}
	return w.d.arena[from:len(w.d.arena):len(w.d.arena)]
}

// ended takes the break that ends an item of unknown length, if it is next.
func (w *cborWalk) ended() bool {
	if w.b[0] != 0xff {
		return false
	}
	w.b = w.b[1:]
	return true
}

func (w *cborWalk) inner(k kind, low byte, arg uint64, depth int) bool {
	at, ok := w.d.add(value{kind: k})
	if !ok {
		return false
	}
	for i := uint64(0); ; i++ {
		if low == indefinite && w.ended() || low != indefinite && i == arg {
			break
		}
		if k == object {
			w.bad = w.bad || w.b[0]>>5 != majorText
			if !w.value(depth + 1) {
				return false
			}
		}
		if !w.value(depth + 1) {
			return false
		}
	}
	w.d.close(at)
	return true
}

// other takes false, true, null, undefined, simple values and floats.
func (w *cborWalk) other(low byte, arg uint64) bool {
	switch low {
	case 20, 21:
		return w.add(value{kind: boolean, flag: low == 21})
	case 25:
		return w.float(float64(half(uint16(arg))))
	case 26:
		return w.float(float64(math.Float32frombits(uint32(arg))))
	case 27:
		return w.float(math.Float64frombits(arg))
	}
	return w.add(value{kind: null})
}

func (w *cborWalk) float(f float64) bool {
	return w.number(decimal, strconv.AppendFloat(nil, f, 'g', -1, 64))
}

// half reads a float of 16 bits with the library, which needs it as an item.
func half(bits uint16) (f float32) {
	item := binary.BigEndian.AppendUint16([]byte{0xf9}, bits)
	if cborMode.Unmarshal(item, &f) != nil {
		return 0 // cannot be: all 16-bit patterns are floats
	}
	return f
}

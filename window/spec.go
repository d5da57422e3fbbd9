package window

// Kind is a sort of window.
type Kind uint8

// The window kinds. Attached windows were assigned further up: each row carries
// the start and the end of its window in columns.
const (
	None Kind = iota
	Tumble
	Hop
	Attached
)

// String is the SQL name.
func (k Kind) String() string { return [...]string{"NONE", "TUMBLE", "HOP", "ATTACHED"}[k] }

// Spec describes windows [start, start+Size) where start = Offset + n*Slide. A
// tumble has Slide = Size. Size need not be a multiple of Slide.
type Spec struct {
	Kind   Kind
	Size   Micros
	Slide  Micros
	Offset Micros
}

// Covers reports whether a window of s that holds the start of a window of inner
// holds all of it. Only then may the starts of inner stand for its rows in s:
// they become known no sooner than the ends.
func (s Spec) Covers(inner Spec) bool {
	size := inner.Size
	return inner.Kind == Tumble && s.Size%size == 0 && s.Slide%size == 0 && (s.Offset-inner.Offset)%size == 0
}

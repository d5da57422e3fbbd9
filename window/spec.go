package window

// Kind is a sort of window.
type Kind uint8

// The window kinds. Attached windows were assigned further up: each row carries
// the start and the end of its window in columns.
const (
	None Kind = iota
	Tumble
	Hop
	Cumulate // windows of one start that grow by Slide up to Size
	Session  // rows of a key that follow one another within Gap; Size, where not 0, is the longest
	Stagger  // a window of Size opens at a key's first row, and at its next row after that closed
	Count    // every Rows rows of a key, begun anew every Every rows
	Attached
)

var kindNames = [...]string{"NONE", "TUMBLE", "HOP", "CUMULATE", "SESSION", "STAGGER", "COUNT_WINDOW", "ATTACHED"}

// String is the SQL name.
func (k Kind) String() string { return kindNames[k] }

// Aligned reports whether the bounds of windows of the kind follow from the clock
// alone, and not from the rows of a key.
func (k Kind) Aligned() bool { return k == Tumble || k == Hop || k == Cumulate }

// Spec describes windows. Those of a Tumble or Hop are [start, start+Size) where
// start = Offset + n*Slide; a tumble has Slide = Size, and Size need not be a
// multiple of Slide. Those of a Cumulate are [start, start+k*Slide) where start =
// Offset + n*Size and k goes from 1 to Size/Slide. In a Zone they count on the
// wall clock, see Wall. Specs are equal where == says so.
type Spec struct {
	Kind   Kind
	Size   Micros
	Slide  Micros
	Offset Micros
	Gap    Micros // of a Session
	Rows   int64  // of a Count
	Every  int64  // of a Count
	// Zone is the name of the time zone whose wall clock aligned windows follow;
	// empty: UTC.
	Zone string
	// Processing says that the clock of the machine counts, and no column.
	Processing bool
}

// Fixed reports whether all windows are equally long, so that start and end follow
// from one another.
func (s Spec) Fixed() bool { return (s.Kind == Tumble || s.Kind == Hop) && s.Zone == "" }

// Covers reports whether a window of s that holds the start of a window of inner
// holds all of it. Only then may the starts of inner stand for its rows in s:
// they become known no sooner than the ends. On the wall clock of a zone nothing
// is promised: hours may be in two days.
func (s Spec) Covers(inner Spec) bool {
	if !s.Fixed() || !inner.Fixed() || s.Processing || inner.Processing {
		return false
	}
	size := inner.Size
	return inner.Kind == Tumble && s.Size%size == 0 && s.Slide%size == 0 && (s.Offset-inner.Offset)%size == 0
}

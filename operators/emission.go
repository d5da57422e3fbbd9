package operators

import (
	"time"

	"kinesql/window"
)

// EmitMode says when an aggregate shows its results.
type EmitMode uint8

// The emission modes. What is shown before a window has closed, and what is
// corrected afterwards, are changes: a first result is an Insert, each later one
// an UpdateBefore and an UpdateAfter, and a result that no longer is, a Delete.
const (
	EmitOnClose EmitMode = iota // a window once, when the watermark reaches its end
	EmitChanges                 // after every batch, what it changed
	EmitEvery                   // what changed, each Every of the processing clock, and at close
)

// String is the SQL clause.
func (m EmitMode) String() string {
	return [...]string{"ON WINDOW CLOSE", "CHANGES", "EVERY"}[m]
}

// Emission says when an aggregate shows results and how long it keeps state. The
// zero Emission shows each window once, when it closes.
type Emission struct {
	Mode  EmitMode
	Every time.Duration // of EmitEvery
	// Empty: for each key that was ever seen, every window of its time is shown, also
	// those that hold no row of the key.
	Empty bool
	// Lateness: rows may come that much after their window has closed; they
	// correct it.
	Lateness window.Micros
	// TTL: a group without windows that no row has touched for so long, in
	// event time where there is one, else on the processing clock, is forgotten
	// without a change; a key of Empty and one of windows of rows likewise. 0: never.
	TTL time.Duration
}

// Changes reports whether results are changes, not rows that stay.
func (e Emission) Changes() bool { return e.Mode != EmitOnClose || e.Lateness > 0 }

// Lagging is an Operator that may emit rows whose event time is up to Lag before
// the watermark it was last given (corrections of closed windows): the runtime
// forwards watermarks less Lag. It is asked once, before Open. At the end of the
// input nothing is taken off.
type Lagging interface {
	Lag() window.Micros
}

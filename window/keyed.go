package window

import "fmt"

// Keyed reports whether the windows of the kind follow from the rows of each key.
func (k Kind) Keyed() bool { return k == Session || k == Stagger || k == Count }

// MaxCountPanes is the most pieces that a window of rows may consist of.
const MaxCountPanes = 10_000

// validateKeyed says what is wrong with windows of a keyed kind, if anything.
func (s Spec) validateKeyed() error {
	switch s.Kind {
	case Session:
		return s.validateSession()
	case Count:
		return s.validateCount()
	}
	return lengthOf("the window size", s.Size)
}

func (s Spec) validateSession() error {
	if err := lengthOf("the gap of a session", s.Gap); err != nil || s.Size == 0 {
		return err
	}
	if s.Size < s.Gap {
		return fmt.Errorf("the greatest length of a session, %s, must not be less than its gap, %s", s.Size.Length(), s.Gap.Length())
	}
	return lengthOf("the greatest length of a session", s.Size)
}

func lengthOf(what string, m Micros) error {
	if m <= 0 {
		return fmt.Errorf("%s must be greater than zero, not %s", what, m.Length())
	}
	if m > Latest {
		return fmt.Errorf("%s of %s is longer than time", what, m.Length())
	}
	return nil
}

func (s Spec) validateCount() error {
	if s.Rows <= 0 {
		return fmt.Errorf("a window must hold at least 1 row, not %d", s.Rows)
	}
	if s.Every <= 0 {
		return fmt.Errorf("a window must begin every 1 row or more, not every %d", s.Every)
	}
	if n := s.Rows / s.CountPane(); n > MaxCountPanes {
		return fmt.Errorf("a window of %d rows that begins every %d rows consists of %d pieces, more than %d: "+
			"let it begin less often, at a divisor of its rows", s.Rows, s.Every, n, MaxCountPanes)
	}
	return nil
}

// CountPane is the number of rows of the pieces that windows of a Count are made
// of. Rows between two windows are in no piece.
func (s Spec) CountPane() int64 {
	if s.Every >= s.Rows {
		return s.Rows
	}
	return int64(gcd(Micros(s.Rows), Micros(s.Every)))
}

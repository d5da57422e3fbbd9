package windowed

import (
	"fmt"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Config describes a windowed GROUP BY.
type Config struct {
	In  *batch.Schema
	Out *batch.Schema // keys, window_start, window_end, aggregates

	Keys   []int // grouping columns of In
	Window window.Spec
	Time   int // TIMESTAMP column, not for Attached
	// Start and End are the columns of the window bounds, for Attached. End less a
	// microsecond is a row's event time there.
	Start, End int

	Calls []aggregate.Call
	Top   *Top // keep only some groups of each window

	Emission operators.Emission // when windows are shown
	// Retracts says that the input may take rows back: from their window while it
	// is open. Afterwards what takes back is late like any other row.
	Retracts bool
}

// Top keeps the first N groups of each window. Groups that Order does not tell
// apart are ordered by their keys.
type Top struct {
	Order []aggregate.SortKey // columns of Out
	N     int
}

// check says what is wrong with the description, if anything.
func (c Config) check() error {
	if want := len(c.Keys) + 2 + len(c.Calls); c.Out.Len() != want {
		return fmt.Errorf("the output of a windowed aggregate has %d columns, not %d", want, c.Out.Len())
	}
	if err := c.checkKeys(); err != nil {
		return err
	}
	if c.Top != nil {
		for _, k := range c.Top.Order {
			if k.Column < 0 || k.Column >= c.Out.Len() {
				return fmt.Errorf("the first groups are chosen by column %d of %d", k.Column, c.Out.Len())
			}
		}
	}
	if c.Window.Kind == window.Attached {
		for _, col := range []int{c.Start, c.End} {
			if err := wantTime(c.In, col); err != nil {
				return err
			}
		}
		return nil
	}
	return c.checkWindow()
}

// checkWindow looks at the windows and what they are of.
func (c Config) checkWindow() error {
	if c.Time >= 0 || !c.timeless() {
		if err := wantTime(c.In, c.Time); err != nil {
			return err
		}
	}
	return c.Window.Validate()
}

func (c Config) checkKeys() error {
	for _, k := range c.Keys {
		if k < 0 || k >= c.In.Len() {
			return fmt.Errorf("grouped by column %d of %d", k, c.In.Len())
		}
	}
	return nil
}

// checkKeyed looks at what describes windows of keys without aggregates.
func (c Config) checkKeyed() error {
	if err := c.checkKeys(); err != nil {
		return err
	}
	return c.checkWindow()
}

// timeless reports whether the windows can do without an event time.
func (c Config) timeless() bool { return c.Window.Kind == window.Count || c.Window.Processing }

// wantTime checks that a column is a TIMESTAMP.
func wantTime(s *batch.Schema, col int) error {
	if col < 0 || col >= s.Len() {
		return fmt.Errorf("event time is column %d of %d", col, s.Len())
	}
	if f := s.Field(col); f.Type.ID != batch.Timestamp {
		return fmt.Errorf("event time must be TIMESTAMP, but %s is %s", f.Name, f.Type)
	}
	return nil
}

// time is the event time column of the input, or -1.
func (c Config) time() int {
	if c.Window.Kind == window.Attached {
		return -1
	}
	return c.Time
}

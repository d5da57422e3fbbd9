package series

import (
	"fmt"
	"slices"
	"time"

	"kinesql/operators/batch"
	"kinesql/window"
)

// Func is a function of a row and its neighbours.
type Func struct {
	Name        string
	Arg         int        // the column it reads; -1 of functions that number rows
	Count       int64      // rows away, of LAG and LEAD; which row, of NTH_VALUE
	Default     int        // the column that LAG and LEAD give where there is no row; -1: NULL
	IgnoreNulls bool       // rows with NULL in Arg are not counted
	Framed      bool       // of LAG: nothing beyond the frame is found
	Type        batch.Type // of the result
}

// numbers reports whether the function counts rows.
func (f Func) numbers() bool { return f.Arg < 0 }

// Config describes functions OVER (PARTITION BY .. ORDER BY time ROWS|RANGE n
// PRECEDING).
type Config struct {
	In, Out   *batch.Schema // Out is In and one column a function
	Partition []int
	Time      int
	Ties      []int // columns that tell rows of one time apart
	Funcs     []Func
	Rows      bool  // else RANGE, which counts all rows of the current row's time
	Preceding int64 // rows, or microseconds; -1 is UNBOUNDED
	TTL       time.Duration
}

var names = []string{"LAG", "LEAD", "FIRST_VALUE", "LAST_VALUE", "NTH_VALUE", "ROW_NUMBER", "RANK", "DENSE_RANK"}

func (c Config) check() error {
	if c.Time < 0 || c.Time >= c.In.Len() || c.In.Field(c.Time).Type.ID != batch.Timestamp {
		return fmt.Errorf("a series wants a TIMESTAMP in column %d of (%s)", c.Time, c.In)
	}
	cols := append(slices.Clone(c.Partition), c.Ties...)
	for i, f := range c.Funcs {
		if !slices.Contains(names, f.Name) {
			return fmt.Errorf("%s is no function of a series", f.Name)
		}
		cols = append(cols, max(f.Arg, 0), max(f.Default, 0))
		if out := c.In.Len() + i; out >= c.Out.Len() || !c.Out.Field(out).Type.Equal(f.Type) {
			return fmt.Errorf("output column %d is not the %s of %s", out, f.Type, f.Name)
		}
	}
	for _, col := range cols {
		if col < 0 || col >= c.In.Len() {
			return fmt.Errorf("a series reads column %d of %d", col, c.In.Len())
		}
	}
	if want := c.In.Len() + len(c.Funcs); c.Out.Len() != want {
		return fmt.Errorf("the output of a series has %d columns, not %d", want, c.Out.Len())
	}
	if c.Preceding < -1 || c.Preceding > int64(window.Latest) {
		return fmt.Errorf("a series cannot reach back by %d", c.Preceding)
	}
	return nil
}

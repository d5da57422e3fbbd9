package rank

import (
	"fmt"
	"slices"
	"time"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/window"
)

// Func is a function that numbers rows: ROW_NUMBER, RANK, DENSE_RANK, NTILE,
// PERCENT_RANK or CUME_DIST.
type Func struct {
	Name    string
	Buckets int64 // of NTILE
}

// whole reports whether the function must know the whole partition.
func (f Func) whole() bool {
	return !slices.Contains([]string{"ROW_NUMBER", "RANK", "DENSE_RANK"}, f.Name)
}

// Result is the type of the function's values.
func (f Func) Result() batch.Type {
	if f.Name == "PERCENT_RANK" || f.Name == "CUME_DIST" {
		return batch.Of(batch.Double)
	}
	return batch.Of(batch.BigInt)
}

// Bound lets through the rows whose ROW_NUMBER, RANK or DENSE_RANK lies between
// Low and High. High 0 is no bound.
type Bound struct {
	Func      string
	Low, High int64
}

// Config describes functions OVER (PARTITION BY .. ORDER BY ..).
type Config struct {
	In, Out   *batch.Schema // Out is In and one column a function
	Partition []int
	Order     []aggregate.SortKey
	Ties      []int // columns that tell rows apart which Order takes for equal
	Funcs     []Func
	Bound     Bound
	Retracts  bool // the input may take rows back
	// WindowEnd is the TIMESTAMP column, one of Partition, at whose value a
	// partition is complete; -1: there is none.
	WindowEnd int
	// TTL of NewChanges: how long a partition is kept that no row touches, by the
	// event time in column Time, or on the processing clock where Time is -1. 0: for
	// ever.
	TTL  time.Duration
	Time int
}

func (c Config) check() error {
	cols := append(slices.Clone(c.Partition), c.Ties...)
	for _, k := range c.Order {
		cols = append(cols, k.Column)
	}
	for _, col := range cols {
		if col < 0 || col >= c.In.Len() {
			return fmt.Errorf("a rank reads column %d of %d", col, c.In.Len())
		}
	}
	if want := c.In.Len() + len(c.Funcs); c.Out.Len() != want {
		return fmt.Errorf("the output of a rank has %d columns, not %d", want, c.Out.Len())
	}
	if c.WindowEnd >= 0 && !slices.Contains(c.Partition, c.WindowEnd) {
		return fmt.Errorf("a rank for each window is not partitioned by the window's end")
	}
	for i, f := range c.Funcs {
		if got := c.Out.Field(c.In.Len() + i).Type; !got.Equal(f.Result()) {
			return fmt.Errorf("output column %d is %s, but %s is %s", c.In.Len()+i, got, f.Name, f.Result())
		}
		if f.whole() && c.Bound.High > 0 {
			return fmt.Errorf("%s does not go with a bound", f.Name)
		}
	}
	return nil
}

func (c Config) ttl() window.Micros { return window.Micros(c.TTL.Microseconds()) }

// checkKinds refuses changes that were not planned for.
func (c Config) checkKinds(in batch.Batch) error {
	for i, k := range in.Kinds {
		if !c.Retracts && !k.Adds() {
			return fmt.Errorf("the rank was planned for an append-only input, but row %d is %s", i, k)
		}
	}
	return nil
}

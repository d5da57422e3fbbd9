package catalog

import "time"

// Table is what makes a Stream a table: reference data that is read whole, and
// again from time to time, by the queries that look rows up in it.
type Table struct {
	Key     []int         // columns of PRIMARY KEY; empty: none was declared
	Refresh time.Duration // how often it is read again; 0: when it is seen to have changed
	MaxRows int64         // more are an error
}

// IsTable reports whether the stream is a table.
func (s *Stream) IsTable() bool { return s.Table != nil }

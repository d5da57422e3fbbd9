package exec

import (
	"sync/atomic"

	"kinesql/operators"
	"kinesql/window"
)

// Stats is how far a query is.
type Stats struct {
	Records    int64 // read by sources, those that were dropped or failed included
	Bytes      int64 // of those records
	TotalBytes int64 // of all the input, 0 if unknown
	RowsOut    int64 // written to sinks
	Errors     int64 // given to Faults.RowError
	Late       int64 // given to Faults.LateRow
	// Watermark is the least of all source tasks that have a time attribute;
	// window.Max when they have ended, window.Min where there is none.
	Watermark window.Micros
	Nodes     []NodeStats // in the order of the graph
}

// NodeStats counts for all instances of a node.
type NodeStats struct {
	ID      int
	Name    string
	RowsIn  int64 // of a source: the records it read
	RowsOut int64 // of a sink: the same as RowsIn
	// Watermark is the least of the instances.
	Watermark window.Micros
}

// counters counts for a whole query. It stands before the query's Faults.
type counters struct {
	records, bytes, totalBytes, errors, late atomic.Int64
	next                                     operators.Faults
}

// RowError implements operators.Faults.
func (c *counters) RowError(e operators.RowError) {
	c.errors.Add(1)
	if c.next != nil {
		c.next.RowError(e)
	}
}

// LateRow implements operators.Faults.
func (c *counters) LateRow(l operators.LateRow) {
	c.late.Add(1)
	if c.next != nil {
		c.next.LateRow(l)
	}
}

// nodeMembers is all instances of a node.
type nodeMembers struct {
	node    *operators.Node
	members []*member
}

// Stats may be called at any time, also after the end.
func (q *Query) Stats() Stats {
	s := Stats{
		Records: q.total.records.Load(), Bytes: q.total.bytes.Load(), TotalBytes: q.total.totalBytes.Load(),
		Errors: q.total.errors.Load(), Late: q.total.late.Load(),
		Watermark: window.Max,
	}
	timed := false
	for _, n := range q.nodes {
		c := n.stats()
		s.Nodes = append(s.Nodes, c)
		if n.node.NewSink != nil {
			s.RowsOut += c.RowsIn
		}
		if n.node.Time != nil {
			timed, s.Watermark = true, min(s.Watermark, c.Watermark)
		}
	}
	if !timed {
		s.Watermark = window.Min
	}
	return s
}

func (n nodeMembers) stats() NodeStats {
	s := NodeStats{ID: n.node.ID, Name: n.node.Name, Watermark: window.Max}
	for _, m := range n.members {
		s.RowsIn += m.rowsIn.Load()
		s.RowsOut += m.rowsOut.Load()
		s.Watermark = min(s.Watermark, window.Micros(m.watermark.Load()))
	}
	if n.node.NewSink != nil {
		s.RowsOut = s.RowsIn
	}
	return s
}

package exec

import "math"

// Rest is how a query's tasks were found at one moment, see Query.Rest.
type Rest struct {
	// Quiet is how often the busiest source has found nothing to read, each time
	// having done all that follows from the clock; math.MaxInt64 where all have ended.
	Quiet int64
	// Moved counts all rows that were passed on so far.
	Moved int64
	// Waiting: no task has anything to do before it is sent something or its time
	// comes.
	Waiting bool
}

// Rest tells whether a query has done all that its input and its clock ask of it:
// it has, if between two calls Quiet has grown by two at least, Moved has not
// changed, and the tasks wait at the second. A query that has ended rests.
func (q *Query) Rest() Rest {
	out := Rest{Quiet: math.MaxInt64, Waiting: true}
	select {
	case <-q.done:
		return out
	default:
	}
	for _, n := range q.nodes {
		for _, m := range n.members {
			out.Moved += m.rowsIn.Load() + m.rowsOut.Load()
		}
	}
	for _, t := range q.tasks {
		switch {
		case t.ended.Load():
		case t.feed != nil:
			out.Quiet = min(out.Quiet, t.feed.quiet.Load())
		default:
			out.Waiting = out.Waiting && t.inbox.box.resting()
		}
	}
	return out
}

// Wake lets every task look at the clock, which was set forward.
func (q *Query) Wake() {
	for _, t := range q.tasks {
		if t.inbox != nil {
			t.inbox.box.wake()
		}
	}
}

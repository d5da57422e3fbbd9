package windowed

import (
	"context"

	"kinesql/operators"
	"kinesql/window"
)

// cumulative closes windows that share a start and end a step apart: panes, a step
// each, are merged into what there is since the start.
type cumulative struct {
	panes *panes
	write *writer
	spec  window.Spec
	last  window.Micros // the end of the last window closed
	begun bool          // all holds rows of windows that are not closed
	all   *pane         // since the start
}

func (c *cumulative) next() (window.Micros, bool) {
	if c.begun {
		return c.last + c.spec.Slide, true
	}
	return c.panes.first()
}

func (c *cumulative) close(ctx context.Context, end window.Micros, out operators.Emitter) error {
	if !c.begun {
		c.all.table.Clear()
		c.all.states.Clear()
		c.all.count = 0
	}
	for _, p := range c.panes.until(end) {
		c.all.merge(p, c.panes.types)
		c.panes.recycle(p)
	}
	start := c.spec.StartOf(end)
	c.last, c.begun = end, end < start+c.spec.Size
	if skipped(c.spec, c.write.wall, start, end) {
		return nil
	}
	return c.write.window(ctx, out, start, end, c.all.table, c.all.states, c.all.all())
}

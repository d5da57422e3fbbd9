package state

import (
	"slices"

	"kinesql/window"
)

// Calendar tells which rows are old: it puts them on days of a width, by a time of
// theirs. Rows of a day become old together, when the day is over.
type Calendar struct {
	width window.Micros
	lists Lists
	days  []day // by when they end
	free  []uint32
}

type day struct {
	end  window.Micros
	list uint32
}

// NewCalendar returns a calendar whose days are so wide, 1 at least.
func NewCalendar(width window.Micros) *Calendar { return &Calendar{width: max(1, width)} }

// Add puts a row on the day of a time.
func (c *Calendar) Add(id ID, at window.Micros) {
	over := c.end(at)
	i := len(c.days) - 1
	for i >= 0 && i > len(c.days)-4 && c.days[i].end > over {
		i--
	}
	if i < 0 || c.days[i].end != over {
		i = c.day(over)
	}
	c.lists.Add(c.days[i].list, id)
}

// end is when the day of a time is over: the first multiple of the width behind it.
func (c *Calendar) end(at window.Micros) window.Micros {
	if at >= window.Max-c.width {
		return window.Max
	}
	n := at / c.width
	if at%c.width < 0 {
		n--
	}
	return (n + 1) * c.width
}

// day finds or makes a day.
func (c *Calendar) day(end window.Micros) int {
	i, found := slices.BinarySearchFunc(c.days, end, func(d day, e window.Micros) int {
		switch {
		case d.end < e:
			return -1
		case d.end > e:
			return 1
		}
		return 0
	})
	if found {
		return i
	}
	list := uint32(len(c.days))
	if n := len(c.free); n > 0 {
		list, c.free = c.free[n-1], c.free[:n-1]
	}
	c.days = slices.Insert(c.days, i, day{end, list})
	return i
}

// Remove takes a row off the calendar.
func (c *Calendar) Remove(id ID) { c.lists.Remove(id) }

// Until takes the rows off whose days are over at a time, and appends them to ids:
// days in their order, the rows of a day as they were added.
func (c *Calendar) Until(at window.Micros, ids []ID) []ID {
	n := 0
	for ; n < len(c.days) && c.days[n].end <= at; n++ {
		list := c.days[n].list
		for id := c.lists.First(list); id != None; id = c.lists.Next(id) {
			ids = append(ids, id)
		}
		c.lists.empty(list)
		c.free = append(c.free, list)
	}
	c.days = slices.Delete(c.days, 0, n)
	return ids
}

// First is when the first day that holds rows is over, window.Max if there is none.
func (c *Calendar) First() window.Micros {
	for _, d := range c.days {
		if c.lists.First(d.list) != None {
			return d.end
		}
	}
	return window.Max
}

// Width is how wide days are.
func (c *Calendar) Width() window.Micros { return c.width }

// Bytes is the memory held.
func (c *Calendar) Bytes() int64 {
	return c.lists.Bytes() + int64(16*cap(c.days)+4*cap(c.free))
}

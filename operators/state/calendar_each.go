package state

// All yields the rows on the calendar, days in their order.
func (c *Calendar) All() func(yield func(ID) bool) {
	return func(yield func(ID) bool) {
		for _, d := range c.days {
			for id := c.lists.First(d.list); id != None; id = c.lists.Next(id) {
				if !yield(id) {
					return
				}
			}
		}
	}
}

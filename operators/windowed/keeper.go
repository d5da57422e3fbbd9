package windowed

// Keeps implements operators.Keeper: windows are open.
func (o *aggregateOp) Keeps() bool {
	_, open := o.closer.next()
	return open
}

// Keeps implements operators.Keeper: rows wait.
func (o *overOp) Keeps() bool { return len(o.held) > 0 }

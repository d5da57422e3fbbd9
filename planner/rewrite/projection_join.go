package rewrite

import (
	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/planner/logical"
)

// pruneJoin narrows both inputs to what is wanted of them and what the join reads.
func pruneJoin(j *logical.Join, w *wants) (logical.Node, places) {
	if j.Residual != nil {
		w.read(j.Residual)
	}
	n := j.Left.Schema().Len()
	left, right := w.split(n)
	wantKeys(j, left, right)
	l, atLeft := prune(j.Left, left)
	r, atRight := prune(j.Right, right)
	out := *j
	out.Left, out.Right = l, r
	out.LeftKeys, out.RightKeys = atLeft.all(j.LeftKeys), atRight.all(j.RightKeys)
	moveTimes(&out, atLeft, atRight)
	at := beside(w, n, l.Schema().Len(), atLeft, atRight)
	at.schema = besideSchema(&out)
	if j.Residual != nil {
		out.Residual = at.rewrite(j.Residual)
	}
	return &out, at
}

func besideSchema(j *logical.Join) *batch.Schema {
	whole := *j
	whole.Kind = logical.InnerJoin
	return whole.Schema()
}

// wantKeys wants what the join itself reads of its inputs. By which time rows
// are forgotten must not depend on what else is read.
func wantKeys(j *logical.Join, left, right *wants) {
	left.column(j.LeftKeys...)
	right.column(j.RightKeys...)
	left.timed, right.timed = left.timed || j.Timed(), right.timed || j.Timed()
	switch {
	case j.Range != nil:
		left.column(j.Range.LeftTime)
		right.column(j.Range.RightTime)
	case j.AsOf != nil:
		left.column(j.AsOf.LeftTime)
		right.column(j.AsOf.RightTime)
	case j.Windows != nil:
		left.bounds(j.Windows.Left)
		right.bounds(j.Windows.Right)
	case j.Emission.TTL > 0:
		left.forget(j.Left)
		right.forget(j.Right)
	}
}

func (w *wants) bounds(b logical.Bounds) {
	w.column(b.End)
	if b.Start >= 0 {
		w.column(b.Start)
	}
}

func (w *wants) forget(n logical.Node) {
	if t := n.Traits().Time(); t >= 0 {
		w.timed = true
		w.column(t)
	}
}

// moveTimes puts the columns of times where they are now.
func moveTimes(j *logical.Join, left, right places) {
	switch {
	case j.Range != nil:
		r := *j.Range
		r.LeftTime, r.RightTime = left.cols[r.LeftTime], right.cols[r.RightTime]
		j.Range = &r
	case j.AsOf != nil:
		j.AsOf = &logical.AsOf{LeftTime: left.cols[j.AsOf.LeftTime], RightTime: right.cols[j.AsOf.RightTime]}
	case j.Windows != nil:
		j.Windows = &logical.JoinWindows{Left: left.bounds(j.Windows.Left), Right: right.bounds(j.Windows.Right)}
	}
}

func (p places) bounds(b logical.Bounds) logical.Bounds {
	b.End = p.cols[b.End]
	if b.Start >= 0 {
		b.Start = p.cols[b.Start]
	}
	return b
}

// split parts what is wanted of a join into what is wanted of its inputs, the left of
// which has n columns.
func (w *wants) split(n int) (left, right *wants) {
	left, right = newWants(), newWants()
	left.timed, right.timed = w.timed, w.timed
	for c := range w.cols {
		if c < n {
			left.column(c)
		} else {
			right.column(c - n)
		}
	}
	for key, p := range w.paths {
		if p.col < n {
			left.paths[key] = p
			continue
		}
		moved := onRight(p, n)
		right.paths[logical.Key(moved.node)] = moved
	}
	return left, right
}

// onRight is a path in a column of the right input.
func onRight(p path, n int) path {
	return path{col: p.col - n, names: p.names, node: expr.Remap(p.node, map[int]int{p.col: p.col - n})}
}

// beside joins the places of the inputs: the left one had n columns and has width.
func beside(w *wants, n, width int, left, right places) places {
	at := places{cols: map[int]int{}, paths: map[string]int{}}
	for from, to := range left.cols {
		at.cols[from] = to
	}
	for from, to := range right.cols {
		at.cols[from+n] = to + width
	}
	for key, p := range w.paths {
		if p.col < n {
			if to, ok := left.paths[key]; ok {
				at.paths[key] = to
			}
			continue
		}
		if to, ok := right.paths[logical.Key(onRight(p, n).node)]; ok {
			at.paths[key] = to + width
		}
	}
	return at
}

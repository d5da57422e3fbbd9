package windowed

import (
	"context"
	"slices"
	"time"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// ledger shows the windows of keys as changes. It keeps the rows that were last
// shown of each key that rows have come for since, and nothing of other keys:
// those rows can be computed anew.
type ledger struct {
	op      *keyedOp
	groups  *groups
	entries []entry
	at      []uint32       // by key: its entry, +1
	cols    []batch.Vector // rows of the entries
	kept    int            // rows in cols
	live    int            // rows of entries
	list    windowList
	tick    time.Time // when changes are to be shown; zero: there are none, or they are shown at once
	diff    changes
}

// entry is what was last shown of a key.
type entry struct {
	key      uint32
	from, to int // rows of cols
}

// changes is rows of a ledger's columns and what becomes of them.
type changes struct {
	rows  []int32
	kinds []batch.Kind
}

func (c *changes) add(row int, k batch.Kind) {
	c.rows, c.kinds = append(c.rows, int32(row)), append(c.kinds, k)
}

func newLedger(o *keyedOp, g *groups) *ledger {
	return &ledger{op: o, groups: g, cols: g.columns()}
}

// touch says that keys are about to change.
func (l *ledger) touch(keys []uint32) {
	for len(l.at) < len(l.op.spans.heads) {
		l.at = append(l.at, 0)
	}
	l.list.clear()
	for _, k := range keys {
		if l.at[k] != 0 {
			continue
		}
		from := len(l.list.list)
		l.visible(k)
		l.entries = append(l.entries, entry{k, l.kept + from, l.kept + len(l.list.list)})
		l.at[k] = uint32(len(l.entries))
	}
	if n := len(l.list.list); n > 0 {
		l.groups.append(&l.list, 0, n, l.cols)
		l.kept, l.live = l.kept+n, l.live+n
	}
	if every := l.op.cfg.Emission.Every; every > 0 && l.tick.IsZero() && len(l.entries) > 0 {
		l.tick = l.op.env.Now().Add(every)
	}
}

// visible appends the windows of a key that are shown.
func (l *ledger) visible(key uint32) {
	from := len(l.list.list)
	l.op.kind.windows(key, &l.list)
	n := from
	for _, w := range l.list.list[from:] {
		if l.op.pace.shows(w.end) {
			l.list.list[n] = w
			n++
		}
	}
	l.list.list = l.list.list[:n]
}

// sync shows what has changed of keys.
func (l *ledger) sync(ctx context.Context, keys []uint32, out operators.Emitter) error {
	l.list.clear()
	l.diff.rows, l.diff.kinds = l.diff.rows[:0], l.diff.kinds[:0]
	var changed []entry
	for _, k := range keys {
		if int(k) < len(l.at) && l.at[k] != 0 {
			changed = append(changed, l.settle(k))
			l.visible(k)
		}
	}
	n := len(l.list.list)
	if n > 0 {
		l.groups.append(&l.list, 0, n, l.cols)
	}
	at := 0
	for _, e := range changed {
		from := at
		for at < n && l.list.list[at].key == e.key {
			at++
		}
		l.compare(e, l.kept+from, l.kept+at)
	}
	err := l.emit(ctx, out)
	l.tidy()
	return err
}

// settle takes the entry of a key out.
func (l *ledger) settle(key uint32) entry {
	i := l.at[key] - 1
	e, last := l.entries[i], len(l.entries)-1
	l.entries[i] = l.entries[last]
	l.at[l.entries[i].key] = i + 1
	l.at[key] = 0
	l.entries = l.entries[:last]
	l.live -= e.to - e.from
	return e
}

// compare notes what must be told of a key, whose rows are now [from, to). Both
// are in the order of their starts, and a window is the one shown before if it
// begins like that.
func (l *ledger) compare(e entry, from, to int) {
	starts := l.cols[l.groups.write.keys].I64
	var added, updated changes
	was := e.from
	for is := from; is < to; is++ {
		for was < e.to && starts[was] < starts[is] {
			l.diff.add(was, batch.Delete)
			was++
		}
		if was == e.to || starts[was] > starts[is] {
			added.add(is, batch.Insert)
			continue
		}
		if !sameRows(l.cols, was, is) {
			updated.add(was, batch.UpdateBefore)
			updated.add(is, batch.UpdateAfter)
		}
		was++
	}
	for ; was < e.to; was++ {
		l.diff.add(was, batch.Delete)
	}
	for _, c := range []changes{updated, added} {
		l.diff.rows, l.diff.kinds = append(l.diff.rows, c.rows...), append(l.diff.kinds, c.kinds...)
	}
}

// emit emits the changes in batches that do not part an update.
func (l *ledger) emit(ctx context.Context, out operators.Emitter) error {
	l.report()
	rows, kinds := l.diff.rows, l.diff.kinds
	for len(rows) > 0 {
		n := min(max(l.op.env.BatchRows, 2), len(rows))
		if kinds[n-1] == batch.UpdateBefore {
			n--
		}
		cols := make([]batch.Vector, len(l.cols))
		for c := range cols {
			cols[c] = l.cols[c].Take(rows[:n])
		}
		b := batch.New(l.groups.write.out, n, cols, batch.Beside{Kinds: slices.Clone(kinds[:n])})
		err := out.Emit(ctx, b)
		b.Release()
		if err != nil {
			return err
		}
		rows, kinds = rows[n:], kinds[n:]
	}
	return nil
}

// report tells of new results that could not be represented.
func (l *ledger) report() {
	if len(l.list.list) == 0 || len(l.groups.failed) == 0 {
		return
	}
	rows := make([]int32, len(l.list.list))
	for i := range rows {
		rows[i] = int32(l.kept + i)
	}
	cols := make([]batch.Vector, len(l.cols))
	for c := range cols {
		cols[c] = l.cols[c].Take(rows)
	}
	b := batch.New(l.groups.write.out, len(rows), cols, batch.Beside{})
	l.groups.report(b)
	b.Release()
}

// tidy forgets the rows of keys that are shown as they are.
func (l *ledger) tidy() {
	if len(l.entries) == 0 {
		l.tick, l.kept = time.Time{}, 0
	}
	if l.kept > 2*l.live+leastWaste {
		l.compact()
		return
	}
	for c := range l.cols {
		truncate(&l.cols[c], l.kept)
	}
}

// leastWaste is how many rows of no use are not worth the work.
const leastWaste = 1024

// compact drops the rows that no entry holds.
func (l *ledger) compact() {
	rows := make([]int32, 0, l.live)
	for i := range l.entries {
		e, from := &l.entries[i], len(rows)
		for r := e.from; r < e.to; r++ {
			rows = append(rows, int32(r))
		}
		e.from, e.to = from, len(rows)
	}
	for c := range l.cols {
		l.cols[c] = l.cols[c].Take(rows)
	}
	l.kept = len(rows)
}

// placed shows what a batch has changed, unless that waits for its time: then only
// what has ended.
func (l *ledger) placed(ctx context.Context, keys []uint32, out operators.Emitter) error {
	if l.op.cfg.Emission.Mode == operators.EmitEvery {
		keys = l.op.kind.ended()
	}
	return l.sync(ctx, keys, out)
}

// ticked shows all changes once it is time.
func (l *ledger) ticked(ctx context.Context, out operators.Emitter) error {
	if l.tick.IsZero() || l.op.env.Now().Before(l.tick) {
		return nil
	}
	return l.all(ctx, out)
}

// all shows all changes.
func (l *ledger) all(ctx context.Context, out operators.Emitter) error {
	keys := make([]uint32, len(l.entries))
	for i, e := range l.entries {
		keys[i] = e.key
	}
	return l.sync(ctx, keys, out)
}

func (l *ledger) bytes() int64 {
	return int64(4*cap(l.at)+24*cap(l.entries)) + int64(l.kept)*int64(len(l.cols))*16
}

// advanceShown goes on to a watermark where windows are shown as changes.
func (o *keyedOp) advanceShown(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	spans, keys := o.dueKeys(wm)
	if !o.pace.early {
		o.shown.touch(keys)
	}
	o.pace.watermark = wm
	if err := o.shown.sync(ctx, keys, out); err != nil {
		return err
	}
	for _, k := range keys {
		o.kind.close(k, o.pace.limit(), &o.closed)
	}
	for _, id := range spans {
		if !o.spans.is(id, closed) {
			o.spans.arm(id, o.kind.next(id, o.pace))
		}
	}
	return o.finish(ctx, out)
}

// dueKeys returns the spans for which something is to be done at wm, and their
// keys in order.
func (o *keyedOp) dueKeys(wm window.Micros) (ids, keys []uint32) {
	for _, id := range o.spans.due(wm) {
		if at := o.kind.next(id, o.pace); at > wm {
			o.spans.arm(id, at)
			continue
		}
		ids, keys = append(ids, id), append(keys, o.spans.list[id].key)
	}
	slices.SortFunc(keys, func(a, b uint32) int { return o.table.Compare(a, b) })
	return ids, slices.Compact(keys)
}

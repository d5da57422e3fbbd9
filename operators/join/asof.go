package join

import (
	"context"
	"fmt"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/state"
	"kinesql/window"
)

// asOf joins rows with versions.
type asOf struct {
	*base
	queue queue // left rows that wait
	seq   uint64
}

// NewAsOf returns the join, Inner or Left, of an append-only left input with
// versions: each row that is added on the right is a version of its key from its
// event time on; of versions of one time the later to arrive counts. An update adds a
// version and takes none back; a delete withdraws the version that equals it, for
// left rows that are still waiting. A left row comes out when the watermark is past its
// time, rows in the order of time and arrival. Versions that no later row can meet
// are forgotten when their key is next touched.
func NewAsOf(cfg Config) (operators.Operator, error) {
	if cfg.Kind != Inner && cfg.Kind != Left {
		return nil, fmt.Errorf("a join as of a time is inner or left")
	}
	if err := appendOnly(cfg.Left); err != nil {
		return nil, err
	}
	b, err := newBase(cfg)
	if err != nil {
		return nil, err
	}
	for _, s := range b.sides {
		if err := wantTime(s.Schema, s.Time); err != nil {
			return nil, err
		}
		s.counts = false
	}
	return &asOf{base: b}, nil
}

// Process implements operators.Operator.
func (o *asOf) Process(_ context.Context, port int, in batch.Batch, _ operators.Emitter) error {
	if port == 1 {
		o.versions(in)
		return o.account()
	}
	if err := stay(in); err != nil {
		return err
	}
	s, rows := o.sides[0], o.timely(in, o.sides[0])
	cols := state.Columns(in)
	ids := make([]state.ID, len(rows))
	s.rows.Put(cols, rows, ids)
	for i, id := range ids {
		o.queue.Push(waiting{window.Micros(cols[s.Time].I64[rows[i]]), o.seq, id})
		o.seq++
	}
	return o.account()
}

// versions takes a batch of the right side.
func (o *asOf) versions(in batch.Batch) {
	s := o.sides[1]
	times := in.Vector(s.Time)
	var rows []int32
	for i := range in.Rows() {
		switch k := in.Kind(i); {
		case k == batch.UpdateBefore:
		case k == batch.Delete || o.onTime(in, s, &times, i):
			rows = append(rows, int32(i))
		}
	}
	if len(rows) == 0 {
		return
	}
	t := o.begin(in, 1, rows)
	o.keep(t)
	for pos, id := range t.kept {
		switch {
		case id != state.None:
			o.version(id, t.ids[pos], window.Micros(times.I64[rows[pos]]))
		case t.ids[pos] != noKey:
			o.withdraw(t, pos)
		}
	}
	o.orphans()
}

// version puts a version among those of its key, which lie in the order of their
// times.
func (o *asOf) version(id state.ID, key uint32, at window.Micros) {
	s := o.sides[1]
	o.prune(key)
	after := s.byKey.Last(key)
	for after != state.None && s.time(after) > at {
		after = s.byKey.Prev(after)
	}
	s.byKey.Insert(key, after, id)
	s.note(id, 0, 0)
}

// prune forgets the versions of a key that were followed by others before the
// watermark.
func (o *asOf) prune(key uint32) {
	s := o.sides[1]
	for {
		first := s.byKey.First(key)
		if first == state.None {
			return
		}
		next := s.byKey.Next(first)
		if next == state.None || s.time(next) > o.watermark {
			return
		}
		s.drop(first, false)
	}
}

func (o *asOf) withdraw(t *turn, pos int) {
	s, row := o.sides[1], int(t.rows[pos])
	o.maybe = append(o.maybe, t.ids[pos])
	id := state.None
	if s.contents != nil {
		if o.probe == nil {
			o.probe = s.rows.Probe(t.cols)
		}
		id = s.contents.Find(o.probe, row)
	}
	if id == state.None {
		o.bad(t.in, row, unknown, "the join does not hold the version that is taken back: it was followed by another, or never came")
		return
	}
	s.drop(id, false)
}

// Advance implements operators.Operator.
func (o *asOf) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	ids := make([]state.ID, 0, min(len(o.queue), o.out.size))
	for len(o.queue) > 0 && o.queue[0].at < o.watermark {
		if ids = append(ids, o.queue.Pop().id); len(ids) == o.out.size {
			if err := o.due(ctx, ids, out); err != nil {
				return err
			}
			ids = ids[:0]
		}
	}
	if err := o.due(ctx, ids, out); err != nil {
		return err
	}
	return o.account()
}

// due joins left rows of a batch at most.
func (o *asOf) due(ctx context.Context, ids []state.ID, out operators.Emitter) error {
	if len(ids) == 0 {
		return nil
	}
	s := o.sides[0]
	b := s.rows.Batch(ids, batch.Beside{})
	defer b.Release()
	defer s.rows.Drop(ids...)
	t := o.begin(b, 0, upTo(len(ids)))
	times := t.cols[s.Time].I64
	o.pairs.reset(0)
	for pos, row := range t.rows {
		if key := t.ids[pos]; key != noKey {
			if id := o.latest(key, window.Micros(times[row])); id != state.None {
				o.pairs.add(row, id)
			}
			o.maybe = append(o.maybe, key)
		}
		o.pairs.end()
	}
	o.out.of(t)
	o.test(t)
	o.settle(t, o)
	o.orphans()
	return o.out.flush(ctx, out)
}

// latest is the version of a key at a time, or None.
func (o *asOf) latest(key uint32, at window.Micros) state.ID {
	s := o.sides[1]
	id := s.byKey.Last(key)
	for id != state.None && s.time(id) > at {
		id = s.byKey.Prev(id)
	}
	return id
}

// enter implements acts.
func (o *asOf) enter(*turn, int) (skip bool) { return false }

// pair implements acts.
func (o *asOf) pair(_ *turn, row int32, id state.ID) { o.out.add(row, id, batch.Insert) }

// leave implements acts.
func (o *asOf) leave(t *turn, pos int) {
	if o.cfg.Kind == Left && t.partners == 0 {
		o.out.add(t.rows[pos], state.None, batch.Insert)
	}
}

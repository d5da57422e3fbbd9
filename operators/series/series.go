package series

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/sortkey"
	"kinesql/operators/state"
	"kinesql/window"
)

// partition is what is known of one.
type partition struct {
	rows, rank, dense int64
	time              int64 // of the last row
	waiting, framed   int32 // rows that the watermark has not passed; in the frame of RANGE
}

// op computes functions of rows and their neighbours.
type op struct {
	cfg       Config
	keys      sortkey.Keys
	env       operators.Env
	watermark window.Micros
	table     aggregate.Table
	rows      *state.Rows
	waiting   waiting
	plans     []plan
	tracks    []*track
	parts     []partition
	ages      *state.Ages
	queue     []entry // rows in frames of RANGE, by time
	from      int     // queue[from:] are in the frame
	memory    bool    // what is known of a partition counts also when its frame is empty

	// By row:
	on      []uint64     // the tracks that hold it
	uses    []int32      // how often it must still be read, itself and by others
	waits   []int32      // the LEADs that are not known yet, and the frame
	seqs    []int64      // its number in the partition, where ROWS counts
	refs    [][]state.ID // by function: the row that it looks at
	numbers [][]int64    // by function: the number

	peers []entry
	ready []state.ID // rows to be shown
}

const maxTracks = 64

// New returns the operator of functions over an append-only input. A row is emitted
// once the watermark is past its time, with LEAD later.
func New(cfg Config) (operators.Operator, error) {
	if err := cfg.check(); err != nil {
		return nil, err
	}
	types := make([]batch.Type, len(cfg.Partition))
	for i, p := range cfg.Partition {
		types[i] = cfg.In.Field(p).Type
	}
	table, err := aggregate.NewTable(types)
	if err != nil {
		return nil, err
	}
	o := &op{
		cfg: cfg, keys: sortkey.Keys{Ties: cfg.Ties}, table: table, rows: state.NewRows(cfg.In), watermark: window.Min,
		ages: state.NewAges(window.Micros(cfg.TTL.Microseconds())),
		refs: make([][]state.ID, len(cfg.Funcs)), numbers: make([][]int64, len(cfg.Funcs)),
	}
	for _, f := range cfg.Funcs {
		p := o.tracksOf(f)
		if f.Name == "LEAD" {
			p.lead = &lead{}
		}
		o.plans = append(o.plans, p)
		o.memory = o.memory || cfg.Rows || p.track < 0 || o.tracks[p.track].reach != inFrame
	}
	if len(o.tracks) > maxTracks {
		return nil, fmt.Errorf("one OVER has functions of more than %d kinds", maxTracks)
	}
	return o, nil
}

// Open implements operators.Operator.
func (o *op) Open(_ context.Context, env operators.Env) error {
	o.env = env
	return nil
}

// Process implements operators.Operator.
func (o *op) Process(_ context.Context, _ int, in batch.Batch, _ operators.Emitter) error {
	for i, k := range in.Kinds {
		if !k.Adds() {
			return fmt.Errorf("the series was planned for an append-only input, but row %d is %s", i, k)
		}
	}
	rows := o.onTime(in)
	ids, parts := make([]state.ID, len(rows)), make([]uint32, len(rows))
	o.rows.Put(state.Columns(in), rows, ids)
	o.table.Assign(aggregate.Keys(in, o.cfg.Partition), rows, parts)
	o.makeRoom()
	times, r := in.Vector(o.cfg.Time), make(run, len(rows))
	for i, row := range rows {
		r[i] = entry{time: times.I64[row], id: ids[i], part: parts[i]}
		o.parts[parts[i]].waiting++
		o.on[ids[i]], o.uses[ids[i]], o.waits[ids[i]] = 0, 1, 1
	}
	o.waiting.add(r)
	return o.env.State.Resize(o.bytes())
}

func (o *op) makeRoom() {
	n := o.rows.Bound()
	o.on, o.uses, o.waits = fit(o.on, n), fit(o.uses, n), fit(o.waits, n)
	if o.cfg.Rows {
		o.seqs = fit(o.seqs, n)
	}
	for i, p := range o.plans {
		if p.numbers() {
			o.numbers[i] = fit(o.numbers[i], n)
		} else {
			o.refs[i] = fit(o.refs[i], n)
		}
	}
	o.parts = fit(o.parts, o.table.Len())
}

// fit makes s at least n long.
func fit[T any](s []T, n int) []T {
	if len(s) < n {
		s = append(s, make([]T, n-len(s))...)
	}
	return s
}

// onTime returns the rows that can be taken and tells of the others.
func (o *op) onTime(in batch.Batch) []int32 {
	v, out := in.Vector(o.cfg.Time), make([]int32, 0, in.Rows())
	for i := range in.Rows() {
		if !v.IsValid(i) || !window.InRange(window.Micros(v.I64[i])) {
			o.bad(in, i, v.IsValid(i))
			continue
		}
		t := window.Micros(v.I64[i])
		if wm := max(o.watermark, in.Mark(i)); t < wm {
			o.env.Faults.LateRow(operators.LateRow{
				Where: operators.WhereOf(in, i), EventTime: t, Watermark: wm, WindowStart: t, WindowEnd: t,
			})
			continue
		}
		out = append(out, int32(i))
	}
	return out
}

const badTime = "KSQL-4004" // as in package windowed

func (o *op) bad(in batch.Batch, i int, valid bool) {
	name := o.cfg.In.Field(o.cfg.Time).Name
	message := fmt.Sprintf("event time %s is NULL", name)
	if valid {
		v := in.Vector(o.cfg.Time)
		message = fmt.Sprintf("event time %s = %s is out of range", name, window.Micros(v.I64[i]))
	}
	o.env.Faults.RowError(operators.RowError{
		Where: operators.WhereOf(in, i), Operator: "series", Code: badTime, Message: message,
	})
}

// Advance implements operators.Operator.
func (o *op) Advance(ctx context.Context, wm window.Micros, out operators.Emitter) error {
	o.watermark = max(o.watermark, wm)
	for {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if o.peers = o.waiting.next(o.watermark, o.peers[:0]); len(o.peers) == 0 {
			break
		}
		o.until(window.Micros(o.peers[0].time))
		o.count()
		if err := o.full(ctx, out); err != nil {
			return err
		}
	}
	if wm == window.Max {
		o.giveUp()
	} else {
		o.until(o.watermark)
		o.forget()
	}
	if err := o.flush(ctx, out); err != nil {
		return err
	}
	return o.env.State.Resize(o.bytes())
}

// count enters the rows of one time.
func (o *op) count() {
	o.arrange()
	for _, e := range o.peers {
		o.enter(e)
		if o.cfg.Rows {
			o.frames(e)
		}
		if o.cfg.Preceding >= 0 && !o.cfg.Rows {
			o.queue = append(o.queue, e)
			o.parts[e.part].framed++
		}
	}
	for _, e := range o.peers {
		if !o.cfg.Rows {
			o.frames(e)
		}
		if o.waits[e.id]--; o.waits[e.id] == 0 {
			o.ready = append(o.ready, e.id)
		}
	}
}

// arrange orders rows of one time by partition, and within one by their contents.
func (o *op) arrange() {
	if len(o.peers) < 2 {
		return
	}
	slices.SortStableFunc(o.peers, func(a, b entry) int { return cmp.Compare(a.part, b.part) })
	for from := 0; from < len(o.peers); {
		to := from + 1
		for to < len(o.peers) && o.peers[to].part == o.peers[from].part {
			to++
		}
		if to > from+1 {
			o.byContent(o.peers[from:to])
		}
		from = to
	}
}

func (o *op) byContent(peers []entry) {
	ids := make([]state.ID, len(peers))
	for i, e := range peers {
		ids[i] = e.id
	}
	b := o.rows.Batch(ids, batch.Beside{})
	defer b.Release()
	keys, cols := make(map[state.ID][]byte, len(peers)), o.keys.Columns(b)
	for i, id := range ids {
		keys[id], _ = o.keys.Append(nil, cols, i)
	}
	slices.SortStableFunc(peers, func(a, b entry) int { return bytes.Compare(keys[a.id], keys[b.id]) })
}

// giveUp tells the rows that wait for LEAD that there is none.
func (o *op) giveUp() {
	for i := range o.plans {
		if o.plans[i].lead == nil {
			continue
		}
		for part := range o.parts {
			o.settle(i, uint32(part))
		}
	}
}

// settle gives the rows of a partition up whose LEAD has not come.
func (o *op) settle(i int, part uint32) {
	l := o.plans[i].lead
	for id := l.First(part); id != state.None; id = l.First(part) {
		o.known(i, id, state.None)
	}
}

// Snapshot implements operators.Operator.
func (o *op) Snapshot(context.Context, operators.Barrier) error { return errSnapshot }

var errSnapshot = errors.New("a series cannot be part of a checkpoint")

// Close implements operators.Operator.
func (o *op) Close() error { return nil }

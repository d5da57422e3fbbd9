package windowed

import (
	"context"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/state"
)

// tenants is the rows of spans, each with a list of them in the order in which they
// came.
type tenants struct {
	in, out *batch.Schema
	write   *writer
	untimed bool // windows have no bounds
	rows    *state.Rows
	columns []batch.Vector // of the batch that is added
	lists   []tenantList   // by span
	next    []uint32       // by row: the next of its list, +1
	ids     []state.ID
	starts  batch.Vector
	ends    batch.Vector
}

// tenantList is the first and the last row of a span, +1.
type tenantList struct{ first, last uint32 }

func newTenants(cfg Config, w *writer) *tenants {
	return &tenants{
		in: cfg.In, out: cfg.Out, write: w, untimed: cfg.Time < 0 && !cfg.Window.Processing, rows: state.NewRows(cfg.In),
	}
}

func (h *tenants) begin(in batch.Batch, _ int64) { h.columns = state.Columns(in) }

func (h *tenants) add(rows []int32, ids []uint32, n int) {
	for len(h.lists) < n {
		h.lists = append(h.lists, tenantList{})
	}
	if len(rows) == 0 {
		return
	}
	kept := make([]state.ID, len(rows))
	h.rows.Put(h.columns, rows, kept)
	for len(h.next) < h.rows.Bound() {
		h.next = append(h.next, 0)
	}
	for i, id := range kept {
		h.next[id] = 0
		l := &h.lists[ids[i]]
		if l.last == 0 {
			l.first = uint32(id) + 1
		} else {
			h.next[l.last-1] = uint32(id) + 1
		}
		l.last = uint32(id) + 1
	}
}

func (h *tenants) merge(src, dst []uint32) {
	for i, d := range dst {
		from, to := &h.lists[src[i]], &h.lists[d]
		switch {
		case from.first == 0:
			continue
		case to.first == 0:
			*to = *from
		default:
			h.next[to.last-1] = from.first
			to.last = from.last
		}
		*from = tenantList{}
	}
}

func (h *tenants) reset(ids []uint32) {
	for _, id := range ids {
		for at := h.lists[id].first; at != 0; at = h.next[at-1] {
			h.rows.Drop(state.ID(at - 1))
		}
		h.lists[id] = tenantList{}
	}
}

// emit puts out each row once for each of its windows.
func (h *tenants) emit(ctx context.Context, l *windowList, out operators.Emitter) error {
	size := max(h.write.env.BatchRows, 1)
	for _, w := range l.list {
		for _, part := range l.parts[w.from:w.to] {
			for at := h.lists[part].first; at != 0; at = h.next[at-1] {
				h.ids = append(h.ids, state.ID(at-1))
				appendBound(&h.starts, w.start, h.untimed)
				appendBound(&h.ends, w.end, h.untimed)
				if len(h.ids) < size {
					continue
				}
				if err := h.flush(ctx, out); err != nil {
					return err
				}
			}
		}
	}
	return h.flush(ctx, out)
}

// flush emits the rows that are ready.
func (h *tenants) flush(ctx context.Context, out operators.Emitter) error {
	n := len(h.ids)
	if n == 0 {
		return nil
	}
	cols := make([]batch.Vector, h.in.Len(), h.out.Len())
	h.rows.Append(h.ids, cols)
	defer state.Release(cols)
	h.starts.Type, h.ends.Type = batch.Of(batch.Timestamp), batch.Of(batch.Timestamp)
	b := batch.New(h.out, n, append(cols, h.starts, h.ends), batch.Beside{})
	defer b.Release()
	h.ids, h.starts, h.ends = h.ids[:0], batch.Vector{}, batch.Vector{}
	return out.Emit(ctx, b)
}

func (h *tenants) bytes() int64 {
	return h.rows.Bytes() + int64(8*cap(h.lists)+4*cap(h.next)+8*cap(h.ids))
}

func (h *tenants) drop() { h.rows.Clear() }

// NewKeyedAssign returns the operator of a window table function whose windows
// follow from the rows of each key: sessions, staggered windows and windows of rows.
// Of the description it goes by In, Out, Keys (the columns of PARTITION BY), Window,
// Time and the time to live of Emission. Rows come out when their window has closed,
// once for each window that they are in, with window_start and window_end after
// their own columns; those of a window that is not over at the end of the input,
// which only one of rows can be, do not.
func NewKeyedAssign(cfg Config) (operators.Operator, error) {
	cfg.Calls, cfg.Top, cfg.Emission = nil, nil, operators.Emission{TTL: cfg.Emission.TTL}
	if err := cfg.checkKeyed(); err != nil {
		return nil, err
	}
	if err := checkBounds(cfg.In, cfg.Out); err != nil {
		return nil, err
	}
	o, err := arrange(cfg)
	if err != nil {
		return nil, err
	}
	o.holds = newTenants(cfg, o.write)
	o.choose()
	return o, nil
}

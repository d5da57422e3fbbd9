package rank

import (
	"bytes"
	"errors"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/sortkey"
	"kinesql/operators/state"
)

// errAbsent says that the input took back a row that it never brought.
var errAbsent = errors.New("rank: a row is taken back that was never there")

// ranks is partitions and their rows in order.
type ranks struct {
	cfg   Config
	keys  sortkey.Keys
	table aggregate.Table
	lists lists
	rows  *state.Rows // the columns of In, and the key
	key   int         // the key's column
	gone  []state.ID  // rows off the lists that may still be told of

	ids   []uint32 // of a batch: the partitions of its rows
	cols  []batch.Vector
	words []uint64 // prefixes
	place []uint32 // lengths of the keys' parts of ORDER BY
}

func newRanks(cfg Config) (*ranks, error) {
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
	fields := append([]batch.Field{}, cfg.In.Fields()...)
	schema := batch.NewSchema(append(fields, batch.Field{Name: "key", Type: batch.Of(batch.Varbinary)})...)
	return &ranks{
		cfg: cfg, keys: sortkey.Keys{Order: cfg.Order, Ties: cfg.Ties}, table: table,
		rows: state.NewRows(schema), key: cfg.In.Len(),
	}, nil
}

// limit is how many rows of a partition are worth keeping; 0: all.
func (r *ranks) limit() int {
	if r.cfg.Retracts {
		return 0
	}
	return int(r.cfg.Bound.High)
}

// assign finds the partitions of rows of a batch.
func (r *ranks) assign(in batch.Batch, rows []int32) []uint32 {
	r.ids = fit(r.ids, len(rows))
	r.table.Assign(aggregate.Keys(in, r.cfg.Partition), rows, r.ids)
	r.lists.grow(r.table.Len())
	return r.ids
}

// open computes the keys of the assigned rows that are worth a closer look, and
// returns those rows.
func (r *ranks) open(in batch.Batch, rows []int32) []int32 {
	n := in.Rows()
	r.words, r.place = fit(r.words, n), fit(r.place, n)
	r.cols = state.Columns(in)
	cols, key := r.keys.Columns(in), batch.Vector{Type: batch.Of(batch.Varbinary), Len: n, Off: make([]int32, 1, n+1)}
	kept := make([]int32, 0, len(rows))
	for i, row := range rows {
		word := r.keys.Prefix(cols, int(row))
		if r.hopeless(r.ids[i], word) {
			continue
		}
		for len(key.Off) <= int(row) {
			key.Off = append(key.Off, int32(len(key.Buf)))
		}
		var order int
		key.Buf, order = r.keys.Append(key.Buf, cols, int(row))
		key.Off = append(key.Off, int32(len(key.Buf)))
		r.words[row], r.place[row], r.ids[len(kept)] = word, uint32(order), r.ids[i]
		kept = append(kept, row)
	}
	for len(key.Off) <= n {
		key.Off = append(key.Off, int32(len(key.Buf)))
	}
	r.cols = append(r.cols, key)
	return kept
}

func fit[T any](s []T, n int) []T {
	if cap(s) < n {
		return make([]T, n+n/2)[:n]
	}
	return s[:n]
}

// hopeless reports whether a row with such a prefix comes after all rows that are
// kept, of which there are enough.
func (r *ranks) hopeless(k uint32, word uint64) bool {
	limit, n := r.limit(), r.lists.len(k)
	if limit == 0 || n < limit || r.cfg.Bound.Func == "DENSE_RANK" {
		return false
	}
	return word > r.lists.at(k, n-1).prefix
}

// find is the place of the row's key on the list of partition k, or where it
// would be, and whether it is there.
func (r *ranks) find(k uint32, row int32) (int, bool) {
	word, key := r.words[row], r.cols[r.key].Bytes(int(row))
	compare := func(e entry) int {
		switch {
		case e.prefix < word:
			return -1
		case e.prefix > word:
			return 1
		}
		return bytes.Compare(r.rows.Text(e.id, r.key), key)
	}
	i := r.lists.search(k, compare)
	return i, i < r.lists.len(k) && compare(r.lists.at(k, i)) == 0
}

// add puts a row of the opened batch on its list.
func (r *ranks) add(k uint32, row int32) {
	i, _ := r.find(k, row)
	if limit := r.limit(); limit > 0 && i >= limit && r.cfg.Bound.Func == "ROW_NUMBER" {
		return
	}
	var id [1]state.ID
	r.rows.Put(r.cols, []int32{row}, id[:])
	r.lists.insert(k, i, entry{prefix: r.words[row], id: id[0], order: r.place[row]})
	r.trim(k)
}

// take takes a row of the opened batch off its list, and reports whether it was
// there.
func (r *ranks) take(k uint32, row int32) bool {
	i, ok := r.find(k, row)
	if ok {
		r.gone = append(r.gone, r.lists.at(k, i).id)
		r.lists.remove(k, i)
	}
	return ok
}

// trim drops the last rows that the bound does not let through.
func (r *ranks) trim(k uint32) {
	limit := r.limit()
	for limit > 0 && r.lists.len(k) > limit && r.last(k) > limit {
		n := r.lists.len(k) - 1
		r.gone = append(r.gone, r.lists.at(k, n).id)
		r.lists.remove(k, n)
	}
}

// last is the number that the bound's function gives the last row of a list.
func (r *ranks) last(k uint32) int {
	n := r.lists.len(k)
	switch r.cfg.Bound.Func {
	case "ROW_NUMBER":
		return n
	case "RANK":
		first := n - 1
		for first > 0 && r.peers(r.lists.at(k, first-1), r.lists.at(k, first)) {
			first--
		}
		return first + 1
	}
	groups := 1
	for i := 1; i < n; i++ {
		if !r.peers(r.lists.at(k, i-1), r.lists.at(k, i)) {
			groups++
		}
	}
	return groups
}

// peers reports whether ORDER BY takes two rows for equal.
func (r *ranks) peers(a, b entry) bool {
	return a.prefix == b.prefix && a.order == b.order &&
		bytes.Equal(r.rows.Text(a.id, r.key)[:a.order], r.rows.Text(b.id, r.key)[:b.order])
}

// forget gives back what no list holds any more.
func (r *ranks) forget() {
	r.rows.Drop(r.gone...)
	r.gone = r.gone[:0]
}

// bytes is the memory held.
func (r *ranks) bytes() int64 {
	return r.lists.bytes() + r.rows.Bytes() + int64(r.table.Len())*int64(16+8*len(r.cfg.Partition))
}

package relational

import (
	"context"
	"fmt"
	"slices"

	"kinesql/operators"
	"kinesql/operators/batch"
)

// pile is rows that are to be sorted together. With a bound it is cut down to the
// best rows whenever it has grown to twice as many, and from then on takes only
// rows that are better than the worst it kept.
type pile struct {
	sort  *sorter
	most  int           // rows to keep, -1: all
	parts []batch.Batch // owned, in the order in which they came
	rows  int
	bytes int64          // of the parts
	cut   bool           // parts[0] is the best rows so far, in order
	worst []batch.Vector // keys of parts[0] where cut
}

// slack is the least number of rows beyond the bound that are worth a cut.
const slack = 1024

// add takes over a batch that holds so many bytes, of memory that others may share.
func (p *pile) add(b batch.Batch, bytes int64) error {
	if p.most == 0 {
		b.Release()
		return nil
	}
	if p.cut && p.parts[0].Rows() >= p.most {
		if b = p.better(b); b.Record == nil {
			return nil
		}
		bytes = b.Bytes()
	}
	p.parts = append(p.parts, b)
	p.rows += b.Rows()
	p.bytes += bytes
	if p.most > 0 && p.rows >= 2*p.most+slack {
		return p.trim()
	}
	return nil
}

// better returns the rows of b that come before the worst row kept, and releases
// b.
func (p *pile) better(b batch.Batch) batch.Batch {
	defer b.Release()
	keys, last := p.sort.order.columns(b), p.parts[0].Rows()-1
	var rows []int32
	for i := range b.Rows() {
		if p.sort.order.compare(keys, i, p.worst, last) < 0 {
			rows = append(rows, int32(i))
		}
	}
	if len(rows) == 0 {
		return batch.Batch{}
	}
	return b.Take(rows)
}

// trim keeps the best rows only.
func (p *pile) trim() error {
	all, rows, err := p.sorted()
	if err != nil {
		return err
	}
	best := all.Take(rows[:min(p.most, len(rows))])
	all.Release()
	p.release()
	p.parts, p.rows, p.bytes, p.cut = []batch.Batch{best}, best.Rows(), best.Bytes(), true
	p.worst = p.sort.order.columns(best)
	return nil
}

// sorted joins the parts and returns the order of their rows.
func (p *pile) sorted() (all batch.Batch, rows []int32, err error) {
	all, err = batch.Concat(p.sort.env.Alloc, p.parts)
	if err != nil {
		return all, nil, fmt.Errorf("%d rows to sort: %w", p.rows, err)
	}
	rows = standing(all)
	keys := p.sort.order.columns(all)
	slices.SortStableFunc(rows, func(i, j int32) int {
		return p.sort.order.compare(keys, int(i), keys, int(j))
	})
	return all, rows, nil
}

// standing returns the rows that no later row takes back, in order.
func standing(b batch.Batch) []int32 {
	rows := make([]int32, 0, b.Rows())
	if b.Kinds == nil {
		for i := range b.Rows() {
			rows = append(rows, int32(i))
		}
		return rows
	}
	gone := make([]bool, b.Rows())
	places := map[string][]int{}
	for i, k := range b.Kinds {
		key := string(b.JSON(i))
		if at := places[key]; k.Adds() {
			places[key] = append(at, i)
		} else {
			gone[i] = true
			if len(at) > 0 {
				gone[at[len(at)-1]] = true
				places[key] = at[:len(at)-1]
			}
		}
	}
	for i, g := range gone {
		if !g {
			rows = append(rows, int32(i))
		}
	}
	return rows
}

// emit gives out what the sort lets through, in batches.
func (p *pile) emit(ctx context.Context, out operators.Emitter) error {
	if len(p.parts) == 0 {
		return nil
	}
	all, rows, err := p.sorted()
	if err != nil {
		return err
	}
	defer all.Release()
	all = all.With(batch.Beside{})
	rows = rows[min(p.sort.Offset, int64(len(rows))):]
	if p.sort.Limit >= 0 {
		rows = rows[:min(p.sort.Limit, int64(len(rows)))]
	}
	for part := range slices.Chunk(rows, p.sort.env.BatchRows) {
		if err := send(ctx, all.Take(part), out); err != nil {
			return err
		}
	}
	return nil
}

func send(ctx context.Context, b batch.Batch, out operators.Emitter) error {
	defer b.Release()
	return out.Emit(ctx, b)
}

func (p *pile) release() {
	for _, b := range p.parts {
		b.Release()
	}
	p.parts, p.rows, p.bytes, p.worst, p.cut = nil, 0, 0, nil, false
}

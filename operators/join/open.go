package join

import (
	"cmp"
	"slices"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/state"
	"kinesql/window"
)

// OpenWindows implements operators.Windower: the windows of both inputs.
func (o *windowJoin) OpenWindows(most int) []operators.OpenWindow {
	found := map[operators.OpenWindow]*[2][]state.ID{}
	for port, s := range o.sides {
		for id := range s.calendar.All() {
			w := operators.OpenWindow{Start: window.Min, End: s.time(id)}
			if s.Start >= 0 {
				start, _ := s.rows.Int(id, s.Start)
				w.Start = window.Micros(start)
			}
			if found[w] == nil {
				found[w] = &[2][]state.ID{}
			}
			found[w][port] = append(found[w][port], id)
		}
	}
	list := make([]operators.OpenWindow, 0, len(found))
	for w := range found {
		list = append(list, w)
	}
	slices.SortFunc(list, func(a, b operators.OpenWindow) int {
		return cmp.Or(cmp.Compare(a.End, b.End), cmp.Compare(a.Start, b.Start))
	})
	list = list[:min(most, len(list))]
	for i, w := range list {
		ids := found[w]
		list[i].Rows, list[i].Groups = int64(len(ids[0])+len(ids[1])), o.different(*ids)
	}
	return list
}

// different is how many different keys rows of both sides have that can be joined.
func (o *base) different(ids [2][]state.ID) int {
	all, _ := aggregate.NewKeySet(o.cfg.keyTypes()) // newBase has checked the types
	for port, side := range ids {
		s := o.sides[port]
		keys := make([]batch.Vector, len(s.Keys))
		for i, k := range s.Keys {
			s.rows.Column(k, side, &keys[i])
		}
		all.Add(keys, joinable(keys, o.cfg.NullSafe, upTo(len(side))))
	}
	return all.Len()
}

// OpenWindows implements operators.Windower: rows wait for partners.
func (o *interval) OpenWindows(int) []operators.OpenWindow {
	wait := operators.OpenWindow{Start: window.Max, End: window.Min, Waits: true}
	for port, s := range o.sides {
		for id := range s.calendar.All() {
			t := s.time(id)
			wait.Start, wait.End = min(wait.Start, t), max(wait.End, o.last(port, t)+1)
			wait.Rows++
		}
	}
	if wait.Rows == 0 {
		return nil
	}
	wait.Groups = o.keys.Live()
	return []operators.OpenWindow{wait}
}

// OpenWindows implements operators.Windower: left rows wait for the watermark to be
// past their time.
func (o *asOf) OpenWindows(int) []operators.OpenWindow {
	if len(o.queue) == 0 {
		return nil
	}
	wait := operators.OpenWindow{Start: window.Max, End: window.Min, Rows: int64(len(o.queue)), Waits: true}
	var ids [2][]state.ID
	for _, w := range o.queue {
		wait.Start, wait.End = min(wait.Start, w.at), max(wait.End, w.at+1)
		ids[0] = append(ids[0], w.id)
	}
	wait.Groups = o.different(ids)
	return []operators.OpenWindow{wait}
}

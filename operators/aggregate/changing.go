package aggregate

// Changing reports whether rows of the set may be taken back.
func (s *Set) Changing() bool { return s.changing }

// Apply is Add for an append-only set. For a changing one it adds the rows that
// their batch adds, and takes back those that it takes back.
func (s *States) Apply(in *Input, rows []int32, ids []uint32) {
	if in.kinds == nil {
		s.Add(in, rows, ids)
		return
	}
	var added, removed picked
	for i, r := range rows {
		if in.kinds[r].Adds() {
			added.add(r, ids[i])
			continue
		}
		removed.add(r, ids[i])
	}
	s.Add(in, added.rows, added.groups)
	if len(removed.rows) > 0 {
		s.Retract(in, removed.rows, removed.groups)
	}
}

// Present returns those of the groups that hold rows. Of an append-only set that is
// all; else the list is new. The error, ErrUnseen, says that more rows were taken
// back than had been added.
func (s *States) Present(ids []uint32) ([]uint32, error) {
	if !s.set.changing {
		return ids, nil
	}
	rows := s.list[len(s.list)-1].(*count).n
	out := make([]uint32, 0, len(ids))
	for _, id := range ids {
		if rows[id] < 0 {
			return nil, ErrUnseen
		}
		if rows[id] > 0 {
			out = append(out, id)
		}
	}
	return out, s.Fault()
}

// Rows adds the rows that groups of a changing set hold to n, by place in ids.
func (s *States) Rows(ids []uint32, n []int64) {
	rows := s.list[len(s.list)-1].(*count).n
	for i, id := range ids {
		n[i] += rows[id]
	}
}

// Fault returns ErrUnseen if some group has taken back a row that it never had. It
// is true of states into which everything was merged that belongs to them.
func (s *States) Fault() error {
	for _, st := range s.list {
		if f, ok := st.(faulty); ok {
			if err := f.Fault(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Bytes is how much memory the states take, roughly.
func (s *States) Bytes() int64 {
	bytes := int64(0)
	for _, st := range s.list {
		bytes += st.Bytes()
	}
	return bytes
}

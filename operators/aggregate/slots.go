package aggregate

// slots is the index of a hash table whose keys lie elsewhere, by id: linear
// probing over 32 bits of hash and the id.
type slots struct {
	mask uint32
	list []slot
	used int
}

// slot is free where next is 0.
type slot struct {
	hash uint32
	next uint32 // id+1
}

func newSlots() slots {
	return slots{mask: firstSlots - 1, list: make([]slot, firstSlots)}
}

// fill takes the free slot at h for an id, and doubles the index when half full.
func (s *slots) fill(h, hash, id uint32) {
	s.list[h] = slot{hash, id + 1}
	s.used++
	if s.used*2 <= len(s.list) {
		return
	}
	old := s.list
	s.list = make([]slot, 2*len(old))
	s.mask = uint32(len(s.list) - 1)
	for _, e := range old {
		if e.next == 0 {
			continue
		}
		h := e.hash & s.mask
		for s.list[h].next != 0 {
			h = (h + 1) & s.mask
		}
		s.list[h] = e
	}
}

// remove frees the slot of an id and moves back those behind it that were
// pushed on by it.
func (s *slots) remove(hash, id uint32) {
	h := hash & s.mask
	for s.list[h].next != id+1 {
		h = (h + 1) & s.mask
	}
	for next := (h + 1) & s.mask; s.list[next].next != 0; next = (next + 1) & s.mask {
		home := s.list[next].hash & s.mask
		if (next-home)&s.mask >= (next-h)&s.mask {
			s.list[h] = s.list[next]
			h = next
		}
	}
	s.list[h] = slot{}
	s.used--
}

// wasteful is how many slots a key an emptied table is too large with.
const wasteful = 16

func (s *slots) clear() {
	if len(s.list) > wasteful*s.used+firstSlots {
		*s = newSlots()
		return
	}
	clear(s.list)
	s.used = 0
}

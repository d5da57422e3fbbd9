package state

// Lists puts things that have dense numbers, such as rows, on lists that have
// dense numbers, such as keys: each on one list at most, the first to be put at
// the head. Numbers are below 1<<31.
type Lists struct {
	heads []ends  // by list
	links []links // by thing
}

// ends is the first and the last thing of a list, +1; 0: the list is empty.
type ends struct{ first, last uint32 }

// links is a thing's neighbours; at an end, the list's number with the end bit.
type links struct{ prev, next uint32 }

const end uint32 = 1 << 31

// Add puts id at the end of a list.
func (l *Lists) Add(list uint32, id ID) {
	if int(list) >= len(l.heads) {
		l.heads = enough(l.heads, int(list)+1)
	}
	if int(id) >= len(l.links) {
		l.links = enough(l.links, int(id)+1)
	}
	h := &l.heads[list]
	l.links[id] = links{prev: end | list, next: end | list}
	if h.last == 0 {
		h.first = uint32(id) + 1
	} else {
		l.links[h.last-1].next = uint32(id)
		l.links[id].prev = h.last - 1
	}
	h.last = uint32(id) + 1
}

// Remove takes id off its list, which it is on. emptied is the list if it has
// become empty, else -1.
func (l *Lists) Remove(id ID) (emptied int64) {
	at := l.links[id]
	if at.prev&end != 0 {
		l.heads[at.prev&^end].first = at.next + 1
	} else {
		l.links[at.prev].next = at.next
	}
	if at.next&end != 0 {
		l.heads[at.next&^end].last = at.prev + 1
	} else {
		l.links[at.next].prev = at.prev
	}
	if at.prev&end != 0 && at.next&end != 0 {
		l.heads[at.prev&^end] = ends{}
		return int64(at.prev &^ end)
	}
	return -1
}

// First is the head of a list, or None.
func (l *Lists) First(list uint32) ID {
	if int(list) >= len(l.heads) {
		return None
	}
	return ID(l.heads[list].first - 1)
}

// Last is the end of a list, or None.
func (l *Lists) Last(list uint32) ID {
	if int(list) >= len(l.heads) {
		return None
	}
	return ID(l.heads[list].last - 1)
}

// Next is what follows id on its list, or None.
func (l *Lists) Next(id ID) ID { return neighbour(l.links[id].next) }

// Prev is what stands before id on its list, or None.
func (l *Lists) Prev(id ID) ID { return neighbour(l.links[id].prev) }

func neighbour(n uint32) ID {
	if n&end != 0 {
		return None
	}
	return ID(n)
}

// Bytes is the memory held.
func (l *Lists) Bytes() int64 { return int64(8*cap(l.heads) + 8*cap(l.links)) }

// Clear empties all lists and gives their memory back.
func (l *Lists) Clear() { *l = Lists{} }

// enough makes s at least n long.
func enough[T any](s []T, n int) []T {
	if n <= len(s) {
		return s
	}
	if n <= cap(s) {
		return s[:n]
	}
	grown := make([]T, n, max(n+n/4, 64))
	copy(grown, s)
	return grown
}

// empty takes everything off a list.
func (l *Lists) empty(list uint32) { l.heads[list] = ends{} }

// Insert puts id on a list behind another that is on it, or at its head where after
// is None.
func (l *Lists) Insert(list uint32, after, id ID) {
	if after == l.Last(list) {
		l.Add(list, id)
		return
	}
	l.links = enough(l.links, int(id)+1)
	next := l.First(list)
	l.links[id].prev = end | list
	if after != None {
		next = l.Next(after)
		l.links[id].prev = uint32(after)
		l.links[after].next = uint32(id)
	} else {
		l.heads[list].first = uint32(id) + 1
	}
	l.links[id].next = uint32(next)
	l.links[next].prev = uint32(id)
}

package match

// deadline is when a partition is to be looked at although no row has come.
type deadline struct {
	at   int64
	part uint32
}

// deadlines is a heap, the earliest first. A partition is in it once at most.
type deadlines []deadline

func (d deadline) before(o deadline) bool { return d.at < o.at || d.at == o.at && d.part < o.part }

func (q *deadlines) push(d deadline) {
	*q = append(*q, d)
	h := *q
	for i := len(h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h[i].before(h[up]) {
			return
		}
		h[i], h[up] = h[up], h[i]
		i = up
	}
}

func (q *deadlines) pop() deadline {
	h := *q
	first, last := h[0], len(h)-1
	h[0] = h[last]
	h = h[:last]
	*q = h
	for i := 0; ; {
		least := 2*i + 1
		if least >= len(h) {
			return first
		}
		if right := least + 1; right < len(h) && h[right].before(h[least]) {
			least = right
		}
		if !h[least].before(h[i]) {
			return first
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}

package state

import "kinesql/window"

// Ages tells which keys nobody has touched for a time to live. Keys are dense
// numbers; one that has been told is unknown until it is touched again.
type Ages struct {
	ttl    window.Micros
	last   []window.Micros // by key
	listed []bool          // by key: it is in days
	days   *Calendar
}

// NewAges returns the ages of keys that live so long untouched; 0: for ever.
func NewAges(ttl window.Micros) *Ages { return &Ages{ttl: ttl, days: NewCalendar(ttl / 16)} }

// Touch notes that a key was used at a time.
func (a *Ages) Touch(key uint32, at window.Micros) {
	if a.ttl <= 0 {
		return
	}
	for int(key) >= len(a.last) {
		a.last, a.listed = append(a.last, window.Earliest), append(a.listed, false)
	}
	a.last[key] = max(a.last[key], at)
	if !a.listed[key] {
		a.listed[key] = true
		a.days.Add(ID(key), a.last[key])
	}
}

// Over returns the keys whose time is up. It comes late by a sixteenth of the time
// to live at most.
func (a *Ages) Over(now window.Micros) []uint32 {
	if a.ttl <= 0 || now < window.Earliest+a.ttl {
		return nil
	}
	var out []uint32
	for _, id := range a.days.Until(now-a.ttl, nil) {
		key := uint32(id)
		if a.last[key] > now-a.ttl {
			a.days.Add(id, a.last[key])
			continue
		}
		a.listed[key], a.last[key] = false, window.Earliest
		out = append(out, key)
	}
	return out
}

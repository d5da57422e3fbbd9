package expr

// change is what JSON_SET and its kin do where a path leads.
type change struct {
	replace, insert bool
	remove, append  bool
}

// edit returns v with the change made at the end of the legs. Paths that lead
// nowhere, but for a last new key or element, change nothing.
func (c change) edit(v any, legs []leg, value any) any {
	if len(legs) == 0 {
		return c.here(v, value)
	}
	l, last := legs[0], len(legs) == 1
	if l.kind == legKey {
		o, ok := v.(*object)
		if !ok {
			return v
		}
		member, ok := o.values[l.key]
		switch {
		case ok && last && c.remove:
			o.remove(l.key)
		case ok:
			o.set(l.key, c.edit(member, legs[1:], value))
		case last && c.insert:
			o.set(l.key, value)
		}
		return o
	}
	return c.editIndex(v, l, legs[1:], value)
}

func (c change) here(v, value any) any {
	switch {
	case c.append:
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		return append(list, value)
	case c.replace:
		return value
	}
	return v
}

func (c change) editIndex(v any, l leg, rest []leg, value any) any {
	last := len(rest) == 0
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	i := l.from.in(len(list))
	switch {
	case i < 0:
		return v
	case i < int64(len(list)) && last && c.remove:
		if !ok {
			return v
		}
		return append(list[:i:i], list[i+1:]...)
	case i < int64(len(list)):
		list[i] = c.edit(list[i], rest, value)
		if !ok {
			return list[0]
		}
		return list
	case last && c.insert:
		return append(list, value)
	}
	return v
}

// mergePatch is RFC 7396.
func mergePatch(target, patch any) any {
	p, ok := patch.(*object)
	if !ok {
		return patch
	}
	t, ok := target.(*object)
	if !ok {
		t = newObject()
	}
	for _, k := range p.keys {
		if p.values[k] == nil {
			t.remove(k)
			continue
		}
		t.set(k, mergePatch(t.values[k], p.values[k]))
	}
	return t
}

// mergePreserve joins arrays, merges objects, and makes arrays of all else.
func mergePreserve(a, b any) any {
	x, ok := a.(*object)
	y, ok2 := b.(*object)
	if ok && ok2 {
		for _, k := range y.keys {
			if have, both := x.values[k]; both {
				x.set(k, mergePreserve(have, y.values[k]))
				continue
			}
			x.set(k, y.values[k])
		}
		return x
	}
	return append(asArray(a), asArray(b)...)
}

func asArray(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

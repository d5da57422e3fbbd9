package expr

import (
	"encoding/json"
	"math/big"
)

// equalJSON compares values: numbers by value, objects whatever their order.
func equalJSON(a, b any) bool {
	switch a := a.(type) {
	case json.Number:
		b, ok := b.(json.Number)
		return ok && (a == b || equalNumbers(string(a), string(b)))
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return false
		}
		for i := range a {
			if !equalJSON(a[i], b[i]) {
				return false
			}
		}
		return true
	case *object:
		b, ok := b.(*object)
		if !ok || len(a.keys) != len(b.keys) {
			return false
		}
		for k, v := range a.values {
			if w, ok := b.values[k]; !ok || !equalJSON(v, w) {
				return false
			}
		}
		return true
	}
	if _, nested := b.(*object); nested {
		return false
	}
	if _, nested := b.([]any); nested {
		return false
	}
	return a == b
}

func equalNumbers(a, b string) bool {
	x, ok := scanDecimal([]byte(a))
	y, ok2 := scanDecimal([]byte(b))
	if ok && ok2 && max(x.digits, y.digits, x.scale, y.scale) <= maxDigits {
		return scaled(x.num, y.scale).Cmp(scaled(y.num, x.scale)) == 0
	}
	f, _, err := big.ParseFloat(a, 10, 128, big.ToNearestEven)
	g, _, err2 := big.ParseFloat(b, 10, 128, big.ToNearestEven)
	return err == nil && err2 == nil && f.Cmp(g) == 0
}

// containsJSON is JSON_CONTAINS: an array contains each element, and each array of
// such; an object contains an object of members that its own contain.
func containsJSON(target, candidate any) bool {
	switch t := target.(type) {
	case []any:
		if list, ok := candidate.([]any); ok {
			for _, c := range list {
				if !anyContains(t, c) {
					return false
				}
			}
			return true
		}
		return anyContains(t, candidate)
	case *object:
		c, ok := candidate.(*object)
		if !ok {
			return false
		}
		for k, v := range c.values {
			if have, ok := t.values[k]; !ok || !containsJSON(have, v) {
				return false
			}
		}
		return true
	}
	return equalJSON(target, candidate)
}

func anyContains(list []any, candidate any) bool {
	for _, e := range list {
		if containsJSON(e, candidate) {
			return true
		}
	}
	return false
}

// overlapsJSON is JSON_OVERLAPS: a common element or member, or equality.
func overlapsJSON(a, b any) bool {
	x, ok := a.(*object)
	y, ok2 := b.(*object)
	if ok && ok2 {
		for k, v := range x.values {
			if w, ok := y.values[k]; ok && equalJSON(v, w) {
				return true
			}
		}
		return false
	}
	for _, v := range asArray(a) {
		for _, w := range asArray(b) {
			if equalJSON(v, w) {
				return true
			}
		}
	}
	return false
}

func depthJSON(v any) int64 {
	deepest := int64(0)
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			deepest = max(deepest, depthJSON(e))
		}
	case *object:
		for _, e := range v.values {
			deepest = max(deepest, depthJSON(e))
		}
	}
	return deepest + 1
}

func lengthJSON(v any) int64 {
	switch v := v.(type) {
	case []any:
		return int64(len(v))
	case *object:
		return int64(len(v.keys))
	}
	return 1
}

// typeJSON is the name that JSON_TYPE gives.
func typeJSON(v any) string {
	switch v := v.(type) {
	case nil:
		return "NULL"
	case bool:
		return "BOOLEAN"
	case string:
		return "STRING"
	case []any:
		return "ARRAY"
	case json.Number:
		if _, ok := scanInt([]byte(v)); ok {
			return "INTEGER"
		}
		return "DOUBLE"
	}
	return "OBJECT"
}

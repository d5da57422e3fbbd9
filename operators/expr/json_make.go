package expr

func jsonMakeFunctions() []*Function {
	set := func(name string, c change, summary, example, result string) []*Function {
		return define(name+"(doc DOC, path VARCHAR, value ANY[, more ANY]...) -> JSON", docText(func(d *documents, dst []byte) []byte {
			return c.apply(d, dst)
		}), summary, example, result).nullable().as()
	}
	return family(
		define("JSON_ARRAY([value ANY]...) -> JSON", docText(func(d *documents, dst []byte) []byte {
			return appendJSON(dst, d.values(0))
		}), "An array of the arguments.", "JSON_ARRAY(1, 'a', NULL)", `[1,"a",null]`).total().nullable().as(),
		define("JSON_OBJECT([key VARCHAR][, value ANY]...) -> JSON", docText(jsonObjectOf),
			"An object of keys and values in turn.", "JSON_OBJECT('a', 1, 'b', 'x')", `{"a":1,"b":"x"}`).nullable().as(),
		define("JSON_QUOTE(text VARCHAR) -> VARCHAR", text1(func(dst, s []byte) []byte { return quoteJSON(dst, string(s)) }),
			"Text as a JSON string.", `JSON_QUOTE('a"b')`, `"a\"b"`).total().as(),
		set("JSON_SET", change{replace: true, insert: true}, "JSON with values put, or added, where paths lead.",
			`JSON_SET('{"a": 1}', '$.a', 2, '$.b', 3)`, `{"a":2,"b":3}`),
		set("JSON_INSERT", change{insert: true}, "JSON with values added where paths lead to nothing yet.",
			`JSON_INSERT('{"a": 1}', '$.a', 2, '$.b', 3)`, `{"a":1,"b":3}`),
		set("JSON_REPLACE", change{replace: true}, "JSON with values put where paths lead to one.",
			`JSON_REPLACE('{"a": 1}', '$.a', 2, '$.b', 3)`, `{"a":2}`),
		set("JSON_ARRAY_APPEND", change{append: true}, "JSON with values added to the arrays that paths lead to.",
			`JSON_ARRAY_APPEND('{"a": [1]}', '$.a', 2)`, `{"a":[1,2]}`),
		define("JSON_REMOVE(doc DOC, path VARCHAR[, path2 VARCHAR]...) -> JSON", docText(jsonRemove),
			"JSON without what paths lead to.", `JSON_REMOVE('{"a": 1, "b": 2}', '$.a')`, `{"b":2}`).as(),
		define("JSON_MERGE_PATCH(doc DOC, patch DOC[, more DOC]...) -> JSON", docText(merger(mergePatch)),
			"JSON with members replaced by those of others, and removed where these are null (RFC 7396).",
			`JSON_MERGE_PATCH('{"a": 1, "b": 2}', '{"a": 3, "b": null}')`, `{"a":3}`).as(),
		define("JSON_MERGE_PRESERVE(doc DOC, other DOC[, more DOC]...) -> JSON", docText(merger(mergePreserve)),
			"JSON values merged, where members of one name become arrays.",
			`JSON_MERGE_PRESERVE('{"a": 1}', '{"a": 3}')`, `{"a":[1,3]}`).as("JSON_MERGE"),
	)
}

// values returns the arguments from k on as JSON values.
func (d *documents) values(k int) []any {
	out := []any{}
	for ; k < d.count(); k++ {
		out = append(out, jsonAt(d.vec(k), d.i))
	}
	return out
}

func jsonObjectOf(d *documents, dst []byte) []byte {
	if d.count()%2 == 1 {
		d.argument("JSON_OBJECT: want keys and values in turn, got %d arguments", d.count())
		return dst
	}
	o := newObject()
	for k := 0; k < d.count(); k += 2 {
		if !d.valid(k) {
			d.argument("JSON_OBJECT: a key is NULL")
			return dst
		}
		o.set(string(appendText(nil, d.vec(k), d.i)), jsonAt(d.vec(k+1), d.i))
	}
	return appendJSON(dst, o)
}

// apply makes the changes of a list of paths and values, each to what the one
// before left.
func (c change) apply(d *documents, dst []byte) []byte {
	if d.count()%2 == 0 {
		d.argument("%s: want paths and values in turn", name(d.f))
		return dst
	}
	for k := 0; k < d.count(); k++ {
		if !d.valid(k) && (k == 0 || k%2 == 1) {
			d.null()
			return dst
		}
	}
	v, ok := d.doc(0)
	for k := 1; ok && k < d.count(); k += 2 {
		var p path
		if p, ok = d.path(k); ok {
			if p.many {
				d.argument("%s: a path with * cannot be changed", name(d.f))
				return dst
			}
			v = c.edit(v, p.legs, jsonAt(d.vec(k+1), d.i))
		}
	}
	return appendJSON(dst, v)
}

func jsonRemove(d *documents, dst []byte) []byte {
	v, ok := d.doc(0)
	for k := 1; ok && k < d.count(); k++ {
		var p path
		if p, ok = d.path(k); ok {
			if p.many || len(p.legs) == 0 {
				d.argument("JSON_REMOVE: a path of one member or element is wanted, got %s", quoted(string(d.text(k))))
				return dst
			}
			v = change{remove: true}.edit(v, p.legs, nil)
		}
	}
	return appendJSON(dst, v)
}

func merger(merge func(a, b any) any) func(d *documents, dst []byte) []byte {
	return func(d *documents, dst []byte) []byte {
		v, ok := d.doc(0)
		for k := 1; ok && k < d.count(); k++ {
			var other any
			if other, ok = d.doc(k); ok {
				v = merge(v, other)
			}
		}
		return appendJSON(dst, v)
	}
}

package expr

import (
	"bytes"
	"encoding/json"
	"strings"
)

// documents reads JSON arguments and paths of a kernel, which is not for
// concurrent use: paths are parsed once.
type documents struct {
	*row
	paths map[string]path
}

// doc parses argument k; false after a fault.
func (d *documents) doc(k int) (any, bool) {
	v, err := parseJSON(d.text(k))
	if err != nil {
		d.argument("%s: argument %d is not valid JSON: %s", name(d.f), k+1, quoted(clip(string(d.text(k)))))
	}
	return v, err == nil
}

// path parses argument k; false after a fault.
func (d *documents) path(k int) (path, bool) {
	text := d.text(k)
	if p, ok := d.paths[string(text)]; ok {
		return p, true
	}
	p, err := parsePath(string(text))
	if err != nil {
		d.argument("%s: %v", name(d.f), err)
		return p, false
	}
	if len(d.paths) < 1000 {
		d.paths[string(text)] = p
	}
	return p, true
}

// at parses argument 0 and follows the optional path in argument k; it makes the
// row NULL where the path leads nowhere.
func (d *documents) at(k int) (any, bool) {
	v, ok := d.doc(0)
	if !ok || k >= d.count() {
		return v, ok
	}
	p, ok := d.path(k)
	if !ok {
		return nil, false
	}
	if v, ok = p.first(v); !ok {
		d.null()
	}
	return v, ok
}

// docText, docInt and docBool make kernels of functions over JSON.
func docText(fn func(d *documents, dst []byte) []byte) maker {
	return func(args []Node) (kernel, error) {
		paths := map[string]path{}
		return func(f *frame) {
			runText(f, func(r *row, dst []byte) []byte { return fn(&documents{r, paths}, dst) })
		}, nil
	}
}

func docInt(fn func(d *documents) int64) maker {
	return func(args []Node) (kernel, error) {
		paths := map[string]path{}
		return func(f *frame) { runInt(f, func(r *row) int64 { return fn(&documents{r, paths}) }) }, nil
	}
}

func docBool(fn func(d *documents) bool) maker {
	return func(args []Node) (kernel, error) {
		paths := map[string]path{}
		return func(f *frame) { runBool(f, func(r *row) bool { return fn(&documents{r, paths}) }) }, nil
	}
}

func jsonReadFunctions() []*Function {
	arrow := define("->(doc DOC, path VARCHAR) -> JSON", docText(jsonExtract), "", "", "")
	arrows := define("->>(doc DOC, path VARCHAR) -> VARCHAR", docText(jsonValue), "", "", "")
	for _, f := range []*Function{arrow, arrows} {
		f.Kind = Operator
		f.each(func(o *overload) { o.print = infix })
	}
	return family([]*Function{arrow, arrows},
		define("JSON_EXTRACT(doc DOC, path VARCHAR[, path2 VARCHAR]...) -> JSON", docText(jsonExtract),
			"What a path leads to, or an array where several paths or * may lead to several values; NULL if nothing.",
			`JSON_EXTRACT('{"a": [1, {"b": 2}]}', '$.a[1].b')`, "2").as(),
		define("JSON_VALUE(doc DOC, path VARCHAR) -> VARCHAR", docText(jsonValue),
			"What a path leads to as text, strings without quotes; NULL if nothing or a JSON null.",
			`JSON_VALUE('{"a": "x"}', '$.a')`, "x").as(),
		define("JSON_UNQUOTE(text DOC) -> VARCHAR", docText(func(d *documents, dst []byte) []byte {
			return append(dst, unquoteJSON(d.text(0))...)
		}), "A JSON string without its quotes; all else as it is.", `JSON_UNQUOTE('"x\ty"')`, "x\ty").total().as(),
		define("JSON_KEYS(doc DOC[, path VARCHAR]) -> JSON", docText(jsonKeys),
			"The keys of an object; NULL if it is none.", `JSON_KEYS('{"b": 1, "a": 2}')`, `["b","a"]`).as(),
		define("JSON_LENGTH(doc DOC[, path VARCHAR]) -> BIGINT", docInt(func(d *documents) int64 {
			v, _ := d.at(1)
			return lengthJSON(v)
		}), "How many elements or members there are; 1 of a scalar.", `JSON_LENGTH('[1, 2, 3]')`, "3").as(),
		define("JSON_DEPTH(doc DOC) -> BIGINT", docInt(func(d *documents) int64 {
			v, _ := d.doc(0)
			return depthJSON(v)
		}), "How deep a value is nested; 1 of a scalar.", `JSON_DEPTH('[1, [2]]')`, "3").as(),
		define("JSON_TYPE(doc DOC) -> VARCHAR", docText(func(d *documents, dst []byte) []byte {
			v, _ := d.doc(0)
			return append(dst, typeJSON(v)...)
		}), "OBJECT, ARRAY, STRING, INTEGER, DOUBLE, BOOLEAN or NULL.", `JSON_TYPE('[1]')`, "ARRAY").as(),
		define("JSON_VALID(text DOC) -> BOOLEAN", boolRow(func(r *row) bool {
			_, err := parseJSON(r.text(0))
			return err == nil
		}), "Whether a text is well-formed JSON.", `JSON_VALID('{"a": 1}')`, "true").total().as(),
		define("JSON_PRETTY(doc DOC) -> VARCHAR", docText(func(d *documents, dst []byte) []byte {
			v, ok := d.doc(0)
			if !ok {
				return dst
			}
			var out bytes.Buffer
			if json.Indent(&out, appendJSON(nil, v), "", "  ") != nil {
				d.null()
			}
			return append(dst, out.Bytes()...)
		}), "JSON on several lines.", `REPLACE(JSON_PRETTY('[1]'), CHAR(10), '|')`, "[|  1|]").as(),
	)
}

func jsonExtract(d *documents, dst []byte) []byte {
	v, ok := d.doc(0)
	if !ok {
		return dst
	}
	many, found := d.count() > 2, []any{}
	for k := 1; k < d.count(); k++ {
		p, ok := d.path(k)
		if !ok {
			return dst
		}
		many = many || p.many
		found = append(found, p.all(v)...)
	}
	switch {
	case len(found) == 0:
		d.null()
		return dst
	case many:
		return appendJSON(dst, found)
	}
	return appendJSON(dst, found[0])
}

func jsonValue(d *documents, dst []byte) []byte {
	v, ok := d.at(1)
	if s, isText := v.(string); isText {
		return append(dst, s...)
	}
	if ok && v == nil {
		d.null()
	}
	return appendJSON(dst, v)
}

func jsonKeys(d *documents, dst []byte) []byte {
	v, _ := d.at(1)
	o, ok := v.(*object)
	if !ok {
		d.null()
		return dst
	}
	keys := make([]any, len(o.keys))
	for i, k := range o.keys {
		keys[i] = k
	}
	return appendJSON(dst, keys)
}

func jsonTestFunctions() []*Function {
	member := define("JSON_MEMBEROF(value ANY, array DOC) -> BOOLEAN", docBool(func(d *documents) bool {
		list, ok := d.doc(1)
		for _, e := range asArray(list) {
			if ok && equalJSON(e, jsonAt(d.vec(0), d.i)) {
				return true
			}
		}
		return false
	}), "Whether a value is an element of an array: value MEMBER OF(array).", `JSON_MEMBEROF(2, '[1, 2]')`, "true")
	word := *member
	word.Name, word.Kind = "MEMBER OF", Operator
	return family([]*Function{member, &word},
		define("JSON_CONTAINS(doc DOC, part DOC[, path VARCHAR]) -> BOOLEAN", docBool(func(d *documents) bool {
			part, ok := d.doc(1)
			v, ok2 := d.at(2)
			return ok && ok2 && containsJSON(v, part)
		}), "Whether JSON holds other JSON, perhaps where a path leads.", `JSON_CONTAINS('{"a": [1, 2]}', '2', '$.a')`, "true").as(),
		define("JSON_CONTAINS_PATH(doc DOC, mode VARCHAR, path VARCHAR[, path2 VARCHAR]...) -> BOOLEAN", docBool(containsPath),
			"Whether one, or all, of some paths lead to something.", `JSON_CONTAINS_PATH('{"a": 1}', 'one', '$.a', '$.b')`, "true").as(),
		define("JSON_OVERLAPS(a DOC, b DOC) -> BOOLEAN", docBool(func(d *documents) bool {
			a, ok := d.doc(0)
			b, ok2 := d.doc(1)
			return ok && ok2 && overlapsJSON(a, b)
		}), "Whether two arrays share an element, or two objects a member.", `JSON_OVERLAPS('[1, 2]', '[2, 3]')`, "true").as(),
		define("JSON_SEARCH(doc DOC, mode VARCHAR, text VARCHAR[, escape VARCHAR][, path VARCHAR]) -> JSON", docText(jsonSearch),
			"The path of one, or all, strings that a text, with % and _, matches.", `JSON_SEARCH('{"a": ["xy"]}', 'one', 'x%')`, `"$.a[0]"`).nullable().as(),
	)
}

func (d *documents) mode(k int) (all, ok bool) {
	switch strings.ToLower(string(d.text(k))) {
	case "one":
		return false, true
	case "all":
		return true, true
	}
	d.argument("%s: want 'one' or 'all', got %s", name(d.f), quoted(string(d.text(k))))
	return false, false
}

func containsPath(d *documents) bool {
	v, ok := d.doc(0)
	all, ok2 := d.mode(1)
	if !ok || !ok2 {
		return false
	}
	for k := 2; k < d.count(); k++ {
		p, ok := d.path(k)
		if !ok {
			return false
		}
		if _, found := p.first(v); found != all {
			return found
		}
	}
	return all
}

// jsonSearch takes a NULL escape for the backslash.
func jsonSearch(d *documents, dst []byte) []byte {
	for k := range d.count() {
		if !d.valid(k) && k != 3 {
			d.null()
			return dst
		}
	}
	v, ok := d.doc(0)
	all, ok2 := d.mode(1)
	if !ok || !ok2 {
		return dst
	}
	escape, p := `\`, path{}
	if d.count() > 3 && d.valid(3) {
		escape = string(d.text(3))
	}
	if d.count() > 4 {
		if p, ok = d.path(4); !ok {
			return dst
		}
	}
	s := searcher{match: parseLike(d.text(2), escape).matcher(), all: all}
	s.walk(v, p.legs, "$")
	switch {
	case len(s.found) == 0:
		d.null()
		return dst
	case len(s.found) == 1:
		return appendJSON(dst, s.found[0])
	}
	return appendJSON(dst, s.found)
}

package infer

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

var (
	errArray    = errors.New("one JSON array, not JSON lines; turn it into lines: jq -c '.[]' FILE > FILE.jsonl")
	errDocument = errors.New("JSON over several lines, not JSON lines; turn it into lines: jq -c . FILE > FILE.jsonl")
)

// guessJSON recognises an object a line.
func guessJSON(s *sample) (*proposal, error) {
	lines := s.lines()
	columns, good := newShapes(), 0
	for _, line := range lines {
		if record, err := parseObject(line); err == nil {
			record.addTo(columns)
			good++
		}
	}
	if good*2 >= len(lines) { // the others are damaged: nothing else looks so
		p := &proposal{options: [][2]string{{"format", "json"}}}
		return p, p.settle(columns, good)
	}
	return nil, oneDocument(bytes.TrimSpace(lines[0]), s)
}

// oneDocument explains JSON that is not one object a line.
func oneDocument(first []byte, s *sample) error {
	dec := json.NewDecoder(bytes.NewReader(s.text))
	var document any
	err := dec.Decode(&document)
	complete := err == nil || (!s.whole && errors.Is(err, io.ErrUnexpectedEOF))
	oneLine := !bytes.Contains(bytes.TrimSpace(s.text[:min(dec.InputOffset(), int64(len(s.text)))]), []byte{'\n'})
	switch {
	case !complete, oneLine && first[0] == '{':
		return nil
	case first[0] == '[':
		return errArray
	case first[0] == '{':
		return errDocument
	}
	return nil
}

// member is a key of an object with its value, in order.
type member struct {
	key   string
	value any // nil, bool, json.Number, string, record, []any
}

type record []member

// parseObject parses one object and nothing behind it, keeping the order of its
// keys.
func parseObject(line []byte) (record, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	v, err := value(dec)
	if err != nil {
		return nil, err
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, errors.New("text behind the object")
	}
	r, ok := v.(record)
	if !ok {
		return nil, errors.New("not an object")
	}
	return r, nil
}

func value(dec *json.Decoder) (any, error) {
	token, err := dec.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('{'):
		return members(dec)
	case json.Delim('['):
		return items(dec)
	}
	return token, nil
}

func members(dec *json.Decoder) (any, error) {
	out := record{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		v, err := value(dec)
		if err != nil {
			return nil, err
		}
		out = append(out, member{key.(string), v})
	}
	_, err := dec.Token()
	return out, err
}

func items(dec *json.Decoder) (any, error) {
	out := []any{}
	for dec.More() {
		v, err := value(dec)
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	_, err := dec.Token()
	return out, err
}

func (r record) addTo(columns *shapes) {
	for _, m := range r {
		columns.get(m.key).add(m.value)
	}
}

func (c *shape) add(v any) {
	switch v := v.(type) {
	case bool:
		c.see(boolean)
	case json.Number:
		c.seeNumber(v.String())
	case string:
		c.seeText(v)
	case record:
		if c.see(object); c.members == nil {
			c.members = newShapes()
		}
		v.addTo(c.members)
	case []any:
		if c.see(list); c.elem == nil {
			c.elem = &shape{}
		}
		for _, item := range v {
			c.elem.add(item)
		}
	}
}

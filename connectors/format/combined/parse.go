package combined

import (
	"bytes"
	"errors"
	"unicode/utf8"
)

// parser cuts lines. Fields are borrowed from the line, or from scratch where
// something was escaped.
type parser struct {
	want    [fieldCount]bool
	clock   clock
	scratch []byte
}

var (
	errAddr    = errors.New("not an access log line: no client address, want ADDR IDENT USER [TIME] \"REQUEST\" STATUS BYTES")
	errTime    = errors.New("not an access log line: no [time] after address and user")
	errRequest = errors.New("not an access log line: no quoted request after the time")
	errStatus  = errors.New("not an access log line: no status and size after the request")
	errReferer = errors.New("not an access log line: text after the size is not a quoted referer")
	errAgent   = errors.New("not an access log line: text after the referer is not a quoted user agent")
)

// cut implements text.Cutter.
func (p *parser) cut(line []byte, fields [][]byte) error {
	p.scratch = p.scratch[:0]
	rest, err := p.client(line, fields)
	if err != nil {
		return err
	}
	request, rest, ok := quoted(rest)
	if !ok || len(rest) == 0 {
		return errRequest
	}
	p.request(request, fields)
	if rest, err = p.response(rest[1:], fields); err != nil || len(rest) == 0 {
		return err
	}
	return p.agent(rest, fields)
}

// client cuts address, identity, user and time, and returns what is behind the
// blank after the time. User names may hold blanks.
func (p *parser) client(line []byte, fields [][]byte) (rest []byte, err error) {
	addr := bytes.IndexByte(line, ' ')
	if addr <= 0 {
		return nil, errAddr
	}
	ident := bytes.IndexByte(line[addr+1:], ' ')
	if ident <= 0 {
		return nil, errTime
	}
	user := line[addr+1+ident+1:]
	end := bytes.Index(user, []byte(" ["))
	if end <= 0 {
		return nil, errTime
	}
	fields[remoteAddr], fields[remoteUser] = p.plain(remoteAddr, line[:addr]), p.plain(remoteUser, user[:end])
	at := user[end+2:]
	stop := bytes.IndexByte(at, ']')
	if stop < 0 || stop+1 >= len(at) || at[stop+1] != ' ' {
		return nil, errTime
	}
	fields[timeLocal] = p.plain(timeLocal, at[:stop])
	return at[stop+2:], nil
}

// plain returns an unquoted field, nil for "-" and for what is not wanted.
func (p *parser) plain(field int, value []byte) []byte {
	if !p.want[field] || (len(value) == 1 && value[0] == '-') {
		return nil
	}
	return value
}

// quoted cuts a quoted field and returns what is behind its closing quote. A
// quote closes if it is not escaped and the line ends or a blank follows. Text
// that never closes reaches to the end of the line.
func quoted(s []byte) (value, rest []byte, ok bool) {
	if len(s) == 0 || s[0] != '"' {
		return nil, nil, false
	}
	for at := 1; ; {
		i := bytes.IndexByte(s[at:], '"')
		if i < 0 {
			return s[1:], nil, true
		}
		at += i + 1
		if escaped(s[1:at-1]) || (at < len(s) && s[at] != ' ') {
			continue
		}
		return s[1 : at-1], s[at:], true
	}
}

// escaped reports whether what follows s is behind an odd number of backslashes.
func escaped(s []byte) bool {
	n := 0
	for n < len(s) && s[len(s)-1-n] == '\\' {
		n++
	}
	return n%2 == 1
}

// request cuts METHOD PATH [PROTOCOL].
func (p *parser) request(request []byte, fields [][]byte) {
	if !p.want[method] && !p.want[path] && !p.want[protocol] {
		return
	}
	if len(request) == 0 || string(request) == "-" {
		return
	}
	verb, target, ok := bytes.Cut(request, blank)
	version := []byte(nil)
	if i := bytes.LastIndexByte(target, ' '); i >= 0 {
		target, version = target[:i], target[i+1:]
	}
	if !ok || !isMethod(verb) || len(target) == 0 || (version != nil && !bytes.Contains(version, slash)) {
		fields[path] = p.text(path, request)
		return
	}
	fields[method], fields[path] = p.text(method, verb), p.text(path, target)
	if version != nil {
		fields[protocol] = p.text(protocol, version)
	}
}

var blank, slash = []byte{' '}, []byte{'/'}

// isMethod reports whether s is a token of RFC 9110 in capitals.
func isMethod(s []byte) bool {
	for _, c := range s {
		if (c < 'A' || c > 'Z') && c != '-' && c != '_' {
			return false
		}
	}
	return len(s) > 0
}

// response cuts status and size and returns what is behind the blank after
// them, nothing at the end of the line.
func (p *parser) response(s []byte, fields [][]byte) (rest []byte, err error) {
	code, size, ok := bytes.Cut(s, blank)
	if !ok {
		return nil, errStatus
	}
	if i := bytes.IndexByte(size, ' '); i >= 0 {
		size, rest = size[:i], size[i+1:]
	}
	if !isNumber(code) || !isNumber(size) {
		return nil, errStatus
	}
	fields[status], fields[bodyBytes] = p.plain(status, code), p.plain(bodyBytes, size)
	return rest, nil
}

// isNumber reports whether s is digits or "-".
func isNumber(s []byte) bool {
	for _, c := range s {
		if (c < '0' || c > '9') && (c != '-' || len(s) > 1) {
			return false
		}
	}
	return len(s) > 0
}

func (p *parser) agent(s []byte, fields [][]byte) error {
	from, rest, ok := quoted(s)
	if !ok {
		return errReferer
	}
	fields[referer] = p.text(referer, from)
	if len(rest) <= 1 {
		return nil
	}
	agent, _, ok := quoted(rest[1:])
	if !ok {
		return errAgent
	}
	fields[userAgent] = p.text(userAgent, agent)
	return nil
}

// text returns a quoted field unescaped.
func (p *parser) text(field int, value []byte) []byte {
	value = p.plain(field, value)
	if bytes.IndexByte(value, '\\') < 0 {
		return value
	}
	from := len(p.scratch)
	p.scratch = unescape(p.scratch, value)
	if plain := p.scratch[from:]; utf8.Valid(plain) {
		return plain
	}
	return value
}

var escapes = map[byte]byte{'"': '"', '\\': '\\', 'n': '\n', 'r': '\r', 't': '\t', 'b': '\b', 'v': '\v', 'f': '\f'}

// unescape appends value to dst. An unknown escape stays as it is.
func unescape(dst, value []byte) []byte {
	for i := 0; i < len(value); i++ {
		c := value[i]
		if c != '\\' || i+1 == len(value) {
			dst = append(dst, c)
			continue
		}
		if plain, ok := escapes[value[i+1]]; ok {
			dst = append(dst, plain)
			i++
		} else if b, ok := hex(value[i+1:]); ok {
			dst = append(dst, b)
			i += 3
		} else {
			dst = append(dst, c)
		}
	}
	return dst
}

// hex reads xHH.
func hex(s []byte) (b byte, ok bool) {
	if len(s) < 3 || s[0] != 'x' {
		return 0, false
	}
	high, ok1 := nibble(s[1])
	low, ok2 := nibble(s[2])
	return high<<4 | low, ok1 && ok2
}

func nibble(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c|0x20 >= 'a' && c|0x20 <= 'f':
		return c | 0x20 - 'a' + 10, true
	}
	return 0, false
}

package expr

import (
	"regexp"
	"unicode/utf8"
)

func regexpFunctions() []*Function {
	return family(
		define("REGEXP_LIKE(text VARCHAR, pattern VARCHAR[, flags VARCHAR]) -> BOOLEAN", withPattern(1, 2, func(f *frame, p *patterns) {
			runBool(f, func(r *row) bool {
				re := p.get(r)
				return re != nil && re.Match(r.text(0))
			})
		}), "Whether a regular expression (RE2 syntax) matches somewhere; flags of c, i, m, n.", "REGEXP_LIKE('Stream', '^s.*m$', 'i')", "true").as(),
		define("REGEXP_SUBSTR(text VARCHAR, pattern VARCHAR[, position BIGINT][, occurrence BIGINT][, flags VARCHAR]) -> VARCHAR",
			withPattern(1, 4, func(f *frame, p *patterns) { runText(f, p.substr) }),
			"The part that a regular expression matches; NULL if none.", "REGEXP_SUBSTR('a1b22', '[0-9]+', 1, 2)", "22").as(),
		define("REGEXP_INSTR(text VARCHAR, pattern VARCHAR[, position BIGINT][, occurrence BIGINT][, end BIGINT][, flags VARCHAR]) -> BIGINT",
			withPattern(1, 5, func(f *frame, p *patterns) { runInt(f, p.instr) }),
			"Where a regular expression matches, from 1, or with end 1 where the match ends; 0 if nowhere.", "REGEXP_INSTR('abc123', '[0-9]')", "4").as(),
		define("REGEXP_REPLACE(text VARCHAR, pattern VARCHAR, new VARCHAR[, position BIGINT][, occurrence BIGINT][, flags VARCHAR]) -> VARCHAR",
			withPattern(1, 5, func(f *frame, p *patterns) { runText(f, p.replace) }),
			"Text with what a regular expression matches replaced; $1 is the first group; occurrence 0 means all.",
			"REGEXP_REPLACE('a1b22', '[0-9]+', '#')", "a#b#").as(),
		define("REGEXP_EXTRACT(text VARCHAR, pattern VARCHAR[, group BIGINT]) -> VARCHAR",
			withPattern(1, -1, func(f *frame, p *patterns) { runText(f, p.extract) }),
			"A group of the first match, the first one unless given, the whole match without groups; NULL if none.",
			"REGEXP_EXTRACT('id=42;', 'id=([0-9]+)')", "42").as(),
		define("REGEXP_COUNT(text VARCHAR, pattern VARCHAR) -> BIGINT",
			withPattern(1, -1, func(f *frame, p *patterns) {
				runInt(f, func(r *row) int64 {
					if re := p.get(r); re != nil {
						return int64(len(re.FindAllIndex(r.text(0), -1)))
					}
					return 0
				})
			}), "How often a regular expression matches.", "REGEXP_COUNT('a1b22', '[0-9]+')", "2").as(),
	)
}

// find returns where occurrence n, from 1, of re at or behind character position
// is in s.
func find(re *regexp.Regexp, s []byte, position, n int64) (at []int, ok bool) {
	if position < 1 || position > int64(utf8.RuneCount(s))+1 {
		return nil, false
	}
	from := runeOffset(s, position-1)
	n = max(n, 1)
	if n > int64(len(s))+1 {
		return nil, false
	}
	all := re.FindAllSubmatchIndex(s[from:], int(n))
	if int64(len(all)) < n {
		return nil, false
	}
	at = all[n-1]
	for i := range at {
		if at[i] >= 0 {
			at[i] += from
		}
	}
	return at, true
}

func (p *patterns) substr(r *row, dst []byte) []byte {
	re := p.get(r)
	if re == nil {
		return dst
	}
	s := r.text(0)
	at, ok := find(re, s, r.intOr(2, 1), r.intOr(3, 1))
	if !ok {
		r.null()
		return dst
	}
	return append(dst, s[at[0]:at[1]]...)
}

func (p *patterns) instr(r *row) int64 {
	re := p.get(r)
	if re == nil {
		return 0
	}
	s := r.text(0)
	at, ok := find(re, s, r.intOr(2, 1), r.intOr(3, 1))
	if !ok {
		return 0
	}
	end := at[0]
	if r.intOr(4, 0) == 1 {
		end = at[1]
	}
	return int64(utf8.RuneCount(s[:end])) + 1
}

func (p *patterns) replace(r *row, dst []byte) []byte {
	re := p.get(r)
	if re == nil {
		return dst
	}
	s, template, position, n := r.text(0), r.text(2), r.intOr(3, 1), r.intOr(4, 0)
	if position < 1 {
		r.argument("REGEXP_REPLACE: position %d is not positive", position)
		return dst
	}
	if n > 0 {
		at, ok := find(re, s, position, n)
		if !ok {
			return append(dst, s...)
		}
		dst = re.Expand(append(dst, s[:at[0]]...), template, s, at)
		return append(dst, s[at[1]:]...)
	}
	from := runeOffset(s, position-1)
	dst = append(dst, s[:from]...)
	return append(dst, re.ReplaceAll(s[from:], template)...)
}

func (p *patterns) extract(r *row, dst []byte) []byte {
	re := p.get(r)
	if re == nil {
		return dst
	}
	group := r.intOr(2, min(1, int64(re.NumSubexp())))
	if group < 0 || group > int64(re.NumSubexp()) {
		r.argument("REGEXP_EXTRACT: there is no group %d", group)
		return dst
	}
	s := r.text(0)
	at := re.FindSubmatchIndex(s)
	if at == nil || at[2*group] < 0 {
		r.null()
		return dst
	}
	return append(dst, s[at[2*group]:at[2*group+1]]...)
}

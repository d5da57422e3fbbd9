package parse

import (
	"slices"
	"strings"

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// joinMark is a join whose ON or USING is still to come. Joins that TiDB does not
// know are written as ones that it does, and what they are stands in the
// condition: FULL JOIN r ON c as LEFT JOIN r ON __full(c), with USING (k) as USING
// (__full, k).
type joinMark struct {
	function string  // what the condition is wrapped in; empty: nothing
	time     []piece // of FOR SYSTEM_TIME AS OF
	at       diag.Span
	what     string
}

// What joins that need a condition are called in messages.
const (
	leftJoin  = "LEFT JOIN"
	rightJoin = "RIGHT JOIN"
)

// join rewrites the words that join tables in FROM, and reports whether the word
// was one.
func (r *rewriter) join(l *level, upper string) (bool, error) {
	next := r.ahead(1)
	switch upper {
	case "JOIN", "INNER", "CROSS":
		return true, r.joinWords(l, joinMark{})
	case "LEFT", "RIGHT":
		if next.IsAny("SEMI", "ANTI") {
			return true, r.refuseSemi(1)
		}
		return true, r.joinWords(l, joinMark{})
	case "FULL":
		if next.IsAny("JOIN", "OUTER") {
			return true, r.fullJoin(l)
		}
	case "ASOF":
		if next.IsAny("JOIN", "LEFT", "INNER", "RIGHT", "FULL") {
			return true, r.asofJoin(l)
		}
	case "FOR":
		if next.Is("SYSTEM_TIME") {
			return true, r.systemTime(l)
		}
	case "ON":
		if !next.Is("DUPLICATE") {
			return true, r.on(l)
		}
	case "USING":
		return true, r.using(l)
	}
	return false, r.refuseJoin(upper)
}

// refuseJoin refuses the joins that other systems have.
func (r *rewriter) refuseJoin(upper string) error {
	next := r.ahead(1)
	switch upper {
	case "SEMI", "ANTI":
		if next.Is("JOIN") {
			return r.refuseSemi(0)
		}
	case "NATURAL":
		return r.refuse(r.cur().At, "NATURAL JOIN is", "name the columns: JOIN ... USING (a, b)")
	case "STRAIGHT_JOIN":
		return r.refuse(r.cur().At, "STRAIGHT_JOIN is", "write JOIN")
	case "GLOBAL", "ANY":
		if next.IsAny("JOIN", "LEFT", "INNER") {
			return r.refuse(r.cur().At, upper+" JOIN is", "write JOIN")
		}
	case "OVER":
		return r.refuse(r.cur().At, "OVER behind a stream is",
			"write JOIN ... ON ... AND a.ts BETWEEN b.ts - INTERVAL '1' MINUTE AND b.ts")
	}
	return nil
}

// refuseSemi refuses SEMI JOIN and ANTI JOIN, whose word is the n-th from here.
func (r *rewriter) refuseSemi(n int) error {
	word := strings.ToUpper(r.ahead(n).Text)
	hint := "write WHERE EXISTS (SELECT * FROM r WHERE r.k = s.k)"
	if word == "ANTI" {
		hint = "write WHERE NOT EXISTS (SELECT * FROM r WHERE r.k = s.k)"
	}
	return r.refuse(r.across(n), word+" JOIN is", hint)
}

// joinWords copies INNER JOIN, LEFT OUTER JOIN and the like.
func (r *rewriter) joinWords(l *level, m joinMark) error {
	if m.what == "" {
		m.at = r.cur().At
		switch m.what = strings.ToUpper(r.cur().Text); m.what {
		case "LEFT":
			m.what = leftJoin
		case "RIGHT":
			m.what = rightJoin
		}
	}
	if !r.cur().Is("JOIN") {
		outer := r.cur().IsAny("LEFT", "RIGHT")
		r.copy(false)
		if outer && r.cur().Is("OUTER") {
			r.copy(false)
		}
	}
	if r.done() || !r.cur().Is("JOIN") {
		return r.syntax("JOIN")
	}
	r.copy(false)
	l.table = true
	l.joins = append(l.joins, m)
	return nil
}

func (r *rewriter) fullJoin(l *level) error {
	m := joinMark{function: "__full", at: r.cur().At, what: "FULL JOIN"}
	r.emit("LEFT", r.cur().At, false)
	r.accept("FULL")
	r.accept("OUTER")
	return r.joinWords(l, m)
}

func (r *rewriter) asofJoin(l *level) error {
	m := joinMark{function: "__asof", at: r.cur().At, what: "ASOF JOIN"}
	r.accept("ASOF")
	if r.cur().IsAny("RIGHT", "FULL") {
		return r.refuse(r.cur().At, "ASOF "+strings.ToUpper(r.cur().Text)+" JOIN is", "there are ASOF JOIN and ASOF LEFT JOIN")
	}
	return r.joinWords(l, m)
}

// systemTime takes FOR SYSTEM_TIME AS OF time out; the time goes into the join's
// condition.
func (r *rewriter) systemTime(l *level) error {
	at := r.across(1)
	if len(l.joins) == 0 || l.joins[len(l.joins)-1].function == "__asof" {
		return r.refuse(at, "FOR SYSTEM_TIME here is", "it stands behind the table that is joined: s JOIN r FOR SYSTEM_TIME AS OF s.ts ON ...")
	}
	m := &l.joins[len(l.joins)-1]
	if m.function != "" || m.what == rightJoin {
		return r.refuse(at, "FOR SYSTEM_TIME with "+m.what+" is", "there are JOIN and LEFT JOIN")
	}
	if !r.accept("FOR", "SYSTEM_TIME", "AS", "OF") {
		return r.syntaxAt(r.ahead(2), "AS OF").WithHint("write FOR SYSTEM_TIME AS OF s.ts")
	}
	if r.done() || !r.cur().IsName() {
		return r.syntax("a time column")
	}
	prim := len(r.out)
	if _, err := r.name(&level{}); err != nil {
		return err
	}
	m.function, m.what, m.at = "__temporal", "FOR SYSTEM_TIME", at
	m.time = slices.Clone(r.out[prim:])
	r.out = r.out[:prim]
	return nil
}

// mark takes the join that the next ON or USING belongs to.
func (l *level) mark() joinMark {
	if len(l.joins) == 0 {
		return joinMark{}
	}
	m := l.joins[len(l.joins)-1]
	l.joins = l.joins[:len(l.joins)-1]
	return m
}

// on rewrites ON condition.
func (r *rewriter) on(l *level) error {
	m := l.mark()
	r.copy(false)
	prim := len(r.out)
	if err := r.sequence(&level{on: true}); err != nil {
		return err
	}
	if m.function == "" || len(r.out) == prim {
		return nil
	}
	r.wrap(prim, m.function)
	if len(m.time) > 0 {
		r.emit(",", r.last(), true)
		r.out = append(r.out, m.time...)
	}
	r.finish()
	return nil
}

// using rewrites USING (columns).
func (r *rewriter) using(l *level) error {
	m := l.mark()
	if m.function != "" && m.function != "__full" {
		return r.refuse(r.cur().At, m.what+" with USING is", "write ON a.k = b.k")
	}
	r.copy(false)
	if r.done() || !r.cur().Is("(") {
		return r.syntax("(")
	}
	at := r.cur().At
	r.copy(false)
	if m.function != "" {
		r.emit(lex.Quote(m.function, '`'), at, true)
		r.emit(",", at, true)
	}
	if err := r.sequence(&level{}); err != nil {
		return err
	}
	r.copy(true)
	return nil
}

// joined checks at the end of a level that no join lacks the condition that
// carries its meaning.
func (r *rewriter) joined(l *level) error {
	for _, m := range l.joins {
		if m.function != "" || m.what == leftJoin || m.what == rightJoin {
			return r.errorf(diag.Syntax, m.at, "%s needs ON", m.what)
		}
	}
	return nil
}

// endsOn reports whether the current token is behind the condition of ON.
func (r *rewriter) endsOn() bool {
	t, next := r.cur(), r.ahead(1)
	switch {
	case t.Is(","):
		return true
	case t.Kind != lex.Word:
		return false
	case t.IsAny("LEFT", "RIGHT"):
		return !next.Is("(")
	case t.IsAny("FULL", "ASOF", "SEMI", "ANTI", "GLOBAL", "ANY"):
		return next.IsAny("JOIN", "OUTER", "LEFT", "INNER", "RIGHT", "FULL")
	case t.Is("QUALIFY"):
		return r.afterOperand()
	case t.Is("WINDOWED"):
		return next.Is("BY")
	}
	return clauses[strings.ToUpper(t.Text)] ||
		t.IsAny("JOIN", "INNER", "CROSS", "NATURAL", "STRAIGHT_JOIN", "ON", "USING", "UNION", "EXCEPT", "INTERSECT")
}

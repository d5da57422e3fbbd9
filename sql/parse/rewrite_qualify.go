package parse

import (
	"kinesql/sql/diag"
)

// The grammar of TiDB has no QUALIFY. It becomes part of HAVING:
//
//	QUALIFY q           HAVING __qualify(q)
//	HAVING h QUALIFY q  HAVING __qualify(h, q)
//
// WINDOW may stand before QUALIFY or after it.

// atQualify reports whether the current token begins a QUALIFY clause.
func (r *rewriter) atQualify(l *level) bool {
	return l.query && r.cur().Is("QUALIFY") && r.afterOperand() && r.beginsItem(r.pos+1)
}

// qualify rewrites the clause at the current token.
func (r *rewriter) qualify(l *level) error {
	l.from = false
	at := r.cur().At
	r.accept("QUALIFY")
	if l.having < 0 {
		return r.errorf(diag.Syntax, at, "there are two QUALIFY clauses").WithHint("join the conditions with AND")
	}
	if l.having > 0 {
		r.wrap(l.having, "__qualify")
		r.emit(",", at, true)
	} else {
		r.emit("HAVING", at, false)
		r.emit("__qualify", at, false)
		r.emit("(", at, true)
	}
	l.having = -1
	if err := r.until(r.clauseEnd()); err != nil {
		return err
	}
	r.finish()
	return nil
}

// until rewrites expressions up to a token.
func (r *rewriter) until(end int) error {
	before := r.end
	r.end = end
	defer func() { r.end = before }()
	if err := r.sequence(&level{}); err != nil {
		return err
	}
	if !r.done() {
		return r.syntax()
	}
	return nil
}

// clauseEnd is the token at which the expression of a clause ends that begins
// at the current token.
func (r *rewriter) clauseEnd() int {
	for i := r.pos; i < r.end; i++ {
		t := r.toks[i]
		if t.IsAny(")", "WINDOW", "ORDER", "LIMIT", "UNION", "FETCH", "QUALIFY", "HAVING", "WHERE", "GROUP") {
			return i
		}
		if r.match[i] > i {
			i = r.match[i]
		}
	}
	return r.end
}

// qualifyAhead is the QUALIFY that follows the WINDOW clause at the current
// token, or -1.
func (r *rewriter) qualifyAhead() int {
	start := r.pos
	defer func() { r.pos = start }()
	r.pos++
	if r.pos = r.clauseEnd(); r.pos < r.end && r.atQualify(&level{query: true}) {
		return r.pos
	}
	return -1
}

// windowThenQualify rewrites WINDOW .. QUALIFY .. in the order that TiDB reads.
func (r *rewriter) windowThenQualify(l *level) error {
	start, at := r.pos, r.qualifyAhead()
	r.pos = at
	if err := r.qualify(l); err != nil {
		return err
	}
	after := r.pos
	r.pos = start
	r.copy(false)
	if err := r.until(at); err != nil {
		return err
	}
	r.pos = after
	return nil
}

package parse

import "kinesql/sql/diag"

// windowedBy rewrites WINDOWED BY STAGGER (PARTITION BY k, l RANGE interval) into
// GROUP BY __stagger(interval), k, l.
func (r *rewriter) windowedBy(l *level) error {
	l.from = false
	at := r.across(1)
	r.accept("WINDOWED", "BY")
	if !r.cur().Is("STAGGER") {
		return r.missing("STAGGER")
	}
	at.End = r.cur().At.End
	r.accept("STAGGER")
	open := r.pos
	if err := r.expect("("); err != nil {
		return err
	}
	r.emit("GROUP", at, false)
	r.emit("BY", at, false)
	if err := r.staggerRange(open, at); err != nil {
		return err
	}
	r.pos = open + 1
	if r.accept("PARTITION") {
		if err := r.expect("BY"); err != nil {
			return err
		}
		r.emit(",", r.last(), true)
		if err := r.sequence(&level{stop: "RANGE"}); err != nil {
			return err
		}
	}
	if !r.cur().Is("RANGE") {
		return r.syntax("PARTITION BY", "RANGE")
	}
	r.pos = r.match[open] + 1
	if r.cur().Is("GROUP") {
		return r.errorf(diag.Syntax, r.cur().At, "WINDOWED BY stands in place of GROUP BY").
			WithHint("write the keys in PARTITION BY of the window")
	}
	return nil
}

// staggerRange rewrites the RANGE of the brackets at open into __stagger(interval).
func (r *rewriter) staggerRange(open int, at diag.Span) error {
	const usage = "write WINDOWED BY STAGGER (PARTITION BY k RANGE INTERVAL '1' MINUTE)"
	r.pos = open - 1
	i := r.find("RANGE")
	if i < 0 {
		return r.syntaxAt(r.toks[r.match[open]], "RANGE").WithHint(usage)
	}
	r.pos = i
	r.accept("RANGE")
	if !r.cur().Is("INTERVAL") {
		return r.syntaxAt(r.cur(), "INTERVAL").WithHint(usage)
	}
	r.emit("__stagger", at, false)
	r.emit("(", at, true)
	if _, err := r.interval(); err != nil {
		return err
	}
	if r.pos != r.match[open] {
		return r.syntaxAt(r.cur(), ")").WithHint(usage)
	}
	r.finish()
	return nil
}

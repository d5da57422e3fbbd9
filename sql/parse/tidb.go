package parse

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/pingcap/tidb/pkg/parser"
	tidb "github.com/pingcap/tidb/pkg/parser/ast"
	"github.com/pingcap/tidb/pkg/parser/mysql"
	_ "github.com/pingcap/tidb/pkg/parser/test_driver" // the literals of the AST

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// parseTiDB parses one statement. A panic of the parser becomes an error.
func parseTiDB(text string) (node tidb.StmtNode, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("the parser gave up: %v", r)
		}
	}()
	p := parser.New()
	p.SetSQLMode(mysql.ModeANSIQuotes | mysql.ModePipesAsConcat | mysql.ModeNoBackslashEscapes)
	nodes, warnings, err := p.ParseSQL(text)
	switch {
	case err != nil:
		return nil, err
	case len(warnings) > 0:
		return nil, warnings[0]
	}
	if len(nodes) != 1 {
		return nil, fmt.Errorf("%d statements in place of one", len(nodes))
	}
	return nodes[0], nil
}

// parse hands the pieces to TiDB and refuses what is not run.
func (r *rewriter) parse() (*mapping, error) {
	m := newMapping(r)
	node, err := parseTiDB(m.text)
	if err != nil {
		return nil, r.explainError(m, err)
	}
	m.root = node
	if err := m.checkDepth(node); err != nil {
		return nil, err
	}
	m.locate(r.tables)
	return m, m.refuse(node)
}

var totalLength = regexp.MustCompile(`\(total length (\d+)\)$`)

// errorOffset is the offset in the text at which TiDB saw a syntax error.
func errorOffset(text string, err error) (int, bool) {
	msg := err.Error()
	_, near, ok := strings.Cut(msg, " near \"")
	if !ok || !strings.HasPrefix(msg, "line ") {
		return 0, false
	}
	near = strings.TrimSpace(near)
	if m := totalLength.FindStringSubmatch(near); m != nil {
		n, _ := strconv.Atoi(m[1])
		return len(text) - n, n <= len(text)
	}
	near = near[:max(0, strings.LastIndexByte(near, '"'))]
	if !strings.HasSuffix(text, near) {
		return 0, false
	}
	return len(text) - len(near), true
}

// explainError turns an error of TiDB into one that points at the source.
func (r *rewriter) explainError(m *mapping, err error) error {
	off, ok := errorOffset(m.text, err)
	if !ok {
		return r.errorf(diag.Syntax, m.whole(), "%s", tidbMessage(err))
	}
	i := m.pieceAt(off)
	if off >= len(m.text) {
		i = len(m.pieces)
	}
	return r.syntaxHint(m, i)
}

// tidbMessage takes class and code off an error of TiDB.
func tidbMessage(err error) string {
	msg := err.Error()
	if _, after, ok := strings.Cut(msg, "]"); ok && strings.HasPrefix(msg, "[") {
		msg = after
	}
	return strings.ToLower(msg[:1]) + msg[1:]
}

// tokenOf is the token that starts where piece i does.
func (r *rewriter) tokenOf(m *mapping, i int) lex.Token {
	if i >= len(m.pieces) {
		return r.endOfBody()
	}
	for _, t := range r.toks {
		if t.At.Start >= m.pieces[i].at.Start {
			return t
		}
	}
	return r.endOfBody()
}

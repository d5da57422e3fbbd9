package parse

import (
	"strings"

	"kinesql/sql/diag"
	"kinesql/sql/lex"
)

// insteadOf tells for statements of other dialects what to use here.
var insteadOf = map[string]string{
	"UPDATE":    "a stream is append-only: INSERT a newer row",
	"DELETE":    "a stream is append-only: filter rows with WHERE in a view or pump",
	"REPLACE":   "use INSERT INTO ... SELECT",
	"ALTER":     "use CREATE OR REPLACE STREAM, PUMP or VIEW",
	"TRUNCATE":  "use DROP STREAM and CREATE STREAM",
	"SET":       "options are given in WITH (...) or on the command line",
	"USE":       "there are no databases: names stand alone",
	"GRANT":     "there are no users in SQL",
	"REVOKE":    "there are no users in SQL",
	"VALUES":    "use SELECT 1, 'a' without FROM",
	"TABLE":     "use SELECT * FROM name",
	"MERGE":     "use INSERT INTO ... SELECT",
	"LOAD":      "use CREATE STREAM ... WITH (connector='file', path='...')",
	"IMPORT":    "use CREATE STREAM ... WITH (connector='file', path='...')",
	"COPY":      "use CREATE STREAM ... WITH (connector='file', path='...')",
	"CALL":      "there are no procedures",
	"BEGIN":     "there are no transactions",
	"START":     "there are no transactions",
	"COMMIT":    "there are no transactions",
	"ROLLBACK":  "there are no transactions",
	"SAVEPOINT": "there are no transactions",
	"RELEASE":   "there are no transactions",
	"LOCK":      "there are no locks",
	"UNLOCK":    "there are no locks",
	"ANALYZE":   "there are no statistics to gather",
	"PREPARE":   "send the statement itself",
	"EXECUTE":   "send the statement itself",
	"DO":        "use SELECT",
	"KILL":      "stop the query where it was started",
	"RENAME":    "use DROP and CREATE",
	"FLUSH":     "",
	"OPTIMIZE":  "",
	"HELP":      "use SHOW FUNCTIONS or DESCRIBE FUNCTION name",
	"PRAGMA":    "",
	"VACUUM":    "",
	"ATTACH":    "use CREATE STREAM ... WITH (connector='...')",
	"DECLARE":   "there are no variables",
	"HANDLER":   "use SELECT",
	"TRACE":     "use EXPLAIN",
	"UPSERT":    "use INSERT INTO ... SELECT",
	"RESET":     "",
	"REFRESH":   "",
	"COMMENT":   "use CREATE STREAM ... DESCRIPTION 'text'",
}

// statementWords are the first words of the statements that exist.
var statementWords = []string{"SELECT", "CREATE", "INSERT", "EXPLAIN", "SHOW", "DESCRIBE", "DROP", "WITH", "DESC"}

// refuseStatement is the error for a first word that starts no statement.
func (c *cursor) refuseStatement() error {
	t := c.cur()
	upper := strings.ToUpper(t.Text)
	if hint, ok := insteadOf[upper]; ok && t.Kind == lex.Word {
		err := c.errorf(diag.Unsupported, t.At, "%s is not supported", upper)
		if hint != "" {
			return err.WithHint("%s", hint)
		}
		return err
	}
	if t.Kind != lex.Word {
		return c.syntaxAt(t, "a statement").WithHint("a statement starts with SELECT, CREATE, INSERT, EXPLAIN, SHOW, DESCRIBE or DROP")
	}
	err := c.errorf(diag.Syntax, t.At, "unknown statement %s", excerpt(t.Text))
	if s, ok := diag.Suggest(t.Text, statementWords); ok {
		return err.WithHint("did you mean %s?", s)
	}
	return err.WithHint("a statement starts with SELECT, CREATE, INSERT, EXPLAIN, SHOW, DESCRIBE or DROP")
}

// refuseCreate is the error for what else CREATE creates elsewhere.
func (c *cursor) refuseCreate() error {
	t := c.cur()
	hints := map[string]string{
		"DATABASE": "names stand alone", "SCHEMA": "names stand alone",
		"INDEX": "", "UNIQUE": "", "USER": "", "ROLE": "", "TRIGGER": "use CREATE PUMP", "PROCEDURE": "", "SEQUENCE": "",
		"TEMPORARY": "use CREATE VIEW", "TEMP": "use CREATE VIEW", "SOURCE": "use CREATE STREAM", "SINK": "use CREATE STREAM and CREATE PUMP",
		"EXTERNAL": "use CREATE STREAM ... WITH (connector='...')", "TYPE": "", "GLOBAL": "", "RECURSIVE": "",
		"MATERIALIZED": "use CREATE VIEW, or CREATE STREAM and CREATE PUMP", "FUNCTION": "", "ALERT": "", "CONNECTION": "",
	}
	hint, known := hints[strings.ToUpper(t.Text)]
	if t.Kind != lex.Word || !known {
		return c.missing("STREAM", "PUMP", "VIEW")
	}
	what := strings.ToUpper(t.Text)
	if t.Is("MATERIALIZED") && c.ahead(1).Is("VIEW") {
		what = "MATERIALIZED VIEW"
	}
	err := c.errorf(diag.Unsupported, t.At, "CREATE %s is not supported", what)
	if hint != "" {
		return err.WithHint("%s", hint)
	}
	return err
}

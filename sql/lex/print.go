package lex

import "strings"

// Print writes tokens as canonical text: one space between tokens where one is
// due, keywords in upper case, names that were quoted in double quotes.
// reserved tells the words that are keywords wherever they stand unquoted.
func Print(toks []Token, reserved func(upper string) bool) string {
	var b strings.Builder
	p := printer{reserved: reserved}
	for i, t := range toks {
		if t.Kind == End {
			break
		}
		if i > 0 && p.spaced(toks, i) {
			b.WriteByte(' ')
		}
		b.WriteString(p.text(toks, i))
	}
	return b.String()
}

type printer struct{ reserved func(string) bool }

// keyword reports whether the word is printed in upper case.
func (p printer) keyword(toks []Token, i int) bool {
	t := toks[i]
	switch {
	case t.Kind != Word || t.Role == Ident:
		return false
	case t.Role == Keyword:
		return true
	}
	return (i == 0 || !toks[i-1].Is(".")) && p.reserved(strings.ToUpper(t.Text))
}

func (p printer) text(toks []Token, i int) string {
	switch t := toks[i]; t.Kind {
	case Name:
		return Quote(t.Text, '"')
	case String:
		return Quote(t.Text, '\'')
	case Hex:
		return "X'" + t.Text + "'"
	default:
		if p.keyword(toks, i) {
			return strings.ToUpper(t.Text)
		}
		return t.Text
	}
}

// Quote puts the text in quotes and doubles those inside.
func Quote(text string, quote byte) string {
	q := string(quote)
	return q + strings.ReplaceAll(text, q, q+q) + q
}

// spaced reports whether a space stands before token i.
func (p printer) spaced(toks []Token, i int) bool {
	left, right := toks[i-1], toks[i]
	switch {
	case right.IsAny(",", ")", "]", ";", ".", "["), right.Role == Tight:
		return false
	case left.IsAny("(", "[", "."):
		return false
	case left.Role == Tight:
		return !left.IsAny("<", "{") && !right.Is("(")
	case right.Is("("):
		return !p.call(toks, i-1)
	case left.IsAny("-", "+", "~", "!") && p.prefix(toks, i-1):
		return right.Kind == Op && right.Text != "("
	}
	return true
}

// call reports whether a parenthesis after token i belongs to it.
func (p printer) call(toks []Token, i int) bool {
	t := toks[i]
	if t.Kind != Word || t.Role == Ident {
		return false
	}
	return !p.keyword(toks, i) || callWords[strings.ToUpper(t.Text)]
}

// prefix reports whether the operator at i is a unary one.
func (p printer) prefix(toks []Token, i int) bool {
	if i == 0 {
		return true
	}
	left := toks[i-1]
	switch {
	case left.Is(")") || left.Is("]"):
		return false
	case left.Kind == Op:
		return true
	}
	return p.keyword(toks, i-1) && !left.IsAny("NULL", "TRUE", "FALSE", "END")
}

// callWords are reserved words and types that are written like functions.
var callWords = map[string]bool{
	"BINARY": true, "CAST": true, "CHAR": true, "CHARACTER": true, "CONVERT": true, "CUME_DIST": true,
	"CURRENT_DATE": true, "CURRENT_TIME": true, "CURRENT_TIMESTAMP": true, "DATABASE": true, "DEC": true,
	"DECIMAL": true, "DENSE_RANK": true, "DESCRIPTOR": true, "DOUBLE": true, "FIRST_VALUE": true, "FLOAT": true,
	"HOP": true, "IF": true, "INSERT": true, "LAG": true, "LAST_VALUE": true, "LEAD": true, "LEFT": true,
	"LOCALTIME": true, "LOCALTIMESTAMP": true, "MOD": true, "NTH_VALUE": true, "NTILE": true, "NUMERIC": true,
	"PERCENT_RANK": true, "RANK": true, "REPEAT": true, "REPLACE": true, "RIGHT": true, "ROW_NUMBER": true,
	"SECOND": true, "STEP": true, "TABLE": true, "TIME": true, "TIMESTAMP": true, "TRY_CAST": true, "TUMBLE": true,
	"UTC_DATE": true, "UTC_TIME": true, "UTC_TIMESTAMP": true, "VARBINARY": true, "VARCHAR": true, "VARYING": true,
	"FLOOR": true, "CEIL": true, "CEILING": true, "DAY": true, "HOUR": true, "MINUTE": true, "YEAR": true, "MONTH": true,
}

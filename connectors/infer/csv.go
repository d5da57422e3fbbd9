package infer

import (
	"fmt"
	"strconv"
	"strings"

	"kinesql/connectors/format/csv"
	"kinesql/operators/batch"
)

// delimiters are tried in this order; more columns win.
var delimiters = []byte{',', '\t', ';', '|'}

// nulls are texts for NULL that are tried if columns hold them among numbers or
// times.
var nulls = []string{"", "NA", "N/A", "NULL", "null", `\N`, "-", "None", "nan"}

// guessCSV recognises text of several fields a record, as many in each.
func guessCSV(s *sample) (*proposal, error) {
	var records [][]string
	delimiter := byte(0)
	for _, d := range delimiters {
		r, err := csv.Sample(s.text, d, s.whole, sampleRecords+1)
		if err == nil && regular(r, s.fewest()) && (delimiter == 0 || len(r[0]) > len(records[0])) {
			records, delimiter = r, d
		}
	}
	if delimiter == 0 {
		return nil, nil
	}
	p := &proposal{options: [][2]string{{"format", "csv"}}}
	switch delimiter {
	case ',':
	case '\t':
		p.options = append(p.options, [2]string{"delimiter", `tab`})
	default:
		p.options = append(p.options, [2]string{"delimiter", string(delimiter)})
	}
	names, rows := p.header(records)
	null := bestNull(names, rows)
	if null != "" {
		p.options = append(p.options, [2]string{"null", null})
	}
	return p, p.settle(columnsOf(names, rows, null), len(rows))
}

// fewest is how many fields a record of CSV must have. Any text has one: it takes
// the name of the file to say that it is CSV.
func (s *sample) fewest() int {
	name := strings.ToLower(s.path)
	for _, ending := range []string{".gz", ".zst"} {
		name = strings.TrimSuffix(name, ending)
	}
	if strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".tsv") {
		return 1
	}
	return 2
}

// regular reports whether most records have as many fields as the first, and
// enough.
func regular(records [][]string, fewest int) bool {
	if len(records) == 0 || len(records[0]) < fewest {
		return false
	}
	same := 0
	for _, r := range records {
		if len(r) == len(records[0]) {
			same++
		}
	}
	return mostly(same, len(records))
}

// header takes the first record as names if it is a header, else makes names
// up.
func (p *proposal) header(records [][]string) (names []string, rows [][]string) {
	if isHeader(records) {
		p.options = append(p.options, [2]string{"header", "true"})
		for _, name := range records[0] {
			names = append(names, strings.TrimSpace(name))
		}
		return names, records[1:]
	}
	p.options = append(p.options, [2]string{"header", "false"})
	for i := range records[0] {
		names = append(names, fmt.Sprintf("c%d", i+1))
	}
	return names, records
}

// isHeader reports whether the first record can only be names: different texts,
// none of them a number, a time or found again below.
func isHeader(records [][]string) bool {
	seen := map[string]bool{}
	for i, name := range records[0] {
		name = strings.ToLower(strings.TrimSpace(name))
		if name == "" || seen[name] || isTime(name) {
			return false
		}
		if _, err := strconv.ParseFloat(name, 64); err == nil {
			return false
		}
		seen[name] = true
		for _, r := range records[1:min(len(records), 50)] {
			if i < len(r) && r[i] == records[0][i] {
				return false
			}
		}
	}
	return true
}

// bestNull returns the text for NULL that leaves the fewest columns as VARCHAR.
func bestNull(names []string, rows [][]string) string {
	best, most := "", -1
	for _, null := range nulls {
		typed := 0
		for _, f := range columnsOf(names, rows, null).fields() {
			if f.Type.ID != batch.Varchar {
				typed++
			}
		}
		if typed > most {
			best, most = null, typed
		}
	}
	return best
}

func columnsOf(names []string, rows [][]string, null string) *shapes {
	columns := newShapes()
	for _, name := range names {
		columns.get(name)
	}
	for _, r := range rows {
		if len(r) != len(names) {
			continue
		}
		for i, field := range r {
			if field != "" && field != null {
				columns.get(names[i]).seeField(field)
			}
		}
	}
	for _, c := range columns.all {
		c.mend()
	}
	return columns
}

// seeField takes the text of a field. Digits with a zero before them are no
// number: they are codes.
func (c *shape) seeField(field string) {
	c.texts = append(c.texts, field)
	trimmed := strings.TrimSpace(field)
	digits := strings.TrimLeft(trimmed, "+-")
	_, err := strconv.ParseFloat(trimmed, 64)
	switch {
	case err == nil && !strings.ContainsAny(digits, "xX_nN") && !(len(digits) > 1 && digits[0] == '0' && digits[1] != '.'):
		c.seeNumber(trimmed)
	case strings.EqualFold(trimmed, "true") || strings.EqualFold(trimmed, "false"):
		c.see(boolean)
	default:
		c.see(text)
	}
}

// mend makes text of columns that hold text and something else: unlike JSON, a
// field of CSV is always a text.
func (c *shape) mend() {
	number := c.kinds&^(integer|large|fraction) == 0
	if c.kinds != boolean && !number {
		c.kinds = text
	}
}

package encode

import (
	"io"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"kinesql/connectors/format"
	"kinesql/operators/batch"
)

// learnRows is how many rows a table holds back to learn its column widths.
const learnRows = 1000

// minWidth is what a column keeps when the terminal is too narrow for all.
const minWidth = 8

// box writes a table with a frame. Widths are learned from the first rows, at
// most learnRows or those before the first Flush; when later rows are wider, the
// frame is closed and begun again with a new header. Values too wide for the
// terminal are cut, which "…" shows.
type box struct {
	w       io.Writer
	names   []string
	numeric []bool
	null    string
	limit   int // of the terminal; 0: none
	changes bool
	rows    [][]string // held back
	widths  []int      // of the open frame; nil: none is open
	ended   bool
	scratch []byte
}

func newTable(w io.Writer, schema *batch.Schema, opts format.EncodeOptions) (format.Encoder, error) {
	s := newSheet(w, schema, opts)
	t := &box{w: w, null: nullText(opts.Color), limit: opts.Width, changes: opts.Changes}
	for _, name := range s.names() {
		t.names = append(t.names, visible(name))
	}
	if opts.Changes {
		t.numeric = append(t.numeric, false)
	}
	for _, f := range schema.Fields() {
		t.numeric = append(t.numeric, f.Type.IsNumeric())
	}
	return t, nil
}

// nullText is how tables show NULL, dim in colour.
func nullText(color bool) string {
	if color {
		return "\x1b[2mNULL\x1b[0m"
	}
	return "NULL"
}

// visible makes control characters harmless to a terminal.
func visible(s string) string {
	if strings.IndexFunc(s, control) < 0 {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if control(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

func control(r rune) bool { return r < ' ' || (r >= 0x7f && r < 0xa0) }

// Encode implements format.Encoder.
func (t *box) Encode(b batch.Batch) error {
	cells := newCells(b)
	for i := range b.Rows() {
		t.rows = append(t.rows, t.row(b, cells, i))
		if len(t.rows) >= learnRows {
			if err := t.Flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

func (t *box) row(b batch.Batch, cells []cell, i int) []string {
	row := make([]string, 0, len(t.names))
	if t.changes {
		row = append(row, b.Kind(i).String())
	}
	for c := range cells {
		if !cells[c].IsValid(i) {
			row = append(row, t.null)
			continue
		}
		t.scratch = cells[c].appendText(t.scratch[:0], i)
		row = append(row, visible(string(t.scratch)))
	}
	return row
}

// Flush implements format.Encoder.
func (t *box) Flush() error {
	if len(t.rows) == 0 || len(t.names) == 0 {
		return nil
	}
	need := t.need()
	lines := t.render(fits(need, t.widths))
	if t.widths == nil || !fit(need, t.widths) {
		bottom := ""
		if t.widths != nil {
			bottom = t.frame(t.widths)[bottomLine]
		}
		t.widths = fits(need, t.widths)
		lines = append(t.frame(t.widths)[:bottomLine], lines...)
		if bottom != "" {
			lines = append([]string{bottom}, lines...)
		}
	}
	t.rows = t.rows[:0]
	_, err := io.WriteString(t.w, strings.Join(lines, "\n")+"\n")
	return err
}

// bottomLine is the index of the closing line of a frame without rows: top,
// header, rule, bottom.
const bottomLine = 3

// need returns the widths that the rows held back ask for, within the limit.
func (t *box) need() []int {
	widths := make([]int, len(t.names))
	for _, row := range append(t.rows, t.names) {
		for i, s := range row {
			widths[i] = max(widths[i], text.StringWidthWithoutEscSequences(s))
		}
	}
	if t.limit > 0 {
		narrow(widths, t.limit-3*len(widths)-1)
	}
	return widths
}

// narrow takes from the widest columns until the sum is within total, or all
// are at minWidth.
func narrow(widths []int, total int) {
	sum := 0
	for _, w := range widths {
		sum += w
	}
	for ; sum > total; sum-- {
		widest := 0
		for i, w := range widths {
			if w > widths[widest] {
				widest = i
			}
		}
		if widths[widest] <= minWidth {
			return
		}
		widths[widest]--
	}
}

func fit(need, widths []int) bool {
	for i, n := range need {
		if n > widths[i] {
			return false
		}
	}
	return true
}

// fits returns widths, grown to what is needed if they are too small.
func fits(need, widths []int) []int {
	if widths != nil && fit(need, widths) {
		return widths
	}
	return need
}

// frame renders the lines around rows of the given widths.
func (t *box) frame(widths []int) []string {
	w := t.writer(widths)
	w.AppendRow(t.cells(make([]string, len(widths)), widths))
	lines := strings.Split(w.Render(), "\n")
	return append(lines[:bottomLine:bottomLine], lines[len(lines)-1])
}

// render returns the lines of the rows held back.
func (t *box) render(widths []int) []string {
	w := t.writer(widths)
	for _, row := range t.rows {
		w.AppendRow(t.cells(row, widths))
	}
	lines := strings.Split(w.Render(), "\n")
	return lines[bottomLine : len(lines)-1]
}

func (t *box) writer(widths []int) table.Writer {
	w := table.NewWriter()
	w.SetStyle(table.StyleLight)
	w.Style().Format.Header = text.FormatDefault
	configs := make([]table.ColumnConfig, len(widths))
	for i, width := range widths {
		configs[i] = table.ColumnConfig{Number: i + 1, WidthMin: width, WidthMax: width}
		if t.numeric[i] {
			configs[i].Align, configs[i].AlignHeader = text.AlignRight, text.AlignRight
		}
	}
	w.SetColumnConfigs(configs)
	w.AppendHeader(t.cells(t.names, widths))
	return w
}

func (t *box) cells(row []string, widths []int) table.Row {
	cells := make(table.Row, len(row))
	for i, s := range row {
		if text.StringWidthWithoutEscSequences(s) > widths[i] {
			s = text.Trim(s, widths[i]-1) + "…"
		}
		cells[i] = s
	}
	return cells
}

// Close implements format.Encoder. Without a row it shows the header.
func (t *box) Close() error {
	if t.ended || len(t.names) == 0 {
		return nil
	}
	t.ended = true
	if err := t.Flush(); err != nil {
		return err
	}
	lines := t.frame(t.need())
	if t.widths != nil {
		lines = t.frame(t.widths)[bottomLine:]
	}
	_, err := io.WriteString(t.w, strings.Join(lines, "\n")+"\n")
	return err
}

package terminal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"kinesql/operators"
	"kinesql/operators/batch"
)

// Live is a sink that shows the newest window of a query as a table redrawn in
// place, under a title and a line of figures. One task writes; a timer draws.
type Live struct {
	w      io.Writer
	title  string
	schema *batch.Schema
	end    int // the column of window ends, or -1
	look   func() Reading
	cells  func(b batch.Batch, row int) []string
	stop   chan struct{}
	done   sync.WaitGroup
	start  time.Time

	mu struct {
		sync.Mutex
		newest  string // window end that rows belong to
		rows    [][]string
		history []float64 // records a second, one a draw
		last    int64     // records at the last draw
		drawn   int       // lines on the screen
	}
}

const liveEvery = 200 * time.Millisecond

// NewLive returns a live table on w. cells prints a row's values; look tells the
// figures.
func NewLive(w io.Writer, title string, schema *batch.Schema, look func() Reading, cells func(batch.Batch, int) []string) *Live {
	return &Live{
		w: w, title: title, schema: schema, end: schema.Index("window_end"), look: look,
		cells: cells, stop: make(chan struct{}), start: time.Now(),
	}
}

// Open implements operators.Sink: it begins to draw.
func (l *Live) Open(context.Context, operators.Env) error {
	fmt.Fprint(l.w, hideCaret)
	l.done.Go(l.loop)
	return nil
}

func (l *Live) loop() {
	tick := time.NewTicker(liveEvery)
	defer tick.Stop()
	for {
		select {
		case <-l.stop:
			return
		case <-tick.C:
			l.draw()
		}
	}
}

// Write implements operators.Sink: rows of a newer window replace the shown ones.
func (l *Live) Write(_ context.Context, b batch.Batch) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for row := range b.Rows() {
		cells := l.cells(b, row)
		if l.end >= 0 && cells[l.end] > l.mu.newest {
			l.mu.newest, l.mu.rows = cells[l.end], nil
		}
		l.mu.rows = append(l.mu.rows, cells)
	}
	return nil
}

// Prepare implements operators.Sink.
func (l *Live) Prepare(context.Context, uint64) ([]byte, error) { return nil, nil }

// Commit implements operators.Sink.
func (l *Live) Commit(context.Context, uint64, []byte) error { return nil }

// Close implements operators.Sink: it draws a last time and gives the cursor
// back.
func (l *Live) Close() error {
	select {
	case <-l.stop:
		return nil
	default:
		close(l.stop)
	}
	l.done.Wait()
	l.draw()
	_, err := fmt.Fprint(l.w, showCaret)
	return err
}

func (l *Live) draw() {
	l.mu.Lock()
	defer l.mu.Unlock()
	width, height := Size(l.w)
	picture := l.picture(width, height)
	var out bytes.Buffer
	if l.mu.drawn > 0 {
		fmt.Fprintf(&out, "\r\x1b[%dA", l.mu.drawn)
	}
	out.WriteString(clearDown + picture)
	l.mu.drawn = strings.Count(picture, "\n")
	_, _ = l.w.Write(out.Bytes())
}

func (l *Live) picture(width, height int) string {
	reading := l.look()
	l.mu.history = append(l.mu.history, float64(reading.Records-l.mu.last)/liveEvery.Seconds())
	l.mu.history = l.mu.history[max(0, len(l.mu.history)-sparkWidth):]
	l.mu.last = reading.Records
	var out strings.Builder
	dimmed, end := style(l.w, dim), style(l.w, plain)
	figures := reading.line(time.Since(l.start)) + "  " + spark(l.mu.history)
	fmt.Fprintf(&out, "%s%s%s\n", style(l.w, bold), fit(l.title, width), end)
	fmt.Fprintf(&out, "%s%s%s\n", dimmed, fit(figures, width), end)
	if len(l.mu.rows) == 0 {
		out.WriteString(dimmed + fit("waiting for the first window to close ...", width) + end + "\n")
		return out.String()
	}
	out.WriteString(l.table(width, height) + "\n")
	return out.String()
}

// frame is how many lines of the screen are not rows.
const frame = 8

func (l *Live) table(width, height int) string {
	t := table.NewWriter()
	t.SetStyle(table.StyleRounded)
	t.Style().Format.Header = text.FormatDefault
	if width > 0 {
		t.Style().Size.WidthMax = width
	}
	header, configs := table.Row{}, []table.ColumnConfig{}
	for i, f := range l.schema.Fields() {
		header = append(header, f.Name)
		if f.Type.IsNumeric() {
			configs = append(configs, table.ColumnConfig{Number: i + 1, Align: text.AlignRight})
		}
	}
	t.AppendHeader(header)
	t.SetColumnConfigs(configs)
	rows := l.mu.rows
	if room := height - frame; height > 0 && len(rows) > room {
		rows = rows[:max(1, room)]
	}
	for _, r := range rows {
		row := make(table.Row, len(r))
		for i := range r {
			row[i] = r[i]
		}
		t.AppendRow(row)
	}
	return t.Render()
}

const sparkWidth = 40

// spark draws values as bars of one character, the greatest full.
func spark(values []float64) string {
	if len(values) == 0 {
		return ""
	}
	bars, top := []rune("▁▂▃▄▅▆▇█"), slices.Max(values)
	out := make([]rune, len(values))
	for i, v := range values {
		out[i] = bars[0]
		if top > 0 {
			out[i] = bars[int(max(0, v)/top*float64(len(bars)-1))]
		}
	}
	return string(out)
}

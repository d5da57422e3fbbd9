package scripttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"kinesql/cmd/internal/engine"
	"kinesql/connectors/format"
	"kinesql/connectors/format/encode"
	"kinesql/connectors/shardlog"
	"kinesql/operators/batch"
	"kinesql/operators/vfs"
	"kinesql/sql/diag"
)

// bench is an engine with a clock that is set by hand, and the streams it keeps.
type bench struct {
	ctx    context.Context
	clock  stopped
	log    *shardlog.Log
	engine *engine.Engine
	cancel context.CancelFunc
	shown  map[string][]string // by what was looked at: lines that were shown already

	mu      sync.Mutex
	queries []error // of those that have failed and nobody was told of
}

// epoch is when every script begins.
var epoch = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

// stopped is a clock that stands still but for the steps that set it.
type stopped struct {
	mu  sync.Mutex
	now time.Time
}

// Now is the time that the steps have set.
func (c *stopped) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *stopped) set(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = t
}

func newBench(ctx context.Context, parallelism int) (*bench, error) {
	b := &bench{shown: map[string][]string{}}
	b.clock.set(epoch)
	b.ctx, b.cancel = context.WithCancel(ctx)
	var err error
	b.log, err = shardlog.Open("log", shardlog.Options{FS: vfs.NewVolatile(), Durability: shardlog.None, Now: b.clock.Now})
	if err != nil {
		return nil, err
	}
	b.engine, err = engine.New(engine.Config{
		Parallelism: parallelism, Now: b.clock.Now, Log: b.log, Served: true, Stdin: strings.NewReader(""), Stdout: io.Discard,
		Failed: b.fail,
	})
	if err != nil {
		return nil, errors.Join(err, b.log.Close())
	}
	return b, nil
}

// fail notes a query that has failed.
func (b *bench) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queries = append(b.queries, err)
}

// failure returns the errors of queries that nobody was told of yet.
func (b *bench) failure() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	err := errors.Join(b.queries...)
	b.queries = nil
	return err
}

func (b *bench) close() error {
	err := b.engine.Halt()
	b.cancel()
	b.engine.Close()
	return errors.Join(err, b.log.Close())
}

// settleIn is how long queries may take to do what they have to after a step.
const settleIn = 30 * time.Second

func (b *bench) settle() error {
	ctx, cancel := context.WithTimeout(b.ctx, settleIn)
	defer cancel()
	if err := b.engine.Settle(ctx); err != nil {
		return err
	}
	return b.failure()
}

// execute runs statements and returns what they show, a line each.
func (b *bench) execute(text string, line int) ([]string, error) {
	var out bytes.Buffer
	w := &engine.Writer{W: &out, Format: jsonLines}
	// The statements stand on the lines that they have in the script.
	src := &diag.Source{Name: "script", Text: strings.Repeat("\n", line) + text}
	err := b.engine.Launch(b.ctx, src, w)
	return linesOf(out.String()), err
}

func jsonLines(w io.Writer, schema *batch.Schema, changes bool) (format.Encoder, error) {
	return encode.New("jsonl", w, schema, format.EncodeOptions{Changes: changes})
}

func linesOf(text string) []string {
	text = strings.TrimRight(text, "\n")
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// sql runs statements. An error is output: what a script expects may be one.
func (b *bench) sql(s *step) ([]string, error) {
	out, err := b.execute(strings.Join(s.input, "\n"), s.line)
	if err != nil {
		out = append(out, nonEmpty(linesOf(err.Error()))...)
	}
	return out, b.settle()
}

// nonEmpty drops lines that would end a step.
func nonEmpty(lines []string) []string {
	return slices.DeleteFunc(lines, func(l string) bool { return strings.TrimSpace(l) == "" })
}

// query answers a SELECT as if its input ended now.
func (b *bench) query(s *step) ([]string, error) {
	out, err := b.sql(s)
	if len(s.args) == 0 {
		slices.Sort(out)
	}
	return out, err
}

// rows are those that have come to a stream since the last look.
func (b *bench) rows(s *step) ([]string, error) {
	out, err := b.news("SELECT * FROM "+quote(s.args[0]), s)
	if len(s.args) == 1 {
		slices.Sort(out)
	}
	return out, err
}

func (b *bench) late(s *step) ([]string, error) {
	return b.news("SELECT event_time, watermark, window_start, window_end, reason, raw FROM "+quote(s.args[0]+"_late"), s)
}

func (b *bench) failed(s *step) ([]string, error) {
	return b.news("SELECT operator, code, message, raw FROM "+quote(s.args[0]+"_errors"), s)
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// news is the rows of a query less those that the same query gave before.
func (b *bench) news(query string, s *step) ([]string, error) {
	all, err := b.execute(query, 0)
	if err != nil {
		return nil, err
	}
	left := map[string]int{}
	for _, line := range b.shown[query] {
		left[line]++
	}
	var out []string
	for _, line := range all {
		if left[line]--; left[line] < 0 {
			out = append(out, line)
		}
	}
	b.shown[query] = all
	if s.verb != "rows" {
		slices.Sort(out)
	}
	return out, nil
}

// setClock sets the clock forward to a moment.
func (b *bench) setClock(s *step) ([]string, error) {
	t, err := time.Parse(time.RFC3339Nano, s.args[0])
	if err != nil {
		return nil, fmt.Errorf("want a moment such as 2026-01-01T12:00:00Z: %w", err)
	}
	return nil, b.forward(t)
}

func (b *bench) advance(s *step) ([]string, error) {
	d, err := time.ParseDuration(s.args[0])
	if err != nil {
		return nil, fmt.Errorf("want a length of time such as 10s or 1h30m: %w", err)
	}
	return nil, b.forward(b.clock.Now().Add(d))
}

func (b *bench) forward(to time.Time) error {
	if to.Before(b.clock.Now()) {
		return fmt.Errorf("the clock stands at %s and only goes forward", b.clock.Now().Format(time.RFC3339Nano))
	}
	b.clock.set(to)
	return b.settle()
}

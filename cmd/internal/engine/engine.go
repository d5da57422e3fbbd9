package engine

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors"
	"kinesql/connectors/kinesis"
	streams "kinesql/connectors/memory"
	"kinesql/connectors/shard"
	"kinesql/operators"
	"kinesql/operators/exec"
	"kinesql/planner"
	"kinesql/planner/rewrite"
	"kinesql/window"
)

// DefaultBatchRows is the most rows of a batch where Config does not say.
const DefaultBatchRows = exec.DefaultBatchRows

// Config is how an engine is to work. Zero values have defaults.
type Config struct {
	Parallelism int      // instances of each parallel step; default 1
	BatchRows   int      // most rows of a batch; default DefaultBatchRows
	Disabled    []string // rewrite rules to leave out, see Rules
	Now         func() time.Time
	Stdin       io.Reader
	Stdout      io.Writer
	Alloc       memory.Allocator
	ErrorsTo    string // file for rows that failed, as JSON lines; empty: none
	LateTo      string // file for rows that came too late; empty: none

	// StateMemory is how many bytes the state of all queries together may take; a
	// query that wants more fails with *operators.BudgetError. 0: there is no limit.
	StateMemory int64

	// Log keeps the streams that name no connector, in Scope, as streams of shards;
	// nil: they live in the process. The caller closes it after the engine.
	Log   shard.Log
	Scope shard.Scope // default: DefaultScope
	// Sharded makes streams that name no connector streams of shards also where Log
	// is nil: they are then kept in memory, in the form in which a log keeps them.
	Sharded bool
	// Served says that others write to the streams of Log while the engine runs, by
	// the Kinesis API: reading them does not end by itself.
	Served bool
	// Wrote is told of records that queries have written to streams of shards, with the
	// bytes of keys and data; nil: nobody is.
	Wrote func(scope shard.Scope, stream string, records, bytes int)
	// Failed is told of a query that fails as soon as it has, while the others go on;
	// nil: nobody is before the script ends, and a SELECT that fails ends it.
	Failed func(error)
	// Connectors are known beside those that every engine has.
	Connectors []connectors.Connector
}

// Rules returns the names of the rewrite rules.
func Rules() []string { return rewrite.Names() }

// Engine runs scripts. Its methods may be called from any goroutine.
type Engine struct {
	cfg      Config
	planning sync.Mutex // held while a script is planned
	planner  *planner.Planner
	memory   *streams.Connector
	shards   *kinesis.Shards
	monitor  *kinesis.Monitor
	private  privateLog
	files    faultFiles
	budget   *operators.Budget

	mu struct {
		sync.Mutex
		queries  []*query
		flushed  bool
		finished Stats // of queries that have ended
		warn     func(string)
	}
}

// New returns an engine, or an error that names what is wrong in the
// configuration.
func New(cfg Config) (*Engine, error) {
	if cfg.Parallelism < 0 || cfg.Parallelism > maxParallelism {
		return nil, fmt.Errorf("parallelism: want 1 to %d, got %d", maxParallelism, cfg.Parallelism)
	}
	if cfg.BatchRows < 0 || cfg.BatchRows > maxBatchRows {
		return nil, fmt.Errorf("batch rows: want 1 to %d, got %d", maxBatchRows, cfg.BatchRows)
	}
	if cfg.StateMemory < 0 {
		return nil, fmt.Errorf("state memory: want 0 or more bytes, got %d", cfg.StateMemory)
	}
	disabled, err := rules(cfg.Disabled)
	if err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Alloc == nil {
		cfg.Alloc = memory.DefaultAllocator
	}
	cfg.Scope.Account = cmp.Or(cfg.Scope.Account, DefaultScope.Account)
	cfg.Scope.Region = cmp.Or(cfg.Scope.Region, DefaultScope.Region)
	e := &Engine{cfg: cfg, budget: operators.NewBudget(cfg.StateMemory), memory: streams.New(), monitor: kinesis.NewMonitor(cfg.Now)}
	e.shards = kinesis.NewShards(kinesis.Config{
		Log: e.shardLog, Scope: cfg.Scope, Served: cfg.Served, Formats: formats(), Monitor: e.monitor, Wrote: e.wrote(),
	})
	e.mu.warn = func(string) {}
	e.mu.finished.Watermark = window.Min
	e.planner = planner.New(planner.Options{
		Parallelism: max(1, cfg.Parallelism), Disabled: disabled, Connectors: append(connectorList(cfg, e.memory, e.shards, e.monitor), cfg.Connectors...),
		Unnamed: e.unnamed,
	})
	return e, nil
}

const (
	maxParallelism = 256
	maxBatchRows   = 1 << 16
)

// OnWarning sets who is told of failed rows, one line at a time.
func (e *Engine) OnWarning(warn func(string)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	var one sync.Mutex
	e.mu.warn = func(text string) {
		one.Lock()
		defer one.Unlock()
		warn(text)
	}
}

// Flush ends everything that runs, and the rest of the script as soon as it
// begins, as if all input had ended: results are those of what was read so far.
func (e *Engine) Flush() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.mu.flushed = true
	for _, q := range e.mu.queries {
		q.run.Flush()
	}
}

// Stats is what an engine has done so far.
type Stats struct {
	Records, Bytes int64 // read
	TotalBytes     int64 // of all input, 0 if unknown
	Rows           int64 // of results
	Late, Errors   int64
	Watermark      window.Micros // the least of the running queries; window.Min if there is none
}

// Stats returns the sum over all queries of the engine.
func (e *Engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	s := e.mu.finished
	for i, q := range e.mu.queries {
		w := q.run.Stats().Watermark
		if i == 0 || w < s.Watermark {
			s.Watermark = w
		}
		s.add(q)
	}
	return s
}

func (s *Stats) add(q *query) {
	r := q.run.Stats()
	s.Records += r.Records
	s.Bytes += r.Bytes
	s.TotalBytes += r.TotalBytes
	s.Late += r.Late
	s.Errors += r.Errors
	if q.plan.Target == nil {
		s.Rows += r.RowsOut
	}
}

// Lags returns how far queries are behind the tips of the shards that they read.
func (e *Engine) Lags() []kinesis.Lag { return e.monitor.Lags() }

// Close frees the streams that live in the process. Nothing may run any more.
func (e *Engine) Close() {
	e.memory.Close()
	e.private.close()
}

// rules is the set of rule names, all of them known.
func rules(names []string) (map[string]bool, error) {
	known, out := Rules(), map[string]bool{}
	for _, n := range names {
		if !slices.Contains(known, n) {
			return nil, fmt.Errorf("unknown rewrite rule %q; the rules are %s", n, strings.Join(known, ", "))
		}
		out[n] = true
	}
	return out, nil
}

package kinesis

import (
	"errors"
	"fmt"
	"sync"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/shard"
	"kinesql/operators"
)

// ShardsConnector is the name of the connector of streams in the engine's log.
const ShardsConnector = "shards"

// Config is what the streams of a log are read and written with.
type Config struct {
	// Log returns the log, which may be opened when it is first needed.
	Log   func() (shard.Log, error)
	Scope shard.Scope
	// Served says that others write to the streams as well, so that they do not end
	// with the engine's own writers.
	Served  bool
	Formats []format.Format
	Monitor *Monitor
	// Wrote is told of records that sinks have written, with the bytes of keys and
	// data; nil: nobody is.
	Wrote func(stream string, records, bytes int)
}

// Shards is the connector "shards": streams of a shard log in the process.
type Shards struct {
	cfg Config

	mu      sync.Mutex
	writers map[string]*writers // by stream, where the engine's queries are the only ones
}

// NewShards returns the connector.
func NewShards(cfg Config) *Shards { return &Shards{cfg: cfg, writers: map[string]*writers{}} }

// Name implements connectors.Connector.
func (c *Shards) Name() string { return ShardsConnector }

// Describe implements connectors.Connector. It does not look at the log: the
// stream is made, or found, when the script runs.
func (c *Shards) Describe(spec connectors.Spec) (connectors.Description, error) {
	opts, err := readOptions(spec.Options)
	if err != nil {
		return connectors.Description{}, err
	}
	if err := checkName(spec.Stream); err != nil {
		return connectors.Description{}, err
	}
	if _, err := readCreated(spec.Options); err != nil {
		return connectors.Description{}, err
	}
	d, err := describe(spec, opts, c.cfg.Formats)
	d.Kept = true
	d.EndsWithWriters = !c.cfg.Served && !opts.from.Bounded
	d.MaxSources = manySources
	return d, err
}

// checkName refuses what cannot be the name of a stream of Kinesis.
func checkName(name string) error {
	bad := len(name) == 0 || len(name) > 128
	for _, c := range []byte(name) {
		bad = bad || !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '_' || c == '.' || c == '-')
	}
	if bad {
		return fmt.Errorf("stream %q: a stream of shards has a name of 1 to 128 of the characters a-z, A-Z, 0-9, _ . -", name)
	}
	return nil
}

// Make makes a stream in the log, unless there is one of the name, which is then
// the stream. It returns what differs between that and the statement, to be told
// to a person; empty: nothing.
func (c *Shards) Make(spec connectors.Spec) (differs string, err error) {
	want, err := readCreated(spec.Options)
	if err != nil {
		return "", err
	}
	s, err := c.service(spec.Stream)
	if err != nil {
		return "", err
	}
	return s.make(want)
}

// Drop deletes a stream with its records.
func (c *Shards) Drop(stream string) error {
	log, err := c.cfg.Log()
	if err != nil {
		return err
	}
	st, err := log.Lookup(c.cfg.Scope, stream)
	if errors.Is(err, shard.ErrNoStream) {
		return nil
	}
	if err != nil {
		return err
	}
	return log.Delete(st.ID)
}

// Expect says that n more sinks will be made of a stream, for which its readers
// are to wait; less than 0: that so many will not be made after all.
func (c *Shards) Expect(stream string, n int) {
	if w := c.of(stream); w != nil {
		w.add(0, n)
	}
}

// of returns who writes to a stream, nil where others may write too.
func (c *Shards) of(stream string) *writers {
	if c.cfg.Served {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.writers[stream]
	if w == nil {
		w = newWriters()
		c.writers[stream] = w
	}
	return w
}

func (c *Shards) service(stream string) (*embedded, error) {
	log, err := c.cfg.Log()
	if err != nil {
		return nil, err
	}
	return &embedded{log: log, scope: c.cfg.Scope, name: stream, writers: c.of(stream), wrote: c.cfg.Wrote}, nil
}

// Source implements connectors.Connector.
func (c *Shards) Source(spec connectors.SourceSpec) (operators.Source, error) {
	src, err := newSource(spec, c.cfg.Formats, c.cfg.Monitor, func() (Service, error) { return c.service(spec.Stream) })
	if err != nil || c.cfg.Served {
		return src, err
	}
	return drained{src}, nil
}

// Sink implements connectors.Connector.
func (c *Shards) Sink(spec connectors.SinkSpec) (operators.Sink, error) {
	s, err := c.service(spec.Stream)
	if err != nil {
		return nil, err
	}
	if s.writers == nil {
		return newSink(spec, s, func() {})
	}
	out, err := newSink(spec, s, func() { s.writers.add(-1, 0) })
	if err == nil {
		s.writers.add(1, -1)
	}
	return out, err
}

package memory

import (
	"fmt"
	"sync"

	"kinesql/connectors"
	"kinesql/operators"
)

// Connector is the streams of one session by name. Unlike other connectors it
// holds something: a session makes its own.
type Connector struct {
	mu struct {
		sync.Mutex
		logs map[string]*Log
	}
}

// New returns a connector without streams.
func New() *Connector {
	c := &Connector{}
	c.mu.logs = map[string]*Log{}
	return c
}

// Name implements connectors.Connector.
func (c *Connector) Name() string { return "memory" }

// Describe implements connectors.Connector. A stream is bounded where all that
// write to it are.
func (c *Connector) Describe(spec connectors.Spec) (connectors.Description, error) {
	if spec.Schema == nil || spec.Schema.Len() == 0 {
		return connectors.Description{}, fmt.Errorf("stream %s is kept in memory and needs columns", spec.Stream)
	}
	if _, err := maxBytes(spec); err != nil {
		return connectors.Description{}, err
	}
	return connectors.Description{Schema: spec.Schema, CanRead: true, CanWrite: true, MaxSources: 1, Kept: true, EndsWithWriters: true}, nil
}

func maxBytes(spec connectors.Spec) (int64, error) {
	return spec.Options.Int("max_bytes", DefaultMaxBytes, 1, 1<<62)
}

// Source implements connectors.Connector.
func (c *Connector) Source(spec connectors.SourceSpec) (operators.Source, error) {
	l, err := c.Log(spec.Spec)
	if err != nil {
		return nil, err
	}
	return l.Source(spec)
}

// Sink implements connectors.Connector.
func (c *Connector) Sink(spec connectors.SinkSpec) (operators.Sink, error) {
	l, err := c.Log(spec.Spec)
	if err != nil {
		return nil, err
	}
	return l.Sink(), nil
}

// Log returns the stream that spec names, made when it is first asked for.
func (c *Connector) Log(spec connectors.Spec) (*Log, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.mu.logs[spec.Stream]; l != nil {
		return l, nil
	}
	most, err := maxBytes(spec)
	if err != nil {
		return nil, err
	}
	l := newLog(spec.Stream, spec.Schema, most)
	c.mu.logs[spec.Stream] = l
	return l, nil
}

// Drop forgets a stream and its rows.
func (c *Connector) Drop(stream string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if l := c.mu.logs[stream]; l != nil {
		l.Close()
		delete(c.mu.logs, stream)
	}
}

// Close forgets all streams.
func (c *Connector) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for name, l := range c.mu.logs {
		l.Close()
		delete(c.mu.logs, name)
	}
}

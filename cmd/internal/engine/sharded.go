package engine

import (
	"fmt"
	"sync"

	"kinesql/connectors"
	"kinesql/connectors/kinesis"
	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
	"kinesql/operators/vfs"
	"kinesql/planner"
	"kinesql/planner/catalog"
)

// DefaultScope is where streams are that nobody has put elsewhere.
var DefaultScope = shard.Scope{Account: "000000000000", Region: "us-east-1"}

// privateLog is a log in memory, for streams of shards in an engine without a log.
type privateLog struct {
	once sync.Once
	log  *shardlog.Log
	err  error
}

// shardLog is where streams of shards are kept.
func (e *Engine) shardLog() (shard.Log, error) {
	if e.cfg.Log != nil {
		return e.cfg.Log, nil
	}
	p := &e.private
	p.once.Do(func() {
		p.log, p.err = shardlog.Open("streams", shardlog.Options{FS: vfs.NewVolatile(), Durability: shardlog.None, Now: e.cfg.Now})
	})
	if p.err != nil {
		return nil, fmt.Errorf("shards in memory: %w", p.err)
	}
	return p.log, nil
}

// close forgets the log. What is lost by that was to be lost.
func (p *privateLog) close() {
	if p.log != nil {
		_ = p.log.Close()
	}
}

// wrote tells of records written where the configuration wants to know; else nil.
func (e *Engine) wrote() func(stream string, records, bytes int) {
	if e.cfg.Wrote == nil {
		return nil
	}
	return func(stream string, records, bytes int) { e.cfg.Wrote(e.cfg.Scope, stream, records, bytes) }
}

// unnamed chooses the connector of a stream that names none: shards where the
// engine has a log, or where an option speaks of them; nil: memory.
func (e *Engine) unnamed(o connectors.Options) connectors.Connector {
	if e.cfg.Log != nil || e.cfg.Sharded || o.Given(kinesis.Marks()...) {
		return e.shards
	}
	return nil
}

// isSharded reports whether a stream is one of shards in the engine's log.
func isSharded(s *catalog.Stream) bool {
	return s != nil && s.ConnectorName() == kinesis.ShardsConnector
}

// makeAll makes the streams of shards that the statements of a section create.
func (e *Engine) makeAll(s section) error {
	for _, p := range s {
		stream, ok := p.Created.(*catalog.Stream)
		if !ok || !isSharded(stream) || p.Kind != planner.Change {
			continue
		}
		differs, err := e.shards.Make(stream.Spec())
		if err != nil {
			return fmt.Errorf("stream %s: %w", stream.Name, err)
		}
		if differs != "" {
			e.warn("warning: " + differs)
		}
	}
	return nil
}

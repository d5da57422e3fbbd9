package engine

import (
	"kinesql/connectors"
	"kinesql/connectors/blackhole"
	"kinesql/connectors/file"
	"kinesql/connectors/format"
	"kinesql/connectors/format/combined"
	"kinesql/connectors/format/csv"
	"kinesql/connectors/format/json"
	"kinesql/connectors/format/regex"
	"kinesql/connectors/generator"
	"kinesql/connectors/httpget"
	"kinesql/connectors/kinesis"
	streams "kinesql/connectors/memory"
	"kinesql/connectors/postgres"
	"kinesql/connectors/stdio"
)

// formats are those that streams can be read in.
func formats() []format.Format {
	return []format.Format{json.New(), csv.New(), combined.New(), regex.New()}
}

// connectorList is the connectors that exist.
func connectorList(cfg Config, memory *streams.Connector, shards *kinesis.Shards, monitor *kinesis.Monitor) []connectors.Connector {
	return []connectors.Connector{
		memory, shards, kinesis.NewRemote(formats(), monitor), file.New(formats()), stdio.New(cfg.Stdin, cfg.Stdout, formats()), generator.New(), blackhole.New(), httpget.New(formats()), postgres.New(),
	}
}

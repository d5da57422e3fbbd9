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
	streams "kinesql/connectors/memory"
	"kinesql/connectors/stdio"
)

// connectorList is the connectors that exist.
func connectorList(cfg Config, memory *streams.Connector) []connectors.Connector {
	formats := []format.Format{json.New(), csv.New(), combined.New(), regex.New()}
	return []connectors.Connector{
		memory, file.New(formats), stdio.New(cfg.Stdin, cfg.Stdout, formats), generator.New(), blackhole.New(),
	}
}

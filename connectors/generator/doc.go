// Package generator is the connector "generator": streams that are made up, for
// trying a query out, for demonstrations and for benchmarks. Equal options give
// equal rows, whatever the batch size and the pace.
//
//	kind       clickstream, stock, telemetry; nexmark for the whole model of the
//	           Nexmark benchmark in one stream, nexmark-person, nexmark-auction,
//	           nexmark-bid for a part of it
//	seed       of the random draws, default 1
//	rows       how many rows; without it the stream has no end. Also called count
//	rate       events a second of event time; 0: the default of the kind, unpaced
//	pace       true: rows come when their time has come by the wall clock; the
//	           default of an endless stream with a rate
//	start      event time of the first event; default 2026-01-01, of a paced
//	           endless stream the time it is opened
//	disorder   how far event times may lie behind what order would give, such as
//	           2s; default none
//
// A stream without columns gets those of its kind. Declared columns may be any
// of them, in any order.
package generator

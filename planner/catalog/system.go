package catalog

import (
	"kinesql/connectors"
	"kinesql/operators/batch"
)

func fields(pairs ...any) *batch.Schema {
	out := make([]batch.Field, 0, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, batch.Field{Name: pairs[i].(string), Type: batch.Of(pairs[i+1].(batch.TypeID))})
	}
	return batch.NewSchema(out...)
}

// ErrorsSchema is the columns of every error stream.
func ErrorsSchema() *batch.Schema {
	return fields("error_time", batch.Timestamp, "operator", batch.Varchar, "code", batch.Varchar,
		"message", batch.Varchar, "split", batch.Varchar, "line", batch.BigInt,
		"sequence_number", batch.Varchar, "raw", batch.Varchar)
}

// LateSchema is the columns of every late stream.
func LateSchema() *batch.Schema {
	return fields("event_time", batch.Timestamp, "watermark", batch.Timestamp,
		"window_start", batch.Timestamp, "window_end", batch.Timestamp,
		"reason", batch.Varchar, "split", batch.Varchar, "line", batch.BigInt,
		"sequence_number", batch.Varchar, "raw", batch.Varchar)
}

// ErrorsName is the name of a query's error stream.
func ErrorsName(query string) string { return query + "_errors" }

// LateName is the name of a query's late stream.
func LateName(query string) string { return query + "_late" }

// System returns the error stream and the late stream of a pump, kept by the
// memory connector c.
func System(pump string, c connectors.Connector) []Object {
	errors, late := Memory(ErrorsName(pump), ErrorsSchema(), c), Memory(LateName(pump), LateSchema(), c)
	errors.Pump, late.Pump = pump, pump
	return []Object{errors, late}
}

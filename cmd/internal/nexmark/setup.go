package nexmark

import (
	"fmt"
	"regexp"
	"strings"
)

// Script is KineSQL's script of a query over the files of events and of the side
// table. Rows are shown, or go to a blackhole.
func (q Query) Script(events, side string, shown bool) string {
	return q.script(fmt.Sprintf("connector = 'file', path = '%s', format = 'json', timestamp.format = 'epoch_ms'", quoted(events)), side, shown)
}

// Decoded is a script over events that the connector "replay" supplies. Its rows go
// to a blackhole.
func (q Query) Decoded(events, side string) string {
	return q.script(fmt.Sprintf("connector = 'replay', path = '%s', format = 'json', timestamp.format = 'epoch_ms'", quoted(events)), side, false)
}

func (q Query) script(source, side string, shown bool) string {
	var b strings.Builder
	b.WriteString("CREATE STREAM events (event_type INTEGER")
	for _, k := range kinds {
		fmt.Fprintf(&b, ",\n  %s ROW<%s>", k.name, fmt.Sprintf(k.columns, "TIMESTAMP"))
	}
	fmt.Fprintf(&b, ",\n  dateTime TIMESTAMP,\n  WATERMARK FOR dateTime AS dateTime - INTERVAL '4' SECOND\n) WITH (%s);\n", source)
	for i, k := range kinds {
		fmt.Fprintf(&b, "CREATE VIEW %s AS SELECT %s FROM events WHERE event_type = %d;\n", k.name, members(k.name, k.columns), i)
	}
	if q.Side {
		fmt.Fprintf(&b, "CREATE TABLE side_input (key BIGINT, value VARCHAR, PRIMARY KEY (key)) "+
			"WITH (connector = 'file', path = '%s', format = 'csv', header = 'false');\n", quoted(side))
	}
	if shown {
		return b.String() + q.Kine + ";\n"
	}
	fmt.Fprintf(&b, "CREATE STREAM nothing (%s) WITH (connector = 'blackhole');\nINSERT INTO nothing\n%s;\n", q.Columns, q.Kine)
	return b.String()
}

// members is the SELECT list of a view; dateTime is that of the event, which is
// the time attribute.
func members(kind, columns string) string {
	out := names(columns)
	for i, c := range out {
		if c != "dateTime" {
			out[i] = kind + "." + c + " AS " + c
		}
	}
	return strings.Join(out, ", ")
}

// DuckSetup is the statements that make DuckDB's tables of the same files. They
// are read before anything is measured.
func DuckSetup(events, side string) []string {
	structs := make([]string, len(kinds))
	for i, k := range kinds {
		structs[i] = fmt.Sprintf("%s: 'STRUCT(%s)'", k.name, strings.ReplaceAll(fmt.Sprintf(k.columns, "BIGINT"), "\"", ""))
	}
	out := []string{
		fmt.Sprintf("CREATE OR REPLACE TEMP TABLE events AS SELECT * FROM read_json('%s', format = 'newline_delimited', "+
			"columns = {event_type: 'INTEGER', %s})", quoted(events), strings.Join(structs, ", ")),
	}
	for i, k := range kinds {
		cols := names(k.columns)
		for j, c := range cols {
			cols[j] = fmt.Sprintf("%s.%s AS %s", k.name, c, c)
			if c == "dateTime" || c == "expires" {
				cols[j] = fmt.Sprintf("make_timestamp(%s.%s * 1000) AS %s", k.name, c, c)
			}
		}
		out = append(out, fmt.Sprintf("CREATE OR REPLACE TEMP TABLE %s AS SELECT %s FROM events WHERE event_type = %d",
			k.name, strings.Join(cols, ", "), i))
	}
	return append(out, fmt.Sprintf("CREATE OR REPLACE TEMP TABLE side_input AS SELECT * FROM read_csv('%s', header = false, "+
		"columns = {key: 'BIGINT', value: 'VARCHAR'})", quoted(side)), "DROP TABLE events")
}

// FlinkType is the type of an event in Flink's dialect.
func FlinkType() string { return "ROW<" + flinkEvents() + ">" }

// flinkEvents is the columns of the events.
func flinkEvents() string {
	out := []string{"`event_type` INT"}
	for _, k := range kinds {
		out = append(out, fmt.Sprintf("`%s` ROW<%s>", k.name, flinkColumns(fmt.Sprintf(k.columns, "BIGINT"))))
	}
	return strings.Join(append(out, "`dateTime` BIGINT"), ", ")
}

// FlinkSetup is the statements that make Flink's tables, the first one that of the
// events, the last one the sink "nothing" of a query.
func (q Query) FlinkSetup(events, side string) []string {
	out := []string{fmt.Sprintf("CREATE TEMPORARY TABLE events (%s, ts AS CAST(TO_TIMESTAMP_LTZ(`dateTime`, 3) AS TIMESTAMP(3)), "+
		"WATERMARK FOR ts AS ts - INTERVAL '4' SECOND) WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'json')",
		flinkEvents(), quoted(events))}
	for i, k := range kinds {
		cols := names(k.columns)
		for j, c := range cols {
			cols[j] = fmt.Sprintf("%s.`%s` AS `%s`", k.name, c, c)
			switch c {
			case "dateTime":
				cols[j] = "ts AS `dateTime`"
			case "expires":
				cols[j] = "CAST(TO_TIMESTAMP_LTZ(auction.`expires`, 3) AS TIMESTAMP(3)) AS `expires`"
			}
		}
		out = append(out, fmt.Sprintf("CREATE TEMPORARY VIEW %s AS SELECT %s FROM events WHERE event_type = %d",
			k.name, strings.Join(cols, ", "), i))
	}
	return append(out, "CREATE TEMPORARY VIEW bid_p AS SELECT *, PROCTIME() AS p_time FROM bid",
		fmt.Sprintf("CREATE TEMPORARY TABLE side_input (`key` BIGINT, `value` VARCHAR) "+
			"WITH ('connector' = 'filesystem', 'path' = '%s', 'format' = 'csv')", quoted(side)),
		fmt.Sprintf("CREATE TEMPORARY TABLE nothing (%s) WITH ('connector' = 'blackhole')", flinkColumns(q.Columns)))
}

// FlinkQuery is the query in Flink's dialect, with what is reserved there in
// quotes.
func (q Query) FlinkQuery() string {
	text := q.Flink
	if text == "" {
		text = q.Kine
	}
	return reserved.ReplaceAllString(text, "`$1`")
}

var reserved = regexp.MustCompile(`\b(value|key|day|minute|final|dateTime)\b`)

// flinkColumns quotes the names and gives instants the precision of the events.
func flinkColumns(columns string) string {
	columns = strings.ReplaceAll(columns, "DECIMAL(23, 3)", "DECIMAL(23,3)")
	parts := strings.Split(columns, ", ")
	for i, c := range parts {
		name, typ, _ := strings.Cut(c, " ")
		parts[i] = "`" + name + "` " + strings.ReplaceAll(typ, "TIMESTAMP", "TIMESTAMP(3)")
	}
	return strings.Join(parts, ", ")
}

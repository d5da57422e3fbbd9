package nexmark

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"kinesql/cmd/internal/nexmark"
	"kinesql/cmd/kinesql-bench/measure"
)

// row is what was measured of a query: microseconds of CPU an event.
type row struct {
	query         nexmark.Query
	json, decoded measure.Spread[float64]
	flink         measure.Spread[float64]
	flinkDecoded  measure.Spread[float64]
	flinkWrong    string
	duck          float64
	verified      bool
}

// ratio is how many times more Flink takes than KineSQL; 0: not measured.
func ratio(flink, kinesql measure.Spread[float64]) float64 {
	if flink.Median == 0 || kinesql.Median == 0 {
		return 0
	}
	return flink.Median / kinesql.Median
}

// String is the row for a progress line.
func (r row) String() string {
	return fmt.Sprintf("%s: %.3f us of CPU an event, Flink %.3f (%.1f times); decoded %.3f, Flink %.3f (%.1f times)",
		r.query.Name, r.json.Median, r.flink.Median, ratio(r.flink, r.json),
		r.decoded.Median, r.flinkDecoded.Median, ratio(r.flinkDecoded, r.decoded))
}

func (r *runner) report() error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"query", "what", "CPU us/event", "min-max", "Flink " + flinkVersion, "min-max", "ratio",
		"decoded", "Flink decoded", "ratio", "duckdb", "verified", "notes"})
	for _, o := range r.rows {
		t.AppendRow(table.Row{
			o.query.Name, o.query.About, cell(o.json.Median), spread(o.json), cell(o.flink.Median), spread(o.flink),
			times(ratio(o.flink, o.json)), cell(o.decoded.Median), cell(o.flinkDecoded.Median),
			times(ratio(o.flinkDecoded, o.decoded)), cell(o.duck), o.verified, o.note(),
		})
	}
	if _, err := io.WriteString(r.cmd.OutOrStdout(), t.Render()+"\n"); err != nil {
		return err
	}
	return r.writeJSON()
}

// note says what a reader must know of a row.
func (r row) note() string {
	if r.flinkWrong != "" {
		return "Flink's result differs: " + r.flinkWrong
	}
	return ""
}

func cell(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.3f", v)
}

func spread(s measure.Spread[float64]) string {
	if s.Median == 0 {
		return ""
	}
	return fmt.Sprintf("%.3f-%.3f", s.Least, s.Greatest)
}

func times(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.1f", v)
}

// line is a row of the JSON file.
type line struct {
	Query    string  `json:"query"`
	CPU      float64 `json:"cpu_us_per_event"`
	Decoded  float64 `json:"decoded_cpu_us_per_event,omitempty"`
	Flink    float64 `json:"flink_cpu_us_per_event,omitempty"`
	FlinkDec float64 `json:"flink_decoded_cpu_us_per_event,omitempty"`
	DuckDB   float64 `json:"duckdb_cpu_us_per_event"`
	Events   int64   `json:"events"`
	Runs     int     `json:"runs"`
	Verified bool    `json:"verified"`
}

func (r *runner) writeJSON() error {
	if r.json == "" {
		return nil
	}
	out := []line{}
	for _, o := range r.rows {
		out = append(out, line{o.query.Name, o.json.Median, o.decoded.Median, o.flink.Median, o.flinkDecoded.Median, o.duck, r.events, r.runs, o.verified})
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(r.json, append(text, '\n'), 0o644)
}

package kds

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// Row is a line of the report: medians of the runs of a system on a workload.
// What was not measured is 0.
type Row struct {
	Workload         string  `json:"workload"`
	System           string  `json:"system"`
	Version          string  `json:"version"`
	Runs             int     `json:"runs"`
	RecordsPerSecond float64 `json:"records_per_second,omitempty"`
	// CPUMicros is the server's CPU time by record; of NATS, which runs server
	// and client in one process, that of both.
	CPUMicros  float64 `json:"cpu_us_per_record,omitempty"`
	MegaBytes  float64 `json:"mb_per_second,omitempty"` // of data
	P50, P99   float64 `json:",omitempty"`              // milliseconds
	Durability string  `json:"durability"`
	Verified   bool    `json:"verified"`
	Note       string  `json:"note,omitempty"`
}

// median returns the medians of the runs of one workload and system.
func median(rows []Row) Row {
	out := rows[0]
	out.Runs = len(rows)
	out.RecordsPerSecond = middle(rows, func(r Row) float64 { return r.RecordsPerSecond })
	out.CPUMicros = middle(rows, func(r Row) float64 { return r.CPUMicros })
	out.MegaBytes = middle(rows, func(r Row) float64 { return r.MegaBytes })
	out.P50 = middle(rows, func(r Row) float64 { return r.P50 })
	out.P99 = middle(rows, func(r Row) float64 { return r.P99 })
	if out.CPUMicros > 0 && len(rows) > 1 {
		least := slices.MinFunc(rows, byCPU).CPUMicros
		greatest := slices.MaxFunc(rows, byCPU).CPUMicros
		out.Note = fmt.Sprintf("CPU %.2f-%.2f us; %s", least, greatest, out.Note)
	}
	return out
}

func byCPU(a, b Row) int { return cmp.Compare(a.CPUMicros, b.CPUMicros) }

// middle is the median, of an even number the lower of the two.
func middle(rows []Row, f func(Row) float64) float64 {
	values := make([]float64, len(rows))
	for i, r := range rows {
		values[i] = f(r)
	}
	slices.Sort(values)
	return values[(len(values)-1)/2]
}

// compare notes at KineSQL's rows how many records it takes per second of CPU by
// those of the peers.
func compare(rows []Row) {
	for i := range rows {
		r := &rows[i]
		if r.System != "kinesql" || r.CPUMicros == 0 {
			continue
		}
		for _, peer := range rows {
			if peer.Workload == r.Workload && peer.System != r.System && peer.CPUMicros > 0 {
				r.Note += fmt.Sprintf("%.0f times the records/s per CPU of %s; ", peer.CPUMicros/r.CPUMicros, peer.System)
			}
		}
	}
}

// report prints the rows as a table.
func report(w io.Writer, rows []Row) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"workload", "system", "version", "CPU us/record", "records/s", "MB/s", "p50 ms", "p99 ms", "durable", "verified", "notes"})
	t.SetColumnConfigs([]table.ColumnConfig{{Name: "notes", WidthMax: 60}})
	for _, r := range rows {
		t.AppendRow(table.Row{
			r.Workload, r.System, r.Version, number(r.CPUMicros, "%.2f"), number(r.RecordsPerSecond, "%.0f"), number(r.MegaBytes, "%.0f"),
			number(r.P50, "%.2f"), number(r.P99, "%.2f"), r.Durability, r.Verified, r.Note,
		})
	}
	_, err := io.WriteString(w, t.Render()+"\n")
	return err
}

func number(f float64, format string) string {
	if f == 0 {
		return ""
	}
	return fmt.Sprintf(format, f)
}

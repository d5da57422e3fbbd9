package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
)

// report prints the results as a table, in which KineSQL's lines tell how they
// compare.
func report(w io.Writer, results []result) error {
	t := table.NewWriter()
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"workload", "system", "version", "CPU us/record", "min-max", "records/s", "peak RSS", "verified", "to duckdb", "notes"})
	for _, r := range results {
		t.AppendRow(table.Row{
			r.Workload, r.System, r.Version,
			fmt.Sprintf("%.3f", r.CPUMicros), fmt.Sprintf("%.3f-%.3f", r.cpu.Least, r.cpu.Greatest),
			thousands(r.RecordsPerSecond), megabytes(r.PeakRSSBytes), r.Verified, ratio(r, results), r.note,
		})
	}
	_, err := io.WriteString(w, t.Render()+"\n")
	return err
}

// ratio tells KineSQL's CPU and memory on a workload by DuckDB's.
func ratio(r result, all []result) string {
	if r.System != systemKineSQL {
		return ""
	}
	other, ok := lookup(all, r.Workload, systemDuckDB)
	if !ok || other.CPUMicros == 0 || other.PeakRSSBytes == 0 {
		return ""
	}
	return fmt.Sprintf("CPU %.2f, RSS %.2f", r.CPUMicros/other.CPUMicros, float64(r.PeakRSSBytes)/float64(other.PeakRSSBytes))
}

func lookup(all []result, workload, system string) (result, bool) {
	for _, r := range all {
		if r.Workload == workload && r.System == system {
			return r, true
		}
	}
	return result{}, false
}

// compareHops notes at the long hop what it costs by the short one.
func compareHops(results []result) {
	short, ok := lookup(results, hopShortName, systemKineSQL)
	if !ok || short.CPUMicros == 0 {
		return
	}
	for i := range results {
		if r := &results[i]; r.Workload == hopLongName {
			note := fmt.Sprintf("%.2f times the CPU of %s", r.CPUMicros/short.CPUMicros, hopShortName)
			r.note = strings.TrimPrefix(r.note+"; "+note, "; ")
		}
	}
}

func thousands(f float64) string {
	switch {
	case f >= 1e6:
		return fmt.Sprintf("%.2f M", f/1e6)
	case f >= 1e3:
		return fmt.Sprintf("%.0f k", f/1e3)
	}
	return fmt.Sprintf("%.0f", f)
}

func megabytes(n int64) string { return fmt.Sprintf("%.0f MB", float64(n)/1e6) }

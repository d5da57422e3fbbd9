package main

import (
	"encoding/json"

	"kinesql/cmd/kinesql-bench/measure"
)

// result is a line of the JSON file.
type result struct {
	Workload         string  `json:"workload"`
	System           string  `json:"system"`
	Version          string  `json:"version"`
	Runs             int     `json:"runs"`
	CPUMicros        float64 `json:"cpu_us_per_record"`
	RecordsPerSecond float64 `json:"records_per_second"`
	PeakRSSBytes     int64   `json:"peak_rss_bytes"`
	Verified         bool    `json:"verified"`

	cpu  measure.Spread[float64]
	wall measure.Spread[float64] // records per second
	note string
}

// summarize makes the result of a subject of its figures.
func summarize(workload string, s measure.Subject, figures []measure.Figure, records int64, verified bool) result {
	cpu := measure.SpreadOf(figures, func(f measure.Figure) float64 { return f.CPU.Seconds() * 1e6 / float64(records) })
	rate := measure.SpreadOf(figures, func(f measure.Figure) float64 { return float64(records) / f.Wall.Seconds() })
	rss := measure.SpreadOf(figures, func(f measure.Figure) int64 { return f.RSS })
	return result{
		Workload: workload, System: s.System, Version: s.Version, Runs: len(figures),
		CPUMicros: cpu.Median, RecordsPerSecond: rate.Median, PeakRSSBytes: rss.Median,
		Verified: verified, cpu: cpu, wall: rate,
	}
}

// encodeResults is the JSON file: an array, never null.
func encodeResults(results []result) ([]byte, error) {
	if results == nil {
		results = []result{}
	}
	text, err := json.MarshalIndent(results, "", "  ")
	return append(text, '\n'), err
}

package infer

import (
	"bytes"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/combined"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/window"
)

// counted counts row errors.
type counted struct{ errors int }

// RowError implements operators.Faults.
func (c *counted) RowError(operators.RowError) { c.errors++ }

// LateRow implements operators.Faults.
func (c *counted) LateRow(operators.LateRow) {}

// guessCombined recognises access logs by reading them. A server stamps a
// request when it begins and logs it when it ends, so a log that is out of order
// at all gets an hour: the longest requests are rare and not in every sample.
func guessCombined(s *sample) (*proposal, error) {
	lines := s.lines()
	times, err := accessTimes(bytes.Join(lines, []byte{'\n'}), len(lines))
	if err != nil || !mostly(len(times), len(lines)) {
		return nil, err
	}
	delay := disorder(times)
	if delay > steps[0].length {
		delay = max(delay, window.Hour)
	}
	return &proposal{time: "time", delay: delay, options: [][2]string{{"format", "combined"}}}, nil
}

func accessTimes(text []byte, records int) ([]window.Micros, error) {
	schema := batch.NewSchema(batch.Field{Name: "time", Type: batch.Of(batch.Timestamp)})
	dec, err := combined.New().NewDecoder(connectors.SourceSpec{
		Want: []connectors.Want{{Path: []string{"time"}, Type: batch.Of(batch.Timestamp)}}, Out: schema, Time: -1,
	}, &counted{})
	if err != nil {
		return nil, err
	}
	out := batch.NewBuilder(memory.NewGoAllocator(), schema)
	defer out.Close()
	out.Reset(records)
	dec.Decode(format.Input{Block: text, Line: 1, Final: true}, out)
	times := make([]window.Micros, out.Rows)
	for i, t := range out.Cols[0].I64 {
		times[i] = window.Micros(t)
	}
	return times, nil
}

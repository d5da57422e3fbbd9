package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"io"
	"strconv"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/kpl"
	"kinesql/operators/batch"
)

// printer prints records.
type printer interface {
	record(shard string, r types.Record) error
	flush() error
	close() error
}

func newPrinter(out io.Writer, name string) (printer, error) {
	format := formatOf(name, out)
	if format == "raw" {
		return rawPrinter{bufio.NewWriter(out)}, nil
	}
	data := batch.Varchar
	if format == "json" || format == "jsonl" {
		data = batch.JSON
	}
	schema := batch.NewSchema(
		batch.Field{Name: "shard", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "sequence_number", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "arrival", Type: batch.Of(batch.Timestamp)},
		batch.Field{Name: "partition_key", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "data", Type: batch.Of(data)},
	)
	t, err := newTable(out, format, schema)
	return rowPrinter{t, data == batch.JSON}, err
}

// rawPrinter prints the data of records, a line each.
type rawPrinter struct{ w *bufio.Writer }

func (p rawPrinter) record(_ string, r types.Record) error {
	if _, err := p.w.Write(r.Data); err != nil {
		return err
	}
	return p.w.WriteByte('\n')
}

func (p rawPrinter) flush() error { return p.w.Flush() }
func (p rawPrinter) close() error { return p.w.Flush() }

// rowPrinter prints records as rows.
type rowPrinter struct {
	t    *table
	json bool
}

func (p rowPrinter) record(shard string, r types.Record) error {
	p.t.row(shard, aws.ToString(r.SequenceNumber), aws.ToTime(r.ApproximateArrivalTimestamp), aws.ToString(r.PartitionKey), p.data(r.Data))
	return nil
}

// data is what a row shows of a record's data.
func (p rowPrinter) data(b []byte) string {
	if p.json && json.Valid(b) {
		return string(b)
	}
	text := string(b)
	if !utf8.Valid(b) {
		text = "base64:" + base64.StdEncoding.EncodeToString(b)
	}
	if p.json {
		quoted, _ := json.Marshal(text) // a string always can be
		return string(quoted)
	}
	return text
}

func (p rowPrinter) flush() error { return p.t.flush() }
func (p rowPrinter) close() error { return p.t.close() }

// unpack returns the records that a producer has packed into one, or that one. Packed
// ones share the sequence number; theirs is followed by their place in it.
func unpack(r types.Record) []types.Record {
	packed, ok := kpl.Unpack(r.Data, nil)
	if !ok {
		return []types.Record{r}
	}
	out := make([]types.Record, len(packed))
	for i, k := range packed {
		out[i] = types.Record{
			SequenceNumber:              aws.String(aws.ToString(r.SequenceNumber) + ":" + strconv.Itoa(i)),
			ApproximateArrivalTimestamp: r.ApproximateArrivalTimestamp,
			PartitionKey:                aws.String(string(k.Key)), Data: k.Data,
		}
	}
	return out
}

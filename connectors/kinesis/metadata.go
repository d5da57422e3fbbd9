package kinesis

import (
	"bytes"
	"strings"

	"kinesql/connectors"
	"kinesql/operators/batch"
)

// The names of the metadata columns.
const (
	arrivalColumn  = "APPROXIMATE_ARRIVAL_TIME"
	keyColumn      = "PARTITION_KEY"
	shardColumn    = "SHARD_ID"
	sequenceColumn = "SEQUENCE_NUMBER"
)

// metadata is what is known of every record.
func metadata() []batch.Field {
	return []batch.Field{
		{Name: arrivalColumn, Type: batch.Of(batch.Timestamp)}, {Name: keyColumn, Type: batch.Of(batch.Varchar)},
		{Name: shardColumn, Type: batch.Of(batch.Varchar)}, {Name: sequenceColumn, Type: batch.Of(batch.Varchar)},
	}
}

// hides reports whether a stream has a column of its own of a name.
func hides(s *batch.Schema, name string) bool {
	for _, f := range s.Fields() {
		if strings.EqualFold(f.Name, name) {
			return true
		}
	}
	return false
}

// plan divides the wanted columns into those that a decoder fills and metadata.
type plan struct {
	out    *batch.Schema
	decode connectors.SourceSpec // what decoders are to produce
	from   []int                 // of each wanted column: the decoded column; -1: metadata
	names  []string              // of each metadata column its name, else empty
	plain  bool                  // there is no metadata among them
	time   int                   // as SourceSpec.Time
}

func newPlan(spec connectors.SourceSpec) *plan {
	p := &plan{out: spec.Out, decode: spec, plain: true, time: spec.Time}
	p.decode.Want, p.decode.Predicates, p.decode.Time = nil, nil, -1
	var fields []batch.Field
	for i, w := range spec.Want {
		if len(w.Path) == 1 && isMetadata(spec.Schema, w.Path[0]) {
			p.from, p.names, p.plain = append(p.from, -1), append(p.names, w.Path[0]), false
			continue
		}
		if i == spec.Time {
			p.decode.Time = len(fields)
		}
		p.from, p.names = append(p.from, len(fields)), append(p.names, "")
		p.decode.Want = append(p.decode.Want, w)
		fields = append(fields, spec.Out.Field(i))
	}
	p.decode.Out = batch.NewSchema(fields...)
	for _, t := range spec.Predicates {
		if at := p.from[t.Column]; at >= 0 {
			t.Column = at
			p.decode.Predicates = append(p.decode.Predicates, t)
		}
	}
	return p
}

func isMetadata(s *batch.Schema, name string) bool {
	if hides(s, name) {
		return false
	}
	for _, f := range metadata() {
		if f.Name == name {
			return true
		}
	}
	return false
}

// complete adds the metadata columns to a decoded batch, which it takes over.
func (p *plan) complete(b batch.Batch, x *index, shard string) batch.Batch {
	if p.plain {
		return b
	}
	defer b.Release()
	pieces := make([]int, b.Rows())
	at := 0
	for r, start := range b.Starts {
		for at+1 < len(x.starts) && x.starts[at+1] <= start {
			at++
		}
		pieces[r] = at
	}
	cols := make([]batch.Vector, len(p.from))
	for i, from := range p.from {
		if from >= 0 {
			cols[i] = b.Vector(from)
		} else {
			cols[i] = column(p.names[i], pieces, x, shard)
		}
	}
	return batch.New(p.out, b.Rows(), cols, b.Beside)
}

// column is a metadata column of the rows that the pieces are of.
func column(name string, pieces []int, x *index, shard string) batch.Vector {
	v := batch.Vector{Type: batch.Of(batch.Varchar), Len: len(pieces), Off: make([]int32, 1, len(pieces)+1)}
	switch name {
	case arrivalColumn:
		v = batch.Vector{Type: batch.Of(batch.Timestamp), Len: len(pieces), I64: make([]int64, len(pieces))}
		for r, p := range pieces {
			v.I64[r] = x.page.Records[x.record(p)].Arrival * 1000
		}
	case keyColumn:
		for _, p := range pieces {
			v.AppendBytes(bytes.ToValidUTF8(x.key(p), []byte("\uFFFD")))
		}
	case shardColumn:
		for range pieces {
			v.AppendBytes([]byte(shard))
		}
	case sequenceColumn:
		last, number := -1, ""
		for _, p := range pieces {
			if r := x.record(p); r != last {
				last, number = r, x.page.Number(r)
			}
			v.AppendBytes([]byte(number))
		}
	}
	return v
}

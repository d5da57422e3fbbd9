package blackhole

import (
	"context"
	"errors"
	"testing"

	"kinesql/connectors"
	"kinesql/connectors/format/decodetest"
	"kinesql/operators"
	"kinesql/operators/batch"
)

func TestCountsAndDiscards(t *testing.T) {
	schema := decodetest.Schema("n BIGINT")
	spec := connectors.Spec{Stream: "s", Options: connectors.NewOptions(nil), Schema: schema}
	d, err := New().Describe(spec)
	if err != nil || d.CanRead || !d.CanWrite || d.Schema != schema {
		t.Fatalf("%+v %v", d, err)
	}
	s, err := New().Sink(connectors.SinkSpec{Spec: spec, Changes: true})
	if err != nil {
		t.Fatal(err)
	}
	b := batch.New(schema, 2, []batch.Vector{{Type: schema.Field(0).Type, Len: 2, I64: []int64{1, 2}}}, batch.Beside{})
	defer b.Release()
	ctx := context.Background()
	err = errors.Join(s.Open(ctx, operators.Env{}), s.Write(ctx, b), s.Write(ctx, b))
	handle, prepared := s.Prepare(ctx, 1)
	if err = errors.Join(err, prepared, s.Commit(ctx, 1, handle), s.Close()); err != nil {
		t.Fatal(err)
	}
	if n := s.(*Sink).Rows(); n != 4 {
		t.Errorf("counted %d rows, want 4", n)
	}
}

func TestRefuses(t *testing.T) {
	if _, err := New().Source(connectors.SourceSpec{Spec: connectors.Spec{Stream: "s"}}); err == nil || err.Error() != `stream "s": connector blackhole cannot be read` {
		t.Error(err)
	}
	if _, err := New().Describe(connectors.Spec{Stream: "s", Options: connectors.NewOptions(nil)}); err == nil || err.Error() != `stream "s": connector blackhole needs declared columns` {
		t.Error(err)
	}
}

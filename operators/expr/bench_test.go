package expr

import (
	"testing"

	"kinesql/operators/batch"
)

func BenchmarkEval(b *testing.B) {
	const rows = 8192
	cols := make([]batch.Vector, testSchema.Len())
	for i, f := range testSchema.Fields() {
		v := batch.Vector{Type: f.Type, Len: rows}
		makeLane(&v, rows)
		for k := range rows {
			switch {
			case v.I64 != nil:
				v.I64[k] = int64(k*7919%100_000 + 1)
			case v.F64 != nil:
				v.F64[k] = float64(k)
			case v.Bool != nil:
				v.Bool[k] = k%3 == 0
			case v.Type.Lane() == batch.LaneBytes:
				v.AppendBytes([]byte("some text"))
			}
		}
		v.Len = rows
		cols[i] = v
	}
	in := batch.New(testSchema, rows, cols, batch.Beside{})
	defer in.Release()
	for _, text := range []string{
		"MOD(a, 123) = 0", "a + b", "a * 3", "a / b", "m * 0.908", "d * 2 + 1", "a > 5 AND b < 50000", "s = 'some text'", "s LIKE '%tex%'",
		"CASE WHEN a > 500 THEN 'big' ELSE 'small' END", "UPPER(s)", "CAST(a AS VARCHAR)", "DATE_TRUNC('hour', t)", "a <> 0 AND 10 / a > 1", "CONCAT(s, a)",
	} {
		b.Run(text, func(b *testing.B) {
			n, err := binder{testSchema}.parse(text)
			if err != nil {
				b.Fatal(err)
			}
			p, err := Compile(Fold(n))
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				p.Eval(in)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}

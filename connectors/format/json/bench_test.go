package json

import (
	"syscall"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/generator"
	"kinesql/operators/batch"
)

func bidColumns(names ...string) connectors.SourceSpec {
	types := map[string]batch.Type{"channel": varchar, "url": varchar, "extra": varchar, "dateTime": timestamp}
	var columns []any
	for _, n := range names {
		t, ok := types[n]
		if !ok {
			t = bigint
		}
		columns = append(columns, n, t)
	}
	return wanted(columns...)
}

func bench(b *testing.B, spec connectors.SourceSpec, block []byte, n int) {
	d, err := newDecoder(spec, &recorder{})
	if err != nil {
		b.Fatal(err)
	}
	out := batch.NewBuilder(memory.DefaultAllocator, spec.Out)
	b.SetBytes(int64(len(block)))
	before := cpuTime(b)
	for b.Loop() {
		out.Reset(n)
		if used, records := d.Decode(format.Input{Block: block, Final: true}, out); used != len(block) || records != n {
			b.Fatalf("used %d of %d, %d records", used, len(block), records)
		}
		rec := out.Finish(nil)
		rec.Release()
	}
	b.ReportMetric(float64(cpuTime(b)-before)/float64(b.N)/float64(n), "cpu-ns/record")
}

// cpuTime is what the process has used, in nanoseconds: it suffers less from
// busy machines than the clock does.
func cpuTime(b *testing.B) int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return u.Utime.Nano() + u.Stime.Nano()
}

func BenchmarkDecode(b *testing.B) {
	const n = 4000
	plain := generator.NewBids(1).AppendBids(nil, n)
	odd := generator.NewAdversarialBids(1).AppendBids(nil, n)
	three := bidColumns("auction", "price", "dateTime")
	three.Time = 2
	filter := bidColumns("auction", "price")
	filter.Predicates = []connectors.Predicate{{Column: 0, Int: func(v int64) bool { return v%123 == 0 }}}
	all := bidColumns("auction", "bidder", "price", "channel", "url", "dateTime", "extra")
	for _, c := range []struct {
		name string
		spec connectors.SourceSpec
	}{{"three", three}, {"filter", filter}, {"all", all}} {
		b.Run(c.name, func(b *testing.B) { bench(b, c.spec, plain, n) })
		b.Run(c.name+"-adversarial", func(b *testing.B) { bench(b, c.spec, odd, n) })
	}
}

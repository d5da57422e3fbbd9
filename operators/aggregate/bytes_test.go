package aggregate_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
)

// TestBytes holds what an aggregate accounts for to the heap that it takes, for many
// keys.
func TestBytes(t *testing.T) {
	big, text := batch.Of(batch.BigInt), batch.Of(batch.Varchar)
	in := batch.NewSchema(batch.Field{Name: "k", Type: big}, batch.Field{Name: "s", Type: text}, batch.Field{Name: "v", Type: big})
	count := aggregate.Call{Name: "COUNT", Filter: -1, Type: big}
	most := aggregate.Call{Name: "MAX", Args: []int{2}, Filter: -1, Type: big}
	for _, c := range []struct {
		name     string
		keys     []int
		calls    []aggregate.Call
		changes  bool
		retracts bool
	}{
		{"count by a number", []int{0}, []aggregate.Call{count}, false, false},
		{"count by a text", []int{1}, []aggregate.Call{count, most}, false, false},
		{"count by both, as changes", []int{0, 1}, []aggregate.Call{count}, true, false},
		{"greatest of rows that may be taken back", []int{0}, []aggregate.Call{count, most}, true, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			var fields []batch.Field
			for _, k := range c.keys {
				fields = append(fields, in.Field(k))
			}
			for i := range c.calls {
				fields = append(fields, batch.Field{Name: fmt.Sprint(i), Type: big})
			}
			op, err := aggregate.NewHash(aggregate.HashConfig{
				In: in, Out: batch.NewSchema(fields...), Keys: c.keys, Calls: c.calls, Time: -1, Changes: c.changes, Retracts: c.retracts,
			})
			if err != nil {
				t.Fatal(err)
			}
			account := operators.NewBudget(0).Account("test")
			env := operators.Env{Alloc: memory.DefaultAllocator, Now: time.Now, Faults: &kept{}, BatchRows: 4096, State: account}
			if err := op.Open(t.Context(), env); err != nil {
				t.Fatal(err)
			}
			before := heapInUse()
			fill(t, op, in)
			grown := int64(heapInUse() - before)
			if held := account.Held(); held < grown*8/10 || held > grown*12/10 {
				t.Errorf("%d bytes are accounted for, and the heap has grown by %d", held, grown)
			}
			runtime.KeepAlive(op)
		})
	}
}

func heapInUse() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// dropped is an Emitter that keeps nothing.
type dropped struct{}

func (dropped) Emit(context.Context, batch.Batch) error { return nil }

func fill(t *testing.T, op operators.Operator, in *batch.Schema) {
	t.Helper()
	const keys, rows = 300_000, 4096
	var text strings.Builder
	for from := 0; from < keys; from += rows {
		text.Reset()
		for i := from; i < from+rows; i++ {
			fmt.Fprintf(&text, "%d|user number %d|%d\n", i*7, i, i%100)
		}
		b := optest.Rows(memory.DefaultAllocator, in, text.String())
		err := op.Process(t.Context(), 0, b, dropped{})
		b.Release()
		if err != nil {
			t.Fatal(err)
		}
	}
}

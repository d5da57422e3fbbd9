package aggregate_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
)

// number parses text, if it is one.
func number(text string, to *float64) bool {
	f, err := strconv.ParseFloat(text, 64)
	*to = f
	return err == nil
}

func equal(a, b []string) bool { return slices.Equal(a, b) }

// changes gives the operator batches of hashIn and returns what it emits.
func changes(t *testing.T, op operators.Operator, batches ...string) []string {
	t.Helper()
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer alloc.AssertSize(t, 0)
	out := &kept{}
	if err := op.Open(t.Context(), operators.Env{Alloc: alloc, Now: time.Now, Faults: out, BatchRows: 100}); err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	for _, text := range batches {
		in := optest.Rows(alloc, hashIn, text)
		err := op.Process(t.Context(), 0, in, out)
		in.Release()
		if err != nil {
			t.Fatal(err)
		}
	}
	return out.rows
}

// feed gives the operator one batch, drops what it emits and returns its error.
func feed(t *testing.T, op operators.Operator, in *batch.Schema, rows string) error {
	t.Helper()
	alloc, out := memory.NewCheckedAllocator(memory.DefaultAllocator), &kept{}
	defer alloc.AssertSize(t, 0)
	if err := op.Open(t.Context(), operators.Env{Alloc: alloc, Now: time.Now, Faults: out, BatchRows: 100}); err != nil {
		t.Fatal(err)
	}
	defer op.Close()
	b := optest.Rows(alloc, in, rows)
	defer b.Release()
	return op.Process(t.Context(), 0, b, out)
}

package exec

import (
	"fmt"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators/batch"
	"kinesql/operators/optest"
)

func hashOf(t *testing.T, typ batch.Type, cells string) []uint64 {
	t.Helper()
	b := optest.Rows(memory.DefaultAllocator, batch.NewSchema(batch.Field{Name: "c", Type: typ}), cells)
	return append([]uint64(nil), hashRows(nil, b, []int{0})...)
}

func TestEqualKeysHaveEqualHashes(t *testing.T) {
	row := batch.RowOf(batch.Field{Name: "m", Type: batch.Of(batch.BigInt)})
	for _, c := range []struct {
		typ   batch.Type
		cells string
		equal int // the first so many are equal, all others differ
	}{
		{batch.Of(batch.BigInt), "7\n7\n-7\n0\nNULL", 2},
		{batch.Of(batch.Double), "0\n-0\nNaN\n1\nNULL", 2},
		{batch.Of(batch.Double), "NaN\nNaN\nInf\n0", 2},
		{batch.Of(batch.Boolean), "true\ntrue\nfalse\nNULL", 2},
		{batch.Of(batch.Varchar), "ab\nab\nba\nNULL\n\\NULL", 2},
		{batch.Of(batch.Varchar), "NULL\nNULL\na", 2},
		{batch.DecimalOf(10, 2), "1.50\n1.5\n-1.50\n15.00\n0.00\nNULL", 2},
		{batch.Of(batch.Timestamp), "2015-05-17\n2015-05-17T00:00:00\n2015-05-18", 2},
		{row, "{\"m\":1}\n{\"m\":1}\n{\"m\":2}\nNULL", 2},
	} {
		t.Run(fmt.Sprint(c.typ, c.cells), func(t *testing.T) {
			h := hashOf(t, c.typ, c.cells)
			seen := map[uint64]bool{}
			for i, x := range h {
				if i > 0 && i < c.equal && x != h[0] {
					t.Errorf("row %d differs from row 0", i)
				}
				if i >= c.equal && seen[x] {
					t.Errorf("row %d has the hash of another", i)
				}
				seen[x] = true
			}
		})
	}
}

func TestDecimalsOfUnlikeScalesMeet(t *testing.T) {
	for _, cells := range []string{"1.5", "-1.5", "0", "120", "0.25"} {
		if a, b := hashOf(t, batch.DecimalOf(10, 2), cells), hashOf(t, batch.DecimalOf(38, 9), cells); a[0] != b[0] {
			t.Errorf("%s: %x and %x", cells, a, b)
		}
	}
}

// TestHashesStayTheSame: places of keys may be kept over a restart.
func TestHashesStayTheSame(t *testing.T) {
	got := fmt.Sprintf("%x", hashOf(t, batch.Of(batch.BigInt), "1\n2\nNULL"))
	if want := "[d3800ad5e55401c8 2c645a1b52b6a192 f1f049df4dae83d4]"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestPartsAreTheWhole(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	text := ""
	for i := range 200 {
		text += fmt.Sprintf("-U k%d|00:%02d\n+U k%d|00:%02d\n", i%9, i%60, i%5, i%60)
	}
	b := optest.Rows(alloc, kv, text)
	before := optest.NewFold()
	for i := range 200 {
		one := optest.Rows(alloc, kv, fmt.Sprintf("k%d|00:%02d", i%9, i%60))
		if err := before.Add(one); err != nil {
			t.Fatal(err)
		}
		one.Release()
	}
	p := newPartitioner([]int{0}, 4)
	p.split(b)
	rows := 0
	for i := range 4 {
		part, ok := p.part(b, i)
		if !ok {
			continue
		}
		rows += part.Rows()
		for r := range part.Rows() {
			if k := part.Kind(r); k == batch.UpdateBefore && (r+1 == part.Rows() || part.Kind(r+1) != batch.UpdateAfter) {
				t.Errorf("part %d, row %d: half an update", i, r)
			}
		}
		if err := before.Add(part); err != nil {
			t.Error(err)
		}
		part.Release()
	}
	if rows != 400 {
		t.Errorf("%d rows in the parts", rows)
	}
	b.Release()
	alloc.AssertSize(t, 0)
}

func BenchmarkPartition(b *testing.B) {
	text := ""
	for i := range 4096 {
		text += fmt.Sprintf("key%d|00:%02d\n", i%997, i%60)
	}
	in := optest.Rows(memory.DefaultAllocator, kv, text)
	p := newPartitioner([]int{0}, 2)
	for b.Loop() {
		p.split(in)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/4096, "ns/row")
}

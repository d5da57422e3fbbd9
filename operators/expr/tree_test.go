package expr

import (
	"errors"
	"slices"
	"testing"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators/batch"
)

func mustParse(t *testing.T, text string) Node {
	t.Helper()
	n, err := binder{testSchema}.parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTree(t *testing.T) {
	n := mustParse(t, "a > 1 AND (b = a AND s = 'x')")
	if got := Columns(n); !slices.Equal(got, []int{0, 1, 4}) {
		t.Errorf("columns %v", got)
	}
	if got := len(Conjuncts(n)); got != 3 {
		t.Errorf("%d conjuncts", got)
	}
	if got, want := And(Conjuncts(n)).String(), "(((a > 1) AND (b = a)) AND (s = 'x'))"; got != want {
		t.Errorf("joined %s, want %s", got, want)
	}
	if got := And(nil).String(); got != "TRUE" {
		t.Errorf("no conditions are %s", got)
	}
	moved := Remap(n, map[int]int{0: 7, 4: 2})
	if got := Columns(moved); !slices.Equal(got, []int{1, 2, 7}) {
		t.Errorf("moved columns %v", got)
	}
	if got := Columns(n); !slices.Equal(got, []int{0, 1, 4}) {
		t.Errorf("Remap changed its argument: columns %v", got)
	}
}

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"a + (1 + 2)": "(a + 3)", "TRUE AND a = 1": "(a = 1)", "a = 1 OR TRUE": "TRUE", "1 / 0 = a": "((1 / 0) = a)",
		"FALSE AND a = 1": "FALSE", "CONCAT(s, UPPER('x'))": "CONCAT(s, 'X')", "NOW() > t": "(NOW() > t)", "RAND(1) < 2": "(RAND(1) < 2e0)",
	} {
		if got := Fold(mustParse(t, text)).String(); got != want {
			t.Errorf("%s folds to %s, want %s", text, got, want)
		}
	}
	if !IsConst(mustParse(t, "1 + 2")) || IsConst(mustParse(t, "a + 2")) || IsConst(mustParse(t, "NOW()")) {
		t.Error("IsConst tells constants wrongly")
	}
}

func TestAssign(t *testing.T) {
	char3 := batch.Type{ID: batch.Char, Precision: 3}
	for value, want := range map[string]string{
		"abc": "abc", "ab": "ab", "abc   ": "abc", "néé": "néé", "abcd": "fault KSQL-4003: 'abcd' is too long for CHAR(3)",
	} {
		n, err := NewAssign(text(value), char3, -1)
		if err != nil {
			t.Fatal(err)
		}
		if got := evaluate(t, n); got != want {
			t.Errorf("%q assigned: %s, want %s", value, got, want)
		}
	}
	var te *TypeError
	if _, err := NewAssign(mustParse(t, "t"), batch.Of(batch.BigInt), -1); !errors.As(err, &te) {
		t.Errorf("a TIMESTAMP assigned to BIGINT: %v", err)
	}
}

func TestErrors(t *testing.T) {
	var te *TypeError
	if _, err := New("REPEAT", []Node{text("a"), text("b")}, -1); !errors.As(err, &te) || te.Arg != 1 {
		t.Errorf("got %v, want argument 1 blamed", err)
	}
	var ue *UnknownError
	if _, err := New("nosuch", nil, -1); !errors.As(err, &ue) || ue.Name != "nosuch" {
		t.Errorf("got %v, want an unknown name", err)
	}
	if _, _, err := ParseDecimal("123456789012345678901234567890123456789"); err == nil {
		t.Error("39 digits are a DECIMAL")
	}
}

// TestEvalOwned finds that an owned result outlives the next Eval, in a batch
// whose memory is all given back.
func TestEvalOwned(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.DefaultAllocator)
	defer alloc.AssertSize(t, 0)
	schema := batch.NewSchema(batch.Field{Name: "a", Type: batch.Of(batch.BigInt)})
	build := func(values ...int64) batch.Batch {
		b := batch.NewBuilder(alloc, schema)
		defer b.Close()
		b.Reset(len(values))
		for _, v := range values {
			b.Cols[0].I64 = append(b.Cols[0].I64, v)
			b.EndRow()
		}
		return b.Finish(nil)
	}
	first, second := build(1, 2, 3), build(7, 8, 9)
	defer first.Release()
	defer second.Release()
	for _, source := range []string{"a + 1", "CAST(a + 1 AS BIGINT)", "COALESCE(a + 1, 0)"} {
		n, err := binder{schema}.parse(source)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(n)
		if err != nil {
			t.Fatal(err)
		}
		kept, _ := p.EvalOwned(first)
		p.Eval(second)
		if !slices.Equal(kept.I64, []int64{2, 3, 4}) {
			t.Errorf("%s: kept result is %v", source, kept.I64)
		}
	}
}

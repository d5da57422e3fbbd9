package stdio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/google/go-cmp/cmp"

	"kinesql/connectors"
	"kinesql/connectors/format"
	"kinesql/connectors/format/csv"
	"kinesql/connectors/format/decodetest"
	"kinesql/operators"
	"kinesql/operators/batch"
)

var schema = decodetest.Schema("n BIGINT")

func open(t *testing.T, in io.Reader, options map[string]string) (operators.Source, *decodetest.Faults) {
	t.Helper()
	all := map[string]string{"connector": "stdio", "format": "csv", "header": "false"}
	for k, v := range options {
		all[k] = v
	}
	spec := decodetest.Spec(schema, "", all)
	c := New(in, io.Discard, []format.Format{csv.New()})
	if d, err := c.Describe(spec.Spec); err != nil || !d.Bounded || !d.CanRead || !d.CanWrite || d.MaxSources != 1 {
		t.Fatalf("%+v %v", d, err)
	}
	src, err := c.Source(spec)
	if err != nil {
		t.Fatal(err)
	}
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	faults := &decodetest.Faults{}
	t.Cleanup(func() {
		if err := src.Close(); err != nil {
			t.Error(err)
		}
		alloc.AssertSize(t, 0)
	})
	if err := src.Open(context.Background(), operators.Env{Alloc: alloc, Now: time.Now, Faults: faults, BatchRows: 3}); err != nil {
		t.Fatal(err)
	}
	return src, faults
}

func poll(t *testing.T, src operators.Source) (rows []string, p operators.Polled, err error) {
	t.Helper()
	p, err = src.Poll(context.Background())
	if p.Batch.Record != nil {
		rows = decodetest.Rows(t, p.Batch)
		p.Batch.Release()
	}
	return rows, p, err
}

func TestReadToTheEnd(t *testing.T) {
	text := "1\n2\nx\n4\n5\n" + strings.Repeat("9", 200) + "\n7"
	for name, in := range map[string]io.Reader{
		"at once": strings.NewReader(text), "by bytes": iotest.OneByteReader(strings.NewReader(text)),
		"with the end": iotest.DataErrReader(strings.NewReader(text)),
	} {
		t.Run(name, func(t *testing.T) {
			src, faults := open(t, in, map[string]string{"max_record_bytes": "100"})
			var got []string
			ended := false
			for {
				rows, p, err := poll(t, src)
				got = append(got, rows...)
				ended = ended || p.Ended
				if err == io.EOF {
					break
				} else if err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff([]string{`{"n":1}`, `{"n":2}`, `{"n":4}`, `{"n":5}`, `{"n":7}`}, got); diff != "" || !ended {
				t.Error(diff, ended)
			}
			errors := faults.Errors()
			if len(errors) != 2 || errors[0].Line != 3 || errors[1].Line != 6 || errors[1].Code != operators.CodeTooLong {
				t.Error(faults.Texts())
			}
		})
	}
}

func TestQuietInputReturnsInTime(t *testing.T) {
	in, out := io.Pipe()
	src, _ := open(t, in, nil)
	began := time.Now()
	if rows, p, err := poll(t, src); err != nil || rows != nil || p.Batch.Record != nil {
		t.Fatal(rows, err)
	}
	if waited := time.Since(began); waited > 20*operators.MaxPoll {
		t.Errorf("a poll without rows took %v", waited)
	}
	go func() {
		io.WriteString(out, "1\n2")
		out.Close()
	}()
	var got []string
	for err := error(nil); err != io.EOF; {
		var rows []string
		if rows, _, err = poll(t, src); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		got = append(got, rows...)
	}
	if diff := cmp.Diff([]string{`{"n":1}`, `{"n":2}`}, got); diff != "" {
		t.Error(diff)
	}
}

func TestBrokenInputAndCancelledPoll(t *testing.T) {
	broken := errors.New("broken")
	src, _ := open(t, iotest.ErrReader(broken), nil)
	var err error
	for err == nil {
		_, _, err = poll(t, src)
	}
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	in, out := io.Pipe()
	defer out.Close()
	src, _ = open(t, in, nil)
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(broken)
	if _, err := src.Poll(ctx); !errors.Is(err, broken) {
		t.Error(err)
	}
}

func TestSinkShowsEachBatch(t *testing.T) {
	var out bytes.Buffer
	for name, want := range map[string][2]string{
		"json":  {"{\"n\":1}\n{\"n\":2}\n", "{\"n\":1}\n{\"n\":2}\n"},
		"table": {"┌───┐\n│ n │\n├───┤\n│ 1 │\n│ 2 │\n", "┌───┐\n│ n │\n├───┤\n│ 1 │\n│ 2 │\n└───┘\n"},
	} {
		out.Reset()
		spec := connectors.Spec{Stream: "s", Options: connectors.NewOptions(map[string]string{"format": name}), Schema: schema}
		s, err := New(nil, &out, nil).Sink(connectors.SinkSpec{Spec: spec})
		if err != nil {
			t.Fatal(err)
		}
		b := batch.New(schema, 2, []batch.Vector{{Type: schema.Field(0).Type, Len: 2, I64: []int64{1, 2}}}, batch.Beside{})
		if err := errors.Join(s.Open(context.Background(), operators.Env{}), s.Write(context.Background(), b)); err != nil {
			t.Fatal(err)
		}
		b.Release()
		if out.String() != want[0] {
			t.Errorf("after a batch: %s", out.String())
		}
		handle, err := s.Prepare(context.Background(), 1)
		if err := errors.Join(err, s.Commit(context.Background(), 1, handle), s.Close(), s.Close()); err != nil {
			t.Fatal(err)
		}
		if out.String() != want[1] {
			t.Errorf("at the end: %s", out.String())
		}
	}
	spec := connectors.Spec{Stream: "s", Options: connectors.NewOptions(map[string]string{"format": "tabel"}), Schema: schema}
	if _, err := New(nil, &out, nil).Describe(spec); err == nil || err.Error() != `option "format": unknown format "tabel"` {
		t.Error(err)
	}
}

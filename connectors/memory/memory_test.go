package memory

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"
	"go.uber.org/goleak"

	"kinesql/connectors"
	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/window"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var place = batch.RowOf(batch.Field{Name: "depth", Type: batch.Of(batch.Double)}, batch.Field{Name: "ok", Type: batch.Of(batch.Boolean)})

var schema = batch.NewSchema(
	batch.Field{Name: "k", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "n", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "place", Type: place},
)

func spec(options map[string]string, want ...connectors.Want) connectors.SourceSpec {
	s := connectors.SourceSpec{
		Spec: connectors.Spec{Stream: "s", Options: connectors.NewOptions(options), Schema: schema}, Want: want, Time: -1, Instances: 1,
	}
	var fields []batch.Field
	for _, w := range want {
		fields = append(fields, batch.Field{Name: strings.Join(w.Path, "."), Type: w.Type})
	}
	s.Out = batch.NewSchema(fields...)
	return s
}

func want(t batch.Type, path ...string) connectors.Want { return connectors.Want{Path: path, Type: t} }

// read polls until the end.
func read(t *testing.T, src operators.Source) string {
	t.Helper()
	var out strings.Builder
	for {
		p, err := src.Poll(t.Context())
		if errors.Is(err, io.EOF) {
			return out.String()
		}
		if err != nil {
			t.Fatal(err)
		}
		if p.Batch.Record == nil {
			continue
		}
		if p.MaxTime != window.Min || p.Records != p.Batch.Rows() || p.Bytes == 0 {
			t.Errorf("polled %+v", p)
		}
		out.WriteString(optest.Text(p.Batch))
		p.Batch.Release()
	}
}

func write(t *testing.T, alloc memory.Allocator, s operators.Sink, rows string) error {
	t.Helper()
	b := optest.Rows(alloc, schema, rows)
	defer b.Release()
	return s.Write(t.Context(), b)
}

func TestReadersGetAllThatWritersWrote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
		c := New()
		one := spec(nil, want(batch.Of(batch.Double), "place", "depth"), want(batch.Of(batch.Varchar), "k"))
		all := spec(nil, want(batch.Of(batch.Varchar), "k"), want(batch.Of(batch.BigInt), "n"), want(place, "place"))
		log, err := c.Log(one.Spec)
		if err != nil {
			t.Fatal(err)
		}
		log.Expect(2)
		results := make(chan string, 2)
		for _, sp := range []connectors.SourceSpec{one, all} {
			src, err := c.Source(sp)
			if err != nil {
				t.Fatal(err)
			}
			go func() { results <- read(t, src) }()
		}
		time.Sleep(operators.MaxPoll + time.Millisecond)
		first, _ := c.Sink(connectors.SinkSpec{Spec: one.Spec})
		if err := write(t, alloc, first, "a|1|{\"depth\":1.5,\"ok\":true}\n-D b|NULL|NULL"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if err := errors.Join(first.Close(), first.Close()); err != nil {
			t.Fatal(err)
		}
		second, _ := c.Sink(connectors.SinkSpec{Spec: one.Spec})
		if err := write(t, alloc, second, `c|3|{"depth":null,"ok":false}`); err != nil {
			t.Fatal(err)
		}
		if err := second.Close(); err != nil {
			t.Fatal(err)
		}
		got := map[string]bool{<-results: true, <-results: true}
		for _, want := range []string{
			"+I 1.5|a\n-D NULL|b\nNULL|c\n",
			"+I a|1|{\"depth\":1.5,\"ok\":true}\n-D b|NULL|NULL\nc|3|{\"depth\":null,\"ok\":false}\n",
		} {
			if !got[want] {
				t.Errorf("no reader got\n%s\nthey got %v", want, got)
			}
		}
		c.Close()
		alloc.AssertSize(t, 0)
	})
}

func TestStreamThatNobodyWritesIsEmpty(t *testing.T) {
	src, err := New().Source(spec(nil, want(batch.Of(batch.BigInt), "n")))
	if err != nil {
		t.Fatal(err)
	}
	if got := read(t, src); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestForgottenWritersAreNotWaitedFor(t *testing.T) {
	c := New()
	sp := spec(nil, want(batch.Of(batch.BigInt), "n"))
	log, _ := c.Log(sp.Spec)
	log.Expect(1)
	log.Forget(1)
	src, _ := c.Source(sp)
	if got := read(t, src); got != "" {
		t.Errorf("got %q", got)
	}
}

func TestMaxBytes(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	c := New()
	sp := spec(map[string]string{"max_bytes": "100"})
	if _, err := c.Describe(sp.Spec); err != nil {
		t.Fatal(err)
	}
	s, err := c.Sink(connectors.SinkSpec{Spec: sp.Spec})
	if err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err = write(t, alloc, s, "a|1|NULL"); err != nil {
			break
		}
	}
	if err == nil || !strings.Contains(err.Error(), "stream s is full") || !strings.Contains(err.Error(), "max_bytes") {
		t.Errorf("got %v", err)
	}
	c.Drop("s")
	if err := write(t, alloc, s, "a|1|NULL"); err == nil {
		t.Error("a dropped stream took a row")
	}
	alloc.AssertSize(t, 0)
}

func TestBadSpecs(t *testing.T) {
	c := New()
	for _, sp := range []connectors.SourceSpec{
		spec(nil, want(batch.Of(batch.BigInt), "missing")),
		spec(nil, want(batch.Of(batch.Varchar), "n")),
		spec(nil, want(batch.Of(batch.Double), "place", "height")),
	} {
		if _, err := c.Source(sp); err == nil {
			t.Errorf("%v was accepted", sp.Want)
		}
	}
	for _, sp := range []connectors.Spec{
		{Stream: "s", Options: connectors.NewOptions(nil)},
		{Stream: "s", Options: connectors.NewOptions(map[string]string{"max_bytes": "lots"}), Schema: schema},
	} {
		if _, err := c.Describe(sp); err == nil {
			t.Errorf("%v was accepted", sp)
		}
	}
}

func TestPollEndsWithItsContext(t *testing.T) {
	c := New()
	sp := spec(nil, want(batch.Of(batch.BigInt), "n"))
	log, _ := c.Log(sp.Spec)
	log.Expect(1)
	src, _ := c.Source(sp)
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	if _, err := src.Poll(ctx); !errors.Is(err, cause) {
		t.Errorf("got %v", err)
	}
}

func TestNamesOfWrittenColumnsDoNotCount(t *testing.T) {
	alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
	l := NewLog(batch.NewSchema(batch.Field{Name: "n", Type: batch.Of(batch.Integer)}))
	other := batch.NewSchema(batch.Field{Name: "count", Type: batch.Of(batch.BigInt)})
	b := optest.Rows(alloc, other, "1\n2")
	if err := l.Append(b); err != nil {
		t.Fatal(err)
	}
	b.Release()
	sp := spec(nil, want(batch.Of(batch.Integer), "n"))
	src, err := l.Source(sp)
	if err != nil {
		t.Fatal(err)
	}
	p, err := src.Poll(t.Context())
	if err != nil || optest.Text(p.Batch) != "1\n2\n" || !p.Batch.SQLSchema().Equal(sp.Out) {
		t.Errorf("got %v, %v", p.Batch, err)
	}
	p.Batch.Release()
	text := optest.Rows(alloc, batch.NewSchema(batch.Field{Name: "n", Type: batch.Of(batch.Varchar)}), "1")
	if err := l.Append(text); err == nil || !strings.Contains(err.Error(), "n INTEGER") {
		t.Errorf("got %v", err)
	}
	text.Release()
	l.Close()
	alloc.AssertSize(t, 0)
}

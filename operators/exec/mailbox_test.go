package exec

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/apache/arrow/go/v17/arrow/memory"

	"kinesql/operators"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
	"kinesql/window"
)

func TestFullPortBlocksItsSenderOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
		row := func() item { return item{batch: optest.Rows(alloc, kv, "a|NULL")} }
		m := newMailbox(2, 1)
		sent := make(chan error, 1)
		if err := m.send(0, row()); err != nil {
			t.Fatal(err)
		}
		go func() { sent <- m.send(0, row()) }()
		synctest.Wait()
		if len(sent) > 0 {
			t.Error("a second batch fitted into a full port")
		}
		if err := m.send(1, row()); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_, it, ok, err := m.recv(0)
			if !ok || err != nil {
				t.Fatal(ok, err)
			}
			it.batch.Release()
			synctest.Wait()
		}
		if err := <-sent; err != nil {
			t.Error(err)
		}
		alloc.AssertSize(t, 0)
	})
}

func TestMailboxTakesTurns(t *testing.T) {
	m := newMailbox(2, 100)
	for i := range 3 {
		for port := range 2 {
			if err := m.send(port, item{mark: window.Watermark{At: window.Micros(i)}, ended: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	var got []int
	for range 6 {
		i, _, _, _ := m.recv(0)
		got = append(got, i)
	}
	for i, port := range got {
		if port != i%2 {
			t.Fatalf("ports %v", got)
		}
	}
}

func TestWaitingWatermarkIsReplaced(t *testing.T) {
	m := newMailbox(1, 100)
	mark := func(at window.Micros) item { return item{mark: window.Watermark{At: at}} }
	b := optest.Rows(memory.DefaultAllocator, kv, "a|NULL")
	for _, it := range []item{mark(1), mark(2), {batch: b}, mark(3), mark(4), {ended: true}} {
		if err := m.send(0, it); err != nil {
			t.Fatal(err)
		}
	}
	var got []window.Micros
	for range 4 {
		_, it, _, _ := m.recv(0)
		got = append(got, it.mark.At)
	}
	if want := []window.Micros{2, 0, 4, 0}; [4]window.Micros(got) != [4]window.Micros(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestCancellationFreesEverybody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		alloc := memory.NewCheckedAllocator(memory.NewGoAllocator())
		ctx, cancel := context.WithCancelCause(t.Context())
		m := newMailbox(2, 1)
		defer m.watch(ctx)()
		errs := make(chan error, 2)
		for range 2 {
			go func() { errs <- m.send(0, item{batch: optest.Rows(alloc, kv, "a|NULL")}) }()
		}
		synctest.Wait()
		empty := newMailbox(1, 1)
		defer empty.watch(ctx)()
		go func() {
			_, _, _, err := empty.recv(0)
			errs <- err
		}()
		cause := errors.New("enough")
		cancel(cause)
		var failed int
		for range 3 {
			if err := <-errs; errors.Is(err, cause) {
				failed++
			}
		}
		if failed != 2 {
			t.Errorf("%d were told", failed)
		}
		alloc.AssertSize(t, 0)
	})
}

func TestRecvWaitsSoLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMailbox(1, 1)
		began := time.Now()
		if _, _, ok, err := m.recv(3 * time.Second); ok || err != nil || time.Since(began) != 3*time.Second {
			t.Errorf("ok %v, %v after %s", ok, err, time.Since(began))
		}
	})
}

// alarm is an operator that wants to be called each second.
type alarm struct {
	recorder
	next  time.Time
	began time.Time
}

func (a *alarm) Open(_ context.Context, env operators.Env) error {
	a.began = env.Now()
	a.next = a.began.Add(time.Second)
	return nil
}

func (a *alarm) NextTick() time.Time { return a.next }

func (a *alarm) Tick(ctx context.Context, out operators.Emitter) error {
	a.log.note("tick %s", a.next.Sub(a.began))
	a.next = a.next.Add(time.Second)
	b := optest.Rows(memory.DefaultAllocator, kv, "t|NULL")
	defer b.Release()
	if err := out.Emit(ctx, b); err != nil {
		return err
	}
	if a.next.Sub(a.began) > 3*time.Second {
		return operators.ErrDone
	}
	return nil
}

func TestTicks(t *testing.T) {
	for _, edge := range []func(*operators.Node) operators.Edge{from, gather} {
		synctest.Test(t, func(t *testing.T) {
			p := newPlan()
			src := p.source(nil, &scripted{follow: true})
			op := p.op("op", 1, func(int) operators.Operator { return &alarm{recorder: recorder{log: p.log, name: "op"}} }, edge(src))
			p.sink(from(op))
			began := time.Now()
			if err := Run(t.Context(), &p.Graph, Config{}); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < 3*time.Second || took > 3*time.Second+2*operators.MaxPoll {
				t.Errorf("took %s", took)
			}
			if got := p.fold.String(); got != "t|NULL\nt|NULL\nt|NULL\n" {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// TestPortsOfEdges: an operator with two inputs is told from which one a batch
// comes, also where one of them has two instances.
func TestPortsOfEdges(t *testing.T) {
	p := newPlan()
	left := p.source(nil, &scripted{polls: []poll{{rows: "a|NULL"}}}, &scripted{polls: []poll{{rows: "a|NULL"}}})
	right := p.source(nil, &scripted{polls: []poll{{rows: "b|NULL"}}})
	ports := map[string]int{}
	p.sink(from(p.op("op", 1, func(int) operators.Operator { return &portNoter{ports: ports} }, gather(left), gather(right))))
	if _, err := p.run(t); err != nil {
		t.Fatal(err)
	}
	if ports["a"] != 0 || ports["b"] != 1 || len(ports) != 2 {
		t.Errorf("got %v", ports)
	}
}

type portNoter struct {
	operators.Stateless
	ports map[string]int
}

func (n *portNoter) Process(ctx context.Context, port int, in batch.Batch, out operators.Emitter) error {
	v := in.Vector(0)
	n.ports[string(v.Bytes(0))] = port
	return out.Emit(ctx, in)
}

// TestForwardDealsBatches: a forward edge to more instances gives each its share.
func TestForwardDealsBatches(t *testing.T) {
	p := newPlan()
	src := p.source(nil, &scripted{polls: []poll{{rows: "a|NULL"}, {rows: "b|NULL"}, {rows: "c|NULL"}, {rows: "d|NULL"}}})
	got := make([]map[string]bool, 2)
	p.sink(gather(p.op("op", 2, func(i int) operators.Operator {
		got[i] = map[string]bool{}
		return &keys{seen: got[i]}
	}, from(src))))
	if _, err := p.run(t); err != nil {
		t.Fatal(err)
	}
	if len(got[0]) != 2 || len(got[1]) != 2 {
		t.Errorf("got %v", got)
	}
}

func BenchmarkHop(b *testing.B) {
	m := newMailbox(1, 4096)
	rows := optest.Rows(memory.DefaultAllocator, kv, "a|NULL")
	go func() {
		for {
			_, it, _, err := m.recv(0)
			if err != nil {
				return
			}
			it.batch.Release()
		}
	}()
	for b.Loop() {
		rows.Retain()
		if err := m.send(0, item{batch: rows}); err != nil {
			b.Fatal(err)
		}
	}
	m.close()
}

package shardlog

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// What a process that is to be killed is told.
const (
	killDir   = "KINESQL_KILL_DIR"
	killEpoch = "KINESQL_KILL_EPOCH"
	killMode  = "KINESQL_KILL_MODE"
)

var kills = flag.Int("kills", 20, "processes under load that are killed")

// TestMain is the process that is killed, if it is told so.
func TestMain(m *testing.M) {
	if dir := os.Getenv(killDir); dir != "" {
		fmt.Fprintln(os.Stderr, load(dir, os.Getenv(killEpoch), os.Getenv(killMode)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// openKillLog opens the log of the harness: segments are small, so that many are made and sealed.
func openKillLog(dir string, mode Durability) (*Log, error) {
	keys, err := OpenKeyring(vfs.OS(), filepath.Join(dir, "keys"))
	if err != nil {
		return nil, err
	}
	return Open(dir, Options{Durability: mode, Keys: keys, SegmentBytes: 128 << 10, TailBytes: 64 << 10, SyncInterval: time.Millisecond})
}

// load writes to a log until it is killed, and prints each acknowledgement.
func load(dir, epoch, modeName string) error {
	mode, err := ParseDurability(modeName)
	if err != nil {
		return err
	}
	l, err := openKillLog(dir, mode)
	if err != nil {
		return err
	}
	ids, err := killStreams(l)
	if err != nil {
		return err
	}
	failed := make(chan error)
	var out sync.Mutex
	for i := range 8 {
		w := &killWriter{log: l, id: ids[i%2], name: fmt.Sprintf("e%sw%d", epoch, i), out: &out}
		go func() { failed <- w.run() }()
	}
	for _, id := range ids {
		go func() { failed <- keepResharding(l, id) }()
	}
	return <-failed
}

// killStreams makes the streams where they are not there yet: a plain and an encrypted one.
func killStreams(l *Log) ([]shard.StreamID, error) {
	var ids []shard.StreamID
	for _, name := range []string{"plain", "sealed"} {
		s, err := l.Lookup(scope, name)
		if errors.Is(err, shard.ErrNoStream) {
			in := shard.Stream{Scope: scope, Name: name, Status: shard.Active, Retention: 8760 * time.Hour, Shards: []shard.Shard{{Range: shard.HashRange{End: shard.MaxHash}}}}
			if name == "sealed" {
				in.KeyID = "alias/sealed"
			}
			s, err = l.Create(in)
		}
		if err != nil {
			return nil, err
		}
		ids = append(ids, s.ID)
	}
	return ids, nil
}

// killWriter appends numbered records, some at a time.
type killWriter struct {
	log  *Log
	id   shard.StreamID
	name string
	out  *sync.Mutex
}

const killBatch = 5

func (w *killWriter) run() error {
	for n := 0; ; {
		s, err := w.log.Stream(w.id)
		if err != nil {
			return err
		}
		g := shard.Group{Count: 1 + rand.IntN(killBatch)}
		for i := range s.Shards {
			if sh := &s.Shards[i]; sh.Open() && sh.Range.Contains(shard.HashKey([]byte(w.name))) {
				g.Shard = sh.Index
			}
		}
		for i := range g.Count {
			g.Payload = shard.AppendRecord(g.Payload, []byte(w.name), killData(w.name, n+i))
		}
		groups := []shard.Group{g}
		if err := w.log.Append(context.Background(), w.id, groups); err != nil {
			return err
		}
		if errors.Is(groups[0].Err, shard.ErrShardClosed) {
			continue
		}
		if groups[0].Err != nil {
			return groups[0].Err
		}
		n += g.Count
		w.out.Lock()
		_, err = fmt.Printf("%s %d\n", w.name, n)
		w.out.Unlock()
		if err != nil {
			return err
		}
	}
}

// killData is the data of a record: its number, and bytes that only it has.
func killData(name string, n int) []byte {
	head := fmt.Sprintf("%s %d ", name, n)
	sum := fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(head)))
	return []byte(head + strings.Repeat(sum, 1+n*7%40))
}

// keepResharding splits a stream's only shard and merges the two, over and over.
func keepResharding(l *Log, id shard.StreamID) error {
	for {
		s, err := l.Stream(id)
		if err != nil {
			return err
		}
		var open []uint32
		for i := range s.Shards {
			if s.Shards[i].Open() {
				open = append(open, s.Shards[i].Index)
			}
		}
		to := shard.EvenRanges(2)
		if len(open) == 2 {
			to = shard.EvenRanges(1)
		}
		if _, err := l.Reshard(id, open, to); err != nil {
			return err
		}
		time.Sleep(20 * time.Millisecond) // so that appends are what the load is
	}
}

// TestKill kills processes under load, each at another point, and after each reads all that
// any of them wrote: what was acknowledged once and in order, and at most whole records more.
func TestKill(t *testing.T) {
	dir := t.TempDir()
	acked := map[string]int{}
	for i := range *kills {
		mode := Durability(i % 3)
		killOne(t, dir, i, mode, acked)
		if i%10 == 9 || i == *kills-1 || *kills <= 20 {
			checkKilled(t, dir, acked)
		}
	}
	if r, err := Verify(dir, Inspect{}); err != nil || len(r.Problems) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	total := 0
	for _, n := range acked {
		total += n
	}
	t.Logf("%d records acknowledged by %d processes", total, *kills)
}

// killOne starts a process and kills it after some acknowledgements; sometimes while it starts.
func killOne(t *testing.T, dir string, epoch int, mode Durability, acked map[string]int) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), killDir+"="+dir, fmt.Sprintf("%s=%d", killEpoch, epoch), killMode+"="+mode.String())
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(out)
	wait := rand.IntN(400)
	if epoch%5 == 4 {
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
		wait = 0
	}
	for ; wait > 0; wait-- {
		if !noteAck(t, lines, acked) {
			t.Fatalf("the process ended by itself: %s", stderr.String())
		}
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	for noteAck(t, lines, acked) { // what it said before it died
	}
	if err := cmd.Wait(); err == nil || stderr.Len() > 0 {
		t.Fatalf("the process was not killed: %v %s", err, stderr.String())
	}
}

// noteAck notes a line of a process. One that was cut off by its end says nothing.
func noteAck(t *testing.T, lines *bufio.Reader, acked map[string]int) bool {
	t.Helper()
	line, err := lines.ReadString('\n')
	if err != nil {
		if !errors.Is(err, io.EOF) && !errors.Is(err, os.ErrClosed) {
			t.Fatal(err)
		}
		return false
	}
	var name string
	var n int
	if _, err := fmt.Sscanf(line, "%s %d\n", &name, &n); err != nil {
		t.Fatalf("line %q: %v", line, err)
	}
	acked[name] = n
	return true
}

// checkKilled opens the log and compares it with the acknowledgements.
func checkKilled(t *testing.T, dir string, acked map[string]int) {
	t.Helper()
	l, err := openKillLog(dir, Always)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, s := range l.Streams(shard.Scope{}) {
		for i := range s.Shards { // parents before children
			countKilled(t, l, shard.Ref{Stream: s.ID, Shard: s.Shards[i].Index}, got)
		}
	}
	for name := range acked {
		got[name] += 0 // none of its records may be there
	}
	for name, n := range got {
		if n < acked[name] || n > acked[name]+killBatch {
			t.Errorf("%s: %d records, %d are acknowledged", name, n, acked[name])
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if t.Failed() {
		t.FailNow()
	}
}

// countKilled reads a shard; each writer's records must follow each other from the first on.
func countKilled(t *testing.T, l *Log, ref shard.Ref, got map[string]int) {
	t.Helper()
	for next := uint64(0); ; {
		p, err := l.Read(ref, next, 1000, 1<<20, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range p.Records {
			name := string(r.Key)
			if want := killData(name, got[name]); string(r.Data) != string(want) {
				t.Fatalf("%v: record %d is %q, want %q", ref, r.Counter, r.Data, want)
			}
			got[name]++
		}
		if len(p.Records) == 0 {
			return
		}
		next = p.Next
	}
}

package file

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kinesql/operators"
)

var following = map[string]string{"follow": "true"}

func rename(t *testing.T, dir, from, to string) {
	t.Helper()
	if err := os.Rename(filepath.Join(dir, from), filepath.Join(dir, to)); err != nil {
		t.Fatal(err)
	}
}

func TestFollowGrowsMidLine(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", "a,1\nb,")
	r := mustOpen(t, dir, "a", following)
	same(t, r.until(1), "a:1: a")
	appendTo(t, dir, "a", "2\nc,3")
	same(t, r.until(2), "a:1: a", "a:2: b")
	appendTo(t, dir, "a", "\n")
	same(t, r.until(3), "a:1: a", "a:2: b", "a:3: c")
	if texts := r.faults.Texts(); texts != nil {
		t.Error(texts)
	}
}

func TestFollowWaitsForFileWithinMaxPoll(t *testing.T) {
	dir := t.TempDir()
	r := mustOpen(t, dir, "a", following)
	began := time.Now()
	if err := r.poll(); err != nil || r.polls[0].Batch.Record != nil {
		t.Fatal(err)
	}
	if waited := time.Since(began); waited > 20*operators.MaxPoll {
		t.Errorf("a poll without rows took %v", waited)
	}
	write(t, dir, "a", "a,1\n")
	same(t, r.until(1), "a:1: a")
}

func TestFollowRotation(t *testing.T) {
	for _, path := range []string{"log", "log*"} {
		t.Run(path, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "log", "a,1\n")
			r := mustOpen(t, dir, path, following)
			r.until(1)
			rename(t, dir, "log", "log.1")
			appendTo(t, dir, "log.1", "b,2\nc,3") // written after the rename; the last line is never ended
			write(t, dir, "log", "d,4\ne,5\n")
			same(t, r.until(5), "log:1: a", "log:2: b", "log:3: c", "log:1: d", "log:2: e")
			rename(t, dir, "log", "log.2")
			write(t, dir, "log", "f,6\n")
			same(t, r.until(6)[5:], "log:1: f")
			if texts := r.faults.Texts(); texts != nil {
				t.Error(texts)
			}
		})
	}
}

func TestFollowTruncation(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", "a,1\nb,2\n")
	r := mustOpen(t, dir, "a", following)
	r.until(2)
	write(t, dir, "a", "c,3\n")
	same(t, r.until(3), "a:1: a", "a:2: b", "a:1: c")
}

func TestFollowFromEnd(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", "n,at\na,1\nb,2\nhal")
	r := mustOpen(t, dir, "a", map[string]string{"follow": "true", "start": "end", "header": "true"})
	appendTo(t, dir, "a", "f,3\nc,4\n")
	same(t, r.until(2), "a:4: half", "a:5: c")
	if texts := r.faults.Texts(); texts != nil {
		t.Error(texts)
	}
}

func TestFollowGlobPicksUpNewFiles(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a.log", "a,1\n")
	r := mustOpen(t, dir, "*.log", map[string]string{"follow": "true", "start": "end"})
	write(t, dir, "b.log", "b,2\n")
	write(t, dir, "other", "x,2\n")
	same(t, r.until(1), "b.log:1: b")
	appendTo(t, dir, "a.log", "c,3\n")
	same(t, r.until(2), "b.log:1: b", "a.log:2: c")
	write(t, dir, "c.log", gzipped(t, "d,4\n"))
	same(t, r.until(3)[2:], "c.log:1: d")
	r.until(3)
	if n := r.src.(operators.Splitter).Splits(); n != 3 || r.src.(operators.Splitter).InTurn() {
		t.Errorf("%d splits, want 3", n)
	}
}

func TestFollowLongLineIsBounded(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "a", strings.Repeat("x", 1000))
	r := mustOpen(t, dir, "a", map[string]string{"follow": "true", "max_record_bytes": "100"})
	for range 3 {
		if err := r.poll(); err != nil {
			t.Fatal(err)
		}
	}
	appendTo(t, dir, "a", "y\nb,2\n")
	same(t, r.until(1), "a:2: b")
	if errors := r.faults.Errors(); len(errors) != 1 || errors[0].Code != operators.CodeTooLong {
		t.Error(r.faults.Texts())
	}
}

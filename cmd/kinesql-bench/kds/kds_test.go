package kds

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kinesql/operators/vfs"
)

// put is a body as a server reads it.
type putBody struct {
	StreamName string
	Records    []struct {
		Data         []byte
		PartitionKey string
	}
}

func TestBodiesNameTheirRecords(t *testing.T) {
	l := newLoad("s", 3, 4, 100)
	for b, text := range l.bodies {
		var body putBody
		if err := json.Unmarshal(text, &body); err != nil {
			t.Fatal(err)
		}
		for r, rec := range body.Records {
			gotB, gotR, err := name(rec.Data)
			if err != nil || gotB != b || gotR != r || len(rec.Data) != 100 || !json.Valid(rec.Data) {
				t.Errorf("body %d, record %d: %q is record %d of body %d, %v", b, r, rec.Data, gotR, gotB, err)
			}
		}
	}
}

func TestCountTellsWhatWasNotSent(t *testing.T) {
	l := newLoad("s", 1, 2, 100)
	seen := make([]int64, 2)
	if err := l.count(seen, l.records[0][1]); err != nil || seen[1] != 1 {
		t.Errorf("got %v, %v", seen, err)
	}
	changed := bytes.Replace(l.records[0][1], []byte(`"pad":"`), []byte(`"pad":"!`), 1)
	for _, bad := range [][]byte{changed, []byte("x"), recordData(7, 0, 100)} {
		if err := l.count(seen, bad); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
}

func TestStampsComeBack(t *testing.T) {
	at := time.Unix(1_700_000_000, 123_456_789)
	body := newLoad("s", 1, 3, 100).bodies[0]
	restamp(body, stamp(at))
	var got putBody
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatal(err)
	}
	for _, r := range got.Records {
		text := base64.StdEncoding.EncodeToString(r.Data)
		if back, err := unstamp([]byte(text[stampOffset : stampOffset+stampSize])); err != nil || !back.Equal(at) {
			t.Errorf("%q: got %s, %v", r.Data, back, err)
		}
	}
}

func TestMedianAndComparison(t *testing.T) {
	mine := median([]Row{{Workload: "w", System: "kinesql", CPUMicros: 3}, {CPUMicros: 1}, {CPUMicros: 2}})
	if mine.CPUMicros != 2 || mine.Runs != 3 {
		t.Errorf("got %+v", mine)
	}
	rows := []Row{mine, {Workload: "w", System: "peer", CPUMicros: 100}, {Workload: "other", System: "peer", CPUMicros: 8}}
	compare(rows)
	if !strings.Contains(rows[0].Note, "50 times the records/s per CPU of peer") || strings.Contains(rows[0].Note, "4 times") {
		t.Errorf("got %q", rows[0].Note)
	}
}

func TestSparseFilesHoldWhatWasWritten(t *testing.T) {
	path := filepath.Join(t.TempDir(), "f")
	f, err := (sparse{vfs.OS()}).OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	want := make([]byte, 20*block)
	copy(want[100:], "head")
	copy(want[7*block-2:], "across")
	copy(want[len(want)-3:], "end")
	if err := f.Preallocate(int64(len(want))); err != nil {
		t.Fatal(err)
	}
	for at := 0; at < len(want); {
		n := min(len(want)-at, 3*block+17)
		if wrote, err := f.WriteAt(want[at:at+n], int64(at)); err != nil || wrote != n {
			t.Fatal(wrote, err)
		}
		at += n
	}
	if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
		t.Errorf("the file differs from what was written: %v", err)
	}
}

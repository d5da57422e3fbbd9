package shardlog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"syscall"
	"testing"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

func openKeyring(t *testing.T, fsys vfs.FS) *Keyring {
	t.Helper()
	k, err := OpenKeyring(fsys, "/data/keys")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func keyDisk(t *testing.T) *vfs.Mem {
	t.Helper()
	m := vfs.NewMem()
	if err := errors.Join(m.MkdirAll("/data", 0o755), m.SyncDir("/")); err != nil {
		t.Fatal(err)
	}
	return m
}

func seal(t *testing.T, k *Keyring, key, payload, identity string) []byte {
	t.Helper()
	b, err := k.Seal([]byte("before"), key, []byte(payload), []byte(identity))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.TrimPrefix(b, []byte("before"))
}

func wantOpened(t *testing.T, k *Keyring, sealed []byte, identity, want string) {
	t.Helper()
	got, err := k.Open([]byte("x"), sealed, []byte(identity))
	if err != nil || string(got) != "x"+want {
		t.Fatalf("opened %q, %v; want %q", got, err, want)
	}
}

func TestKeyringOpensWhatItSealed(t *testing.T) {
	m := keyDisk(t)
	k := openKeyring(t, m)
	a, b := seal(t, k, "alias/a", "secret words", "id1"), seal(t, k, "alias/b", "", "id2")
	if bytes.Contains(a, []byte("secret")) {
		t.Fatal("sealed in plain")
	}
	for _, k := range []*Keyring{k, openKeyring(t, m), openKeyring(t, m.Crash(nil))} {
		wantOpened(t, k, a, "id1", "secret words")
		wantOpened(t, k, b, "id2", "")
		if _, err := k.Open(nil, a, []byte("id2")); !errors.Is(err, ErrKey) {
			t.Fatalf("opened under another identity: %v", err)
		}
	}
	info, err := m.Stat("/data/keys/master.key")
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("%v, %v", info, err)
	}
}

func TestKeyringNoticesEveryChangedByte(t *testing.T) {
	k := openKeyring(t, keyDisk(t))
	sealed := seal(t, k, "a", "payload", "id")
	for i := range sealed {
		bad := bytes.Clone(sealed)
		bad[i] ^= 1
		if got, err := k.Open(nil, bad, []byte("id")); !errors.Is(err, ErrKey) {
			t.Fatalf("byte %d: opened %q, %v", i, got, err)
		}
		if _, err := k.Open(nil, sealed[:i], []byte("id")); !errors.Is(err, ErrKey) {
			t.Fatalf("cut at byte %d: %v", i, err)
		}
	}
}

// TestNoncesAreUsedOnce seals in many processes and goroutines.
func TestNoncesAreUsedOnce(t *testing.T) {
	m := keyDisk(t)
	var mu sync.Mutex
	seen := map[string]bool{}
	for range 5 {
		k := openKeyring(t, m)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				for range 50 {
					b, err := k.Seal(nil, "a", []byte("same"), nil)
					mu.Lock()
					if err != nil || seen[string(b[:sealedHead])] {
						t.Errorf("a nonce comes again, or %v", err)
					}
					seen[string(b[:sealedHead])] = true
					mu.Unlock()
				}
			})
		}
		wg.Wait()
	}
	if len(seen) != 5*4*50 {
		t.Fatalf("%d nonces", len(seen))
	}
}

func TestSessionEndsBeforeItsNonces(t *testing.T) {
	k := openKeyring(t, keyDisk(t))
	one := seal(t, k, "a", "1", "")
	k.sealers["a"].counter = math.MaxUint32
	two, three := seal(t, k, "a", "2", ""), seal(t, k, "a", "3", "")
	if bytes.Equal(two[5:21], three[5:21]) || !bytes.Equal(one[5:21], two[5:21]) {
		t.Fatal("want a new salt after 2^32 payloads, and not before")
	}
	wantOpened(t, k, three, "", "3")
}

func TestWrongOrMissingMasterKey(t *testing.T) {
	m := keyDisk(t)
	sealed := seal(t, openKeyring(t, m), "a", "payload", "")
	right, err := vfs.ReadFile(m, "/data/keys/master.key")
	if err != nil {
		t.Fatal(err)
	}
	other := vfs.NewMem()
	if err := other.MkdirAll("/data", 0o755); err != nil {
		t.Fatal(err)
	}
	seal(t, openKeyring(t, other), "a", "", "")
	wrong, err := vfs.ReadFile(other, "/data/keys/master.key")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		file []byte
		want string
	}{
		{nil, "/data/keys/master.key is missing, and records are encrypted under it: put the file back"},
		{wrong, "/data/keys/master.key is not the master key that /data/keys/data.json was written under: put the right file back"},
		{[]byte("hunter2"), "/data/keys/master.key holds no master key"},
	} {
		if err := m.Remove("/data/keys/master.key"); err != nil {
			t.Fatal(err)
		}
		if c.file != nil {
			if err := vfs.WriteFile(m, "/data/keys/master.key", c.file, 0o600); err != nil {
				t.Fatal(err)
			}
		}
		_, err := OpenKeyring(m, "/data/keys")
		if !errors.Is(err, ErrKey) || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("error %v, want %s", err, c.want)
		}
		if err := vfs.WriteFile(m, "/data/keys/master.key", right, 0o600); err != nil {
			t.Fatal(err)
		}
		wantOpened(t, openKeyring(t, m), sealed, "", "payload")
	}
}

func TestDamagedDataKeys(t *testing.T) {
	m := keyDisk(t)
	seal(t, openKeyring(t, m), "a", "payload", "")
	f, err := m.OpenFile("/data/keys/data.json", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteAt([]byte("x"), 30); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenKeyring(m, "/data/keys"); err == nil || !strings.Contains(err.Error(), "/data/keys/data.json: its checksum") {
		t.Fatalf("error %v", err)
	}
}

func TestFullDiskMakesNoKey(t *testing.T) {
	m := keyDisk(t)
	k := openKeyring(t, m)
	remove := m.Inject(vfs.Fault{Op: vfs.OpWrite, Err: syscall.ENOSPC})
	if _, err := k.Seal(nil, "a", []byte("p"), nil); !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), `key "a"`) {
		t.Fatalf("error %v", err)
	}
	remove()
	wantOpened(t, k, seal(t, k, "a", "p", ""), "", "p")
}

// TestKeysSurviveCrashes stops the machine at each step of making a second key.
func TestKeysSurviveCrashes(t *testing.T) {
	for seed := range uint64(300) {
		m := keyDisk(t)
		first := openKeyring(t, m)
		m.CrashAt(1 + int(seed%20))
		type kept struct {
			sealed []byte
			text   string
		}
		var acked []kept
		for i := range 3 {
			text := fmt.Sprint("payload ", i)
			if b, err := first.Seal(nil, fmt.Sprint("key", i), []byte(text), nil); err == nil {
				acked = append(acked, kept{b, text})
			}
		}
		after := m.Crash(rand.New(rand.NewPCG(seed, 7)))
		k, err := OpenKeyring(after, "/data/keys")
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		for _, a := range acked {
			wantOpened(t, k, a.sealed, "", a.text)
		}
	}
}

func TestKeyringWithoutKeysTouchesNothing(t *testing.T) {
	m := keyDisk(t)
	openKeyring(t, m)
	if _, err := m.Stat("/data/keys"); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("error %v", err)
	}
}

func FuzzKeyringOpen(f *testing.F) {
	k, err := OpenKeyring(vfs.NewMem(), "/keys")
	if err != nil {
		f.Fatal(err)
	}
	good, err := k.Seal(nil, "a", []byte("payload"), nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add(good[:sealedHead])
	f.Fuzz(func(t *testing.T, sealed []byte) {
		got, err := k.Open(nil, sealed, nil)
		if err == nil && !bytes.Equal(sealed, good) {
			t.Fatalf("opened %q", got)
		}
	})
}

// TestEncryptedRecordsAreNotOnTheDisk starts and stops encryption on a stream that is in use.
func TestEncryptedRecordsAreNotOnTheDisk(t *testing.T) {
	m := keyDisk(t)
	l, err := Open("/data", Options{FS: m, Keys: openKeyring(t, m), TailBytes: 1, RetainInterval: -1})
	if err != nil {
		t.Fatal(err)
	}
	s := createStream(t, l, "a", 1)
	for i, key := range []string{"", "alias/a", ""} {
		if _, err := l.Update(s.ID, func(s *shard.Stream) error { s.KeyID = key; return nil }); err != nil {
			t.Fatal(err)
		}
		put(t, l, s.ID, group(0, fmt.Sprintf("words-%d", i)))
	}
	if got := readAll(t, l, shard.Ref{Stream: s.ID}, 0); strings.Join(got, " ") != "words-0 words-1 words-2" {
		t.Fatalf("read %q", got)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := vfs.ReadFile(m, "/data/log/"+segmentName(1))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Contains(b, []byte("words-0")) || bytes.Contains(b, []byte("words-1")) || !bytes.Contains(b, []byte("words-2")) {
		t.Fatal("want what was written while encryption was on to be hidden, and no more")
	}
}

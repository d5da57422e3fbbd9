package clienttest

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/gofrs/flock"
)

var built = struct {
	sync.Once
	path, failure string
}{}

// Binary builds kinesql from this checkout, once a process, and returns its path.
// The file lives in the cache, so that a build without changes costs nothing.
func Binary(t testing.TB) string {
	t.Helper()
	built.Do(func() {
		path := filepath.Join(Cache(t, "bin"), "kinesql")
		unlock := lock(t, path+".lock")
		defer unlock()
		cmd := exec.Command("go", "build", "-o", path, "./cmd/kinesql")
		cmd.Dir = root(t)
		if out, err := cmd.CombinedOutput(); err != nil {
			built.failure = "go build ./cmd/kinesql: " + err.Error() + "\n" + string(out)
		}
		built.path = path
	})
	if built.failure != "" {
		t.Fatal(built.failure)
	}
	return built.path
}

// Cache returns a folder that outlives the test run, made if it is missing, under
// the user's cache folder (XDG_CACHE_HOME or ~/.cache).
func Cache(t testing.TB, name string) string {
	t.Helper()
	base, err := os.UserCacheDir()
	if err != nil {
		t.Fatalf("no folder for caches: %v; set XDG_CACHE_HOME", err)
	}
	dir := filepath.Join(base, "kinesql-clients", name)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// lock waits until no other test process works on what path guards.
func lock(t testing.TB, path string) (unlock func()) {
	t.Helper()
	l := flock.New(path)
	if err := l.Lock(); err != nil {
		t.Fatal(err)
	}
	return func() { _ = l.Unlock() }
}

// root is the folder of this checkout's go.mod.
func root(t testing.TB) string {
	t.Helper()
	out, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(strings.TrimSpace(string(out)))
}

package oracle

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/lockedfile"
)

// remedy is what to do when the DuckDB program cannot be built.
const remedy = "DuckDB needs cgo: install a C and C++ compiler (apt-get install g++, or xcode-select --install), " +
	"leave CGO_ENABLED unset, and let the Go module proxy be reachable on first use"

// Binary returns the path of the DuckDB program, which it builds where the
// user's cache does not have it yet. The checkout of the sources is found from
// the current directory or from where this package was compiled.
func Binary(ctx context.Context) (string, error) {
	root, err := Root()
	if err != nil {
		return "", err
	}
	src := filepath.Join(root, "cmd", "internal", "duckdb")
	id, err := fingerprint(src)
	if err != nil {
		return "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		cache = os.TempDir()
	}
	dir := filepath.Join(cache, "kinesql-duckdb")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", fmt.Errorf("make a folder for the duckdb program: %w", err)
	}
	unlock, err := lockedfile.MutexAt(filepath.Join(dir, "lock")).Lock()
	if err != nil {
		return "", fmt.Errorf("lock %s: %w", dir, err)
	}
	defer unlock()
	path := filepath.Join(dir, "duckdb-"+id+executable())
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	return path, build(ctx, src, path)
}

func executable() string {
	if runtime.GOOS == "windows" {
		return ".exe"
	}
	return ""
}

// build compiles the nested module to path, which appears only when complete.
func build(ctx context.Context, src, path string) error {
	part := path + ".part"
	defer os.Remove(part) // of no effect once it is renamed
	cmd := exec.CommandContext(ctx, "go", "build", "-C", src, "-tags", "no_duckdb_arrow", "-o", part, ".")
	Gently(cmd)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=1", "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build the duckdb program in %s: %w\n%s%s", src, err, out, remedy)
	}
	return os.Rename(part, path)
}

// Gently makes the end of a command's context interrupt the command, so that it
// can end its own children, and kill it only when it takes longer than that.
func Gently(cmd *exec.Cmd) {
	cmd.Cancel = func() error {
		if cmd.Process.Signal(os.Interrupt) == nil {
			return nil
		}
		return cmd.Process.Kill()
	}
	cmd.WaitDelay = 5 * time.Second
}

// Root returns the folder of KineSQL's go.mod: the nearest above the current
// directory, or else above the source of this package.
func Root() (string, error) {
	starts := []string{}
	if wd, err := os.Getwd(); err == nil {
		starts = append(starts, wd)
	}
	if _, file, _, ok := runtime.Caller(0); ok && filepath.IsAbs(file) {
		starts = append(starts, filepath.Dir(file))
	}
	for _, dir := range starts {
		for ; ; dir = filepath.Dir(dir) {
			if isRoot(dir) {
				return dir, nil
			}
			if dir == filepath.Dir(dir) {
				break
			}
		}
	}
	return "", errors.New("no checkout of kinesql found: run this inside one")
}

func isRoot(dir string) bool {
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && strings.HasPrefix(string(text), "module kinesql\n")
}

// fingerprint names the build by its sources and the Go version.
func fingerprint(src string) (string, error) {
	files, err := filepath.Glob(filepath.Join(src, "*"))
	if err != nil || len(files) == 0 {
		return "", fmt.Errorf("no sources of the duckdb program in %s", src)
	}
	h := sha256.New()
	fmt.Fprintln(h, runtime.Version(), runtime.GOOS, runtime.GOARCH)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return "", fmt.Errorf("read the sources of the duckdb program: %w", err)
		}
		fmt.Fprintln(h, filepath.Base(f), len(text))
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil)[:8]), nil
}

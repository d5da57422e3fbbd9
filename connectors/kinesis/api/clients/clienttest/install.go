package clienttest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// Install fills the cache folder name once for each content of the manifests, which
// pin what is installed; fill runs in an empty folder. A run that was cut short
// leaves no mark and is done again.
func Install(t testing.TB, name string, manifests []string, fill func(dir string)) string {
	t.Helper()
	sum := sha256.New()
	for _, m := range manifests {
		b, err := os.ReadFile(m)
		if err != nil {
			t.Fatal(err)
		}
		sum.Write(b)
	}
	dir := filepath.Join(Cache(t, name), hex.EncodeToString(sum.Sum(nil))[:16])
	defer lock(t, dir+".lock")()
	done := filepath.Join(dir, ".installed")
	if _, err := os.Stat(done); err == nil {
		return dir
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	fill(dir)
	if err := os.WriteFile(done, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Command is a process that a suite runs to its end.
type Command struct {
	Dir  string
	Env  []string // beyond the environment of the test, from which AWS_ variables are taken
	Args []string
}

// Output runs the command, fails the test if the command fails, and returns what it
// wrote to standard output.
func (c Command) Output(t testing.TB) string {
	t.Helper()
	stdout, stderr, err := c.Run(t)
	if err != nil {
		t.Fatalf("%v: %v\n%s%s", c.Args, err, stdout, stderr)
	}
	return stdout
}

// endWithin is how long a command may take: installing is the longest.
const endWithin = 4 * time.Minute

// Run runs the command and returns what it wrote.
func (c Command) Run(t testing.TB) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), endWithin)
	defer cancel()
	cmd := exec.CommandContext(ctx, c.Args[0], c.Args[1:]...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = c.Dir, &out, &errs
	cmd.Env = append(plainEnv(), c.Env...)
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// CopyFiles copies files into dir under their base names: languages that look for
// their modules beside the source run from the cache.
func CopyFiles(t testing.TB, dir string, files ...string) {
	t.Helper()
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(f)), b, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

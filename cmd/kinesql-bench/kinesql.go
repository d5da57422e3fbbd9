package main

import (
	"context"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"kinesql/cmd/internal/oracle"
)

// The systems' names in results.
const (
	systemKineSQL = "kinesql"
	systemDuckDB  = "duckdb"
)

// buildKineSQL compiles the kinesql binary of this checkout into dir.
func buildKineSQL(ctx context.Context, dir string) (string, error) {
	root, err := oracle.Root()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "kinesql")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-C", root, "-o", path, "./cmd/kinesql")
	oracle.Gently(cmd)
	cmd.Env = append(os.Environ(), "GOTMPDIR="+dir) // goes with dir, however the build ends
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build kinesql: %w\n%s", err, out)
	}
	return path, nil
}

// versionOf is the commit that Go stamped into a binary and whether the checkout
// was changed; for a binary without a stamp (go run) the commit of the checkout.
func versionOf(binary string) string {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return "unknown"
	}
	var revision, dirty string
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	if revision == "" {
		return checkedOut(info.Main.Version)
	}
	return revision + dirty
}

// checkedOut is the commit of the checkout, or other if git cannot tell.
func checkedOut(other string) string {
	root, err := oracle.Root()
	if err != nil {
		return other
	}
	out, err := exec.Command("git", "-C", root, "describe", "--always", "--abbrev=12", "--dirty=+changes").Output()
	if err != nil {
		return other
	}
	return strings.TrimSpace(string(out))
}

// kinesqlSubject measures `kinesql run` of a script; what it prints is dropped.
func kinesqlSubject(binary, script string) subject {
	return subject{system: systemKineSQL, version: versionOf(binary), run: func(ctx context.Context) (figure, error) {
		null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
		if err != nil {
			return figure{}, err
		}
		defer null.Close()
		cmd := exec.CommandContext(ctx, binary, "run", "--format", "jsonl", script)
		cmd.Stdout = null
		return measure(cmd)
	}}
}

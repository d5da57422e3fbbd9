package kds

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// The versions of the peers, from the npm registry.
const (
	kinesaliteVersion   = "3.3.3"
	kinesisLocalVersion = "0.6.2"
)

// startKineSQL runs the given binary on a new folder within dir.
func startKineSQL(ctx context.Context, binary, dir string, more ...string) (*process, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	if dir, err = os.MkdirTemp(dir, "kinesql-"); err != nil {
		return nil, err
	}
	return openKineSQL(ctx, binary, dir, port, more...)
}

// openKineSQL runs the given binary on a folder.
func openKineSQL(ctx context.Context, binary, dir string, port int, more ...string) (*process, error) {
	args := append([]string{"serve", "--listen", fmt.Sprintf("127.0.0.1:%d", port), "--data-dir", dir}, more...)
	p := &process{name: "kinesql", version: "this tree", url: fmt.Sprintf("http://127.0.0.1:%d", port), cmd: exec.Command(binary, args...), dir: dir}
	return p, p.start(ctx)
}

// startKinesalite runs kinesalite, in memory.
func startKinesalite(ctx context.Context) (*process, error) {
	dir, err := npm(ctx, "kinesalite", kinesaliteVersion)
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command("node", filepath.Join(dir, "node_modules", "kinesalite", "cli.js"), "--port", strconv.Itoa(port), "--createStreamMs", "0")
	p := &process{name: "kinesalite", version: kinesaliteVersion, url: fmt.Sprintf("http://127.0.0.1:%d", port), cmd: cmd}
	return p, p.start(ctx)
}

// startKinesisLocal runs kinesis-local (kinesis-mock), in memory.
func startKinesisLocal(ctx context.Context) (*process, error) {
	dir, err := npm(ctx, "kinesis-local", kinesisLocalVersion)
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	tls, err := freePort()
	if err != nil {
		return nil, err
	}
	home := filepath.Join(dir, "node_modules", "kinesis-local")
	cmd := exec.Command("node", "main.js")
	cmd.Dir = home // it looks for its certificate there
	cmd.Env = append(os.Environ(), fmt.Sprintf("KINESIS_MOCK_PLAIN_PORT=%d", port), fmt.Sprintf("KINESIS_MOCK_TLS_PORT=%d", tls), "LOG_LEVEL=ERROR")
	p := &process{name: "kinesis-local", version: kinesisLocalVersion, url: fmt.Sprintf("http://127.0.0.1:%d", port), cmd: cmd}
	return p, p.start(ctx)
}

// npm returns a folder in the user's cache in which a package is installed.
func npm(ctx context.Context, pkg, version string) (string, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir := filepath.Join(cache, "kinesql-bench", pkg+"-"+version)
	if _, err := os.Stat(filepath.Join(dir, "node_modules", pkg)); err == nil {
		return dir, nil
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, "npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", dir, pkg+"@"+version)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("install %s (npm is needed for this peer): %w: %s", pkg, err, strings.TrimSpace(string(out)))
	}
	return dir, nil
}

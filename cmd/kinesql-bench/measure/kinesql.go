package measure

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

// Build compiles the kinesql binary of this checkout into dir.
func Build(ctx context.Context, dir string) (string, error) {
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

// Version is the commit that Go stamped into a binary and whether the checkout
// was changed; for a binary without a stamp (go run) the commit of the checkout.
func Version(binary string) string {
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

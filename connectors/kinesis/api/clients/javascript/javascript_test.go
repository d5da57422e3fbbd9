//go:build clients

package javascript

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"kinesql/connectors/kinesis/api/clients/clienttest"
)

// modules returns the folder with the suite's modules and sources. Node finds
// modules beside the sources, so these are copied there.
func modules(t *testing.T) string {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%v: install Node.js 20 or later (Debian: apt-get install nodejs npm)", err)
		}
	}
	dir := clienttest.Install(t, "javascript", []string{"package.json", "package-lock.json"}, func(dir string) {
		clienttest.CopyFiles(t, dir, "package.json", "package-lock.json")
		clienttest.Command{Dir: dir, Args: []string{"npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"}}.Output(t)
	})
	sources, err := filepath.Glob("*.mjs")
	if err != nil {
		t.Fatal(err)
	}
	clienttest.CopyFiles(t, dir, sources...)
	return dir
}

var counts = regexp.MustCompile(`(?m)^# (pass|fail|cancelled|skipped|todo) (\d+)$`)

// suite runs test files under node's runner and wants all of their tests to pass.
func suite(t *testing.T, want string, env []string, files ...string) {
	t.Helper()
	args := append([]string{"node", "--test", "--test-concurrency=1", "--test-reporter=tap"}, files...)
	out := clienttest.Command{Dir: modules(t), Env: env, Args: args}.Output(t)
	for _, m := range counts.FindAllStringSubmatch(out, -1) {
		if m[1] == "pass" && m[2] != want || m[1] != "pass" && m[2] != "0" {
			t.Errorf("node counted %s %s, want %s to pass and nothing else\n%s", m[2], m[1], want, out)
		}
	}
	if !strings.Contains(out, "\n# pass "+want+"\n") {
		t.Errorf("node did not count %s tests:\n%s", want, out)
	}
}

// TestPlain speaks HTTP/2 with prior knowledge to the plain port: the SDK knows no
// other way.
func TestPlain(t *testing.T) {
	s := clienttest.Start(t)
	suite(t, "9", []string{"KINESIS_ENDPOINT=" + s.URL}, "kinesis.test.mjs", "subscribe.test.mjs")
}

// TestTLS negotiates HTTP/2 and checks the server's certificate.
func TestTLS(t *testing.T) {
	s := clienttest.Start(t)
	suite(t, "9", []string{"KINESIS_ENDPOINT=" + s.TLSURL, "NODE_EXTRA_CA_CERTS=" + s.Certificate(t)}, "kinesis.test.mjs", "subscribe.test.mjs")
}

// TestSignatures signs for a server that checks.
func TestSignatures(t *testing.T) {
	s := clienttest.StartWithKeys(t)
	suite(t, "9", []string{"KINESIS_ENDPOINT=" + s.URL, "KINESIS_SIGNATURES=required"}, "kinesis.test.mjs", "subscribe.test.mjs")
}

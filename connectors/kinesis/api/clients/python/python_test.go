//go:build clients

package python

import (
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"kinesql/connectors/kinesis/api/clients/clienttest"
)

// environment returns the Python of a virtual environment with what the suite needs.
func environment(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("python3"); err != nil {
		t.Fatalf("%v: install Python 3 (Debian: apt-get install python3 python3-venv)", err)
	}
	dir := clienttest.Install(t, "python", []string{"requirements.txt"}, func(dir string) {
		manifest, err := filepath.Abs("requirements.txt")
		if err != nil {
			t.Fatal(err)
		}
		clienttest.Command{Dir: dir, Args: []string{"python3", "-m", "venv", "venv"}}.Output(t)
		clienttest.Command{Dir: dir, Args: []string{"venv/bin/python", "-m", "pip", "install", "--quiet", "-r", manifest}}.Output(t)
	})
	return filepath.Join(dir, "venv", "bin", "python")
}

var ran = regexp.MustCompile(`(?m)^Ran (\d+) tests? in .*\n\nOK$`)

// suite runs test modules and wants all of their tests to pass, none skipped.
func suite(t *testing.T, want string, env []string, modules ...string) {
	t.Helper()
	args := append([]string{environment(t), "-B", "-m", "unittest", "-v"}, modules...)
	stdout, stderr, err := clienttest.Command{Env: env, Args: args}.Run(t)
	m := ran.FindStringSubmatch(stderr)
	if err != nil || m == nil || m[1] != want {
		t.Errorf("python: %v; want %s tests to pass\n%s%s", err, want, stdout, stderr)
	}
}

func TestPlain(t *testing.T) {
	s := clienttest.Start(t)
	suite(t, "18", []string{"KINESIS_ENDPOINT=" + s.URL}, "test_boto3", "test_cli")
}

// TestTLS checks the server's certificate.
func TestTLS(t *testing.T) {
	s := clienttest.Start(t)
	suite(t, "9", []string{"KINESIS_ENDPOINT=" + s.TLSURL, "AWS_CA_BUNDLE=" + s.Certificate(t)}, "test_boto3")
}

// TestSignatures signs for a server that checks.
func TestSignatures(t *testing.T) {
	s := clienttest.StartWithKeys(t)
	suite(t, "18", []string{"KINESIS_ENDPOINT=" + s.URL, "KINESIS_SIGNATURES=required"}, "test_boto3", "test_cli")
}

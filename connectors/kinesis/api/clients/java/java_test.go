//go:build java

package java

import (
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kinesql/connectors/kinesis/api/clients/clienttest"
)

const sources = "src/main/java/kinesql"

// classpath compiles the suites and returns where they and what they use are.
func classpath(t *testing.T) string {
	t.Helper()
	for _, tool := range []string{"java", "mvn"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Fatalf("%v: install a JDK and Maven (Debian: apt-get install default-jdk-headless maven)", err)
		}
	}
	files, err := filepath.Glob(sources + "/*.java")
	if err != nil {
		t.Fatal(err)
	}
	dir := clienttest.Install(t, "java", append(files, "pom.xml"), func(dir string) {
		if err := os.MkdirAll(filepath.Join(dir, sources), 0o755); err != nil {
			t.Fatal(err)
		}
		clienttest.CopyFiles(t, dir, "pom.xml")
		clienttest.CopyFiles(t, filepath.Join(dir, sources), files...)
		clienttest.Command{Dir: dir, Args: []string{"mvn", "-q", "-B", "compile", "dependency:build-classpath", "-Dmdep.outputFile=classpath"}}.Output(t)
	})
	list, err := os.ReadFile(filepath.Join(dir, "classpath"))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "target", "classes") + ":" + strings.TrimSpace(string(list))
}

// suite runs a class and wants it to say that it passed what it is to prove.
func suite(t *testing.T, passed []string, class string, args ...string) {
	t.Helper()
	words := append([]string{"java", "-Xmx512m", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-cp", classpath(t), "kinesql." + class}, args...)
	stdout, stderr, err := clienttest.Command{Args: words}.Run(t)
	for _, p := range passed {
		if err != nil || !strings.Contains(stdout, "PASS "+p+"\n") {
			t.Fatalf("%s %v: %v; %s did not pass\n%s%s", class, args, err, p, stdout, stderr)
		}
	}
}

func TestSDKPriorKnowledge(t *testing.T) {
	sdk(t, clienttest.Start(t).URL, "2", "any")
}

func TestSDKTLS(t *testing.T) {
	sdk(t, clienttest.StartWithKeys(t).TLSURL, "2", "required")
}

func TestSDKHTTP1(t *testing.T) {
	sdk(t, clienttest.StartWithKeys(t).URL, "1", "required")
}

func sdk(t *testing.T, args ...string) {
	t.Helper()
	suite(t, []string{"records", "errors", "signatures", "subscription"}, "SdkSuite", args...)
}

func TestKCLPolling(t *testing.T) { kcl(t, "polling") }

func TestKCLFanOut(t *testing.T) { kcl(t, "fanout") }

// TestKPL puts records that the Kinesis Producer Library has aggregated and signed, and
// counts them in SQL.
func TestKPL(t *testing.T) {
	s := clienttest.StartWithKeys(t)
	suite(t, []string{"producer"}, "KplSuite", s.TLSURL, "produced", t.TempDir())
	query := `CREATE STREAM produced (line VARCHAR) WITH (connector='kinesis', endpoint='` + s.URL + `', bounded='true', format='regex', pattern='(?P<line>.*)');
		SELECT COUNT(*), COUNT(DISTINCT line), COUNT(DISTINCT SHARD_ID), COUNT(DISTINCT SEQUENCE_NUMBER) < 1000 FROM produced`
	out := clienttest.Command{Args: []string{clienttest.Binary(t), "sql", "--quiet", "--format", "csv", "-c", query}}.Output(t)
	if rows := strings.Split(strings.TrimSpace(out), "\n"); rows[len(rows)-1] != "1000,1000,2,true" {
		t.Errorf("SQL counts %q", out)
	}
}

func kcl(t *testing.T, how string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	suite(t, []string{how}, "KclSuite", clienttest.Start(t).URL, how, port)
}

package main

import (
	"context"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the scripts run this binary as kinesql.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"kinesql": func() { os.Exit(run(context.Background(), newRoot(), os.Args[1:])) },
	})
}

// TestCommands runs testdata/*.txtar, each what a person types and sees.
func TestCommands(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata", UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"endpoint": endpoint, "status": httpStatus, "connections": connections, "metric": metric},
	})
}

// patience is how long a script waits for what a process should do at once.
const patience = 30 * time.Second

// serving is where a server says that it listens.
var serving = regexp.MustCompile(`serving the Kinesis API on (\S+),`)

// endpoint waits until the server whose standard error goes to a file is ready, and
// makes it the endpoint of the script's commands: endpoint FILE.
func endpoint(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: endpoint FILE")
	}
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		text, err := os.ReadFile(ts.MkAbs(args[0]))
		if err != nil {
			continue
		}
		if found := serving.FindSubmatch(text); found != nil && ready(string(found[1])) {
			ts.Setenv("AWS_ENDPOINT_URL", string(found[1]))
			return
		}
	}
	ts.Fatalf("no server became ready:\n%s", ts.ReadFile(args[0]))
}

func ready(url string) bool {
	res, err := http.Get(url + "/ready")
	if err != nil {
		return false
	}
	defer res.Body.Close()
	return res.StatusCode == http.StatusOK
}

// httpStatus asks the server and compares the status: status METHOD PATH 200.
func httpStatus(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: status METHOD PATH STATUS")
	}
	req, err := http.NewRequest(args[0], ts.Getenv("AWS_ENDPOINT_URL")+args[1], nil)
	ts.Check(err)
	res, err := http.DefaultClient.Do(req)
	ts.Check(err)
	defer res.Body.Close()
	if got := res.Status[:3]; (got == args[2]) == neg {
		ts.Fatalf("%s %s: got %s", args[0], args[1], res.Status)
	}
}

// metric reads a metric of the server and compares it with a bound: metric NAME MOST.
func metric(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: metric NAME MOST")
	}
	res, err := http.Get(ts.Getenv("AWS_ENDPOINT_URL") + "/metrics")
	ts.Check(err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	ts.Check(err)
	most, err := strconv.ParseFloat(args[1], 64)
	ts.Check(err)
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), " "); ok && name == args[0] {
			got, err := strconv.ParseFloat(value, 64)
			ts.Check(err)
			ts.Logf("%s %g", name, got)
			if got > most {
				ts.Fatalf("%s is %g, at most %g", name, got, most)
			}
			return
		}
	}
	ts.Fatalf("no metric %s", args[0])
}

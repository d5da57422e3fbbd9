package main

import (
	"context"
	"os"
	"testing"

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
	testscript.Run(t, testscript.Params{Dir: "testdata", UpdateScripts: os.Getenv("UPDATE_SCRIPTS") != ""})
}

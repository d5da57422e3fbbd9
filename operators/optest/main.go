package optest

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// Main is the TestMain of packages with random tests (rapid): they are the same
// each time, unless a seed is asked for. checks is how many cases a test draws
// unless the command line says; 0: as many as rapid does.
func Main(m *testing.M, checks int) {
	flag.Parse()
	unlessGiven("rapid.seed", "20151")
	if checks > 0 {
		unlessGiven("rapid.checks", strconv.Itoa(checks))
	}
	os.Exit(m.Run())
}

func unlessGiven(name, value string) {
	if f := flag.Lookup(name); f.Value.String() == f.DefValue {
		if err := flag.Set(name, value); err != nil {
			panic(err)
		}
	}
}

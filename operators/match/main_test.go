package match_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain makes random tests the same each time, unless a seed is asked for, and
// fewer, for there are many.
func TestMain(m *testing.M) {
	flag.Parse()
	if seed := flag.Lookup("rapid.seed"); seed.Value.String() == "0" {
		if err := flag.Set("rapid.seed", "20160"); err != nil {
			panic(err)
		}
	}
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		if err := flag.Set("rapid.checks", "30"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

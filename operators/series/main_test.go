package series

import (
	"flag"
	"os"
	"testing"
)

// TestMain makes random tests the same each time, unless a seed is asked for.
func TestMain(m *testing.M) {
	flag.Parse()
	if seed := flag.Lookup("rapid.seed"); seed.Value.String() == "0" {
		if err := flag.Set("rapid.seed", "20151"); err != nil {
			panic(err)
		}
	}
	os.Exit(m.Run())
}

package connectors_test

import (
	"testing"

	"kinesql/connectors"
)

func TestNearest(t *testing.T) {
	names := []string{"remote_addr", "status", "bytes"}
	for name, want := range map[string]string{"Status": "status", "byte": "bytes", "remote_adr": "remote_addr", "zzz": ""} {
		if got := connectors.Nearest(name, names); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
}

package window

import (
	_ "embed" // the names
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
	_ "time/tzdata" // the rules, for machines that have no zone files
)

//go:embed zones.txt
var zoneList string

// Zones returns the names of the time zones, sorted.
var Zones = sync.OnceValue(func() []string { return strings.Fields(zoneList) })

// ParseZone checks the name of a time zone and returns what Spec.Zone is to hold:
// nothing for UTC.
func ParseZone(name string) (string, error) {
	if _, known := slices.BinarySearch(Zones(), name); !known {
		return "", fmt.Errorf("unknown time zone %q", name)
	}
	if name == "UTC" {
		return "", nil
	}
	if _, err := time.LoadLocation(name); err != nil {
		return "", fmt.Errorf("time zone %q: %w", name, err)
	}
	return name, nil
}

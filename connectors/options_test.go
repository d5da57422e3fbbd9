package connectors

import (
	"fmt"
	"reflect"
	"strings"
	"sync"
	"testing"
)

// TestOptionsAreReadAtTheSameTime stands for the instances of a source, which
// all read the options of their stream.
func TestOptionsAreReadAtTheSameTime(t *testing.T) {
	o := NewOptions(map[string]string{"path": "x", "typo": "y"})
	var readers sync.WaitGroup
	for i := range 8 {
		readers.Go(func() {
			for j := range 500 {
				o.Lookup(fmt.Sprintf("key-%d", (i+j)%7))
				if got := o.String("path", ""); got != "x" {
					t.Errorf("path is %q, want x", got)
				}
				o.Known()
			}
		})
	}
	readers.Wait()
	want := []string{"key-0", "key-1", "key-2", "key-3", "key-4", "key-5", "key-6", "path"}
	if got := o.Known(); !reflect.DeepEqual(got, want) {
		t.Errorf("known are %v, want %v", got, want)
	}
	err := o.Unknown()
	if err == nil || !strings.Contains(err.Error(), `option "typo": unknown; known here: key-0`) {
		t.Errorf("error %v, want the option that nobody read", err)
	}
	o.Lookup("typo")
	if err := o.Unknown(); err != nil {
		t.Error(err)
	}
}

func TestZeroOptions(t *testing.T) {
	var o Options
	if v, ok := o.Lookup("path"); ok || v != "" {
		t.Errorf("the zero options hold %q", v)
	}
	if known, err := o.Known(), o.Unknown(); len(known) != 0 || err != nil {
		t.Errorf("known %v, error %v; want neither", known, err)
	}
}

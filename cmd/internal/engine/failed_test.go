package engine_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"kinesql/cmd/internal/engine"
	"kinesql/connectors"
	"kinesql/operators"
)

// broken is a connector whose streams cannot be read after all.
type broken struct{}

func (broken) Name() string { return "broken" }

func (broken) Describe(spec connectors.Spec) (connectors.Description, error) {
	return connectors.Description{Schema: spec.Schema, CanRead: true, MaxSources: 1, Bounded: true}, nil
}

func (broken) Source(connectors.SourceSpec) (operators.Source, error) {
	return nil, errors.New("it broke")
}

func (broken) Sink(connectors.SinkSpec) (operators.Sink, error) { return nil, errors.ErrUnsupported }

// TestReadersOfFailedPumps lets a pump fail before it has made its sink: who reads its
// stream does not wait for it.
func TestReadersOfFailedPumps(t *testing.T) {
	for _, target := range []string{"", "WITH (connector='memory')"} {
		var out bytes.Buffer
		script := "CREATE STREAM s (k VARCHAR) WITH (connector='broken');\nCREATE STREAM o (k VARCHAR) " + target + ";\n" +
			"CREATE PUMP p AS INSERT INTO o SELECT k FROM s;\nSELECT COUNT(*) AS n FROM o;"
		run(t, engine.Config{Connectors: []connectors.Connector{broken{}}, Stdout: &out}, script, &out)
		if got := out.String(); !strings.Contains(got, `{"n":0}`) || !strings.Contains(got, ": it broke") {
			t.Errorf("%s: got %s", target, got)
		}
	}
}

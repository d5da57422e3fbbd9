package aggregate_test

import (
	"testing"

	"kinesql/operators/optest"
)

func TestMain(m *testing.M) { optest.Main(m, 0) }

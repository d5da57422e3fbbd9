package state

import (
	"testing"

	"kinesql/operators/optest"
)

func TestMain(m *testing.M) { optest.Main(m, 0) }

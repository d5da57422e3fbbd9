package operators_test

import (
	"errors"
	"strings"
	"testing"

	"kinesql/operators"
)

func TestBudget(t *testing.T) {
	b := operators.NewBudget(100 << 20)
	first, second := b.Account("Sort"), b.Account("Join")
	if err := errors.Join(first.Resize(60<<20), second.Resize(40<<20), first.Resize(50<<20)); err != nil {
		t.Fatal(err)
	}
	err := second.Resize(70 << 20)
	var over *operators.BudgetError
	if !errors.As(err, &over) || over.Operator != "Join" || over.Held != 70<<20 || over.Used != 120<<20 || over.Limit != 100<<20 {
		t.Fatalf("got %#v", err)
	}
	for _, want := range []string{"120 MiB", "100 MiB; Join holds 70 MiB", "--state-memory"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not tell %q", err, want)
		}
	}
	if err := second.Resize(65 << 20); err != nil {
		t.Errorf("shrinking failed: %v", err)
	}
}

// TestSharedBudget: queries share what the process has, and give it back.
func TestSharedBudget(t *testing.T) {
	all := operators.NewBudget(100 << 20)
	one, two := all.Share(), all.Share()
	if err := one.Account("Sort").Resize(70 << 20); err != nil {
		t.Fatal(err)
	}
	err := two.Account("Join").Resize(40 << 20)
	if err == nil || !strings.Contains(err.Error(), "grown to 40 MiB (other queries hold 70 MiB)") {
		t.Fatalf("got %v", err)
	}
	two.Close()
	if got := all.Used(); got != 70<<20 {
		t.Errorf("%d bytes are held after one query has ended", got)
	}
	one.Close()
	if err := all.Share().Account("Join").Resize(90 << 20); err != nil || all.Used() != 90<<20 {
		t.Errorf("got %v, %d bytes", err, all.Used())
	}
}

func TestNoBudget(t *testing.T) {
	var none *operators.Account
	if err := errors.Join(none.Resize(1<<60), operators.NewBudget(0).Account("x").Resize(1<<60)); err != nil {
		t.Error(err)
	}
}

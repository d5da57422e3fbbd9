package measure_test

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"kinesql/cmd/kinesql-bench/measure"
)

func TestSpread(t *testing.T) {
	type S = measure.Spread[int64]
	for _, c := range []struct {
		rss  []int64
		want measure.Spread[int64]
	}{
		{[]int64{7}, S{Median: 7, Least: 7, Greatest: 7}},
		{[]int64{9, 1}, S{Median: 1, Least: 1, Greatest: 9}},
		{[]int64{5, 9, 1}, S{Median: 5, Least: 1, Greatest: 9}},
		{[]int64{4, 3, 2, 1, 100}, S{Median: 3, Least: 1, Greatest: 100}},
	} {
		var figures []measure.Figure
		for _, n := range c.rss {
			figures = append(figures, measure.Figure{RSS: n})
		}
		if got := measure.SpreadOf(figures, func(f measure.Figure) int64 { return f.RSS }); got != c.want {
			t.Errorf("%v: got %v, want %v", c.rss, got, c.want)
		}
	}
}

func TestMeasureAllTakesTurns(t *testing.T) {
	var order []string
	of := func(name string) measure.Subject {
		return measure.Subject{System: name, Run: func(context.Context) (measure.Figure, error) {
			order = append(order, name)
			return measure.Figure{RSS: int64(len(order))}, nil
		}}
	}
	told := 0
	figures, err := measure.All(context.Background(), []measure.Subject{of("a"), of("b")}, 2, func(measure.Subject, int, measure.Figure) { told++ })
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(order, ""); got != "abab" || told != 4 {
		t.Errorf("order %s, told %d", got, told)
	}
	if figures[0][1].RSS != 3 || figures[1][0].RSS != 2 {
		t.Errorf("figures %v", figures)
	}
}

func TestMeasureAllStopsAtAnError(t *testing.T) {
	broken := measure.Subject{System: "x", Run: func(context.Context) (measure.Figure, error) { return measure.Figure{}, errors.New("no") }}
	_, err := measure.All(context.Background(), []measure.Subject{broken}, 3, func(measure.Subject, int, measure.Figure) { t.Error("told of a failed run") })
	if err == nil || err.Error() != "run 1 of x: no" {
		t.Errorf("error %v", err)
	}
}

func TestMeasure(t *testing.T) {
	f, err := measure.Command(exec.Command("sh", "-c", "i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done"))
	if err != nil {
		t.Fatal(err)
	}
	if f.CPU <= 0 || f.Wall <= 0 || f.RSS < 100_000 {
		t.Errorf("figure %+v", f)
	}
	if _, err := measure.Command(exec.Command("sh", "-c", "echo trouble >&2; exit 3")); err == nil ||
		!strings.Contains(err.Error(), "exit status 3") || !strings.Contains(err.Error(), "trouble") {
		t.Errorf("error %v", err)
	}
}

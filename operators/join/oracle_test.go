package join_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators/batch"
	"kinesql/operators/expr"
	"kinesql/operators/join"
	"kinesql/operators/optest"
)

// Rows of the left input are k|s|v|ts, of the right k|w|ts; k and s are keys.
var (
	leftSchema = batch.NewSchema(
		batch.Field{Name: "k", Type: batch.Of(batch.BigInt)},
		batch.Field{Name: "v", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
	)
	rightSchema = batch.NewSchema(
		batch.Field{Name: "k", Type: batch.Of(batch.BigInt)},
		batch.Field{Name: "w", Type: batch.Of(batch.Varchar)},
		batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
	)
	bothSchema = batch.NewSchema(append(append([]batch.Field{}, leftSchema.Fields()...), rightSchema.Fields()...)...)
)

var kinds = map[join.Kind]string{
	join.Inner: "INNER", join.Left: "LEFT", join.Right: "RIGHT", join.Full: "FULL", join.Semi: "SEMI", join.Anti: "ANTI",
}

func outSchema(k join.Kind) *batch.Schema {
	if k == join.Semi || k == join.Anti {
		return leftSchema
	}
	return bothSchema
}

// residual is v <= w.
func residual(t *testing.T) expr.Node {
	t.Helper()
	v := &expr.Column{Index: 1, Name: "v", Typ: batch.Of(batch.Varchar), At: -1}
	w := &expr.Column{Index: 4, Name: "w", Typ: batch.Of(batch.Varchar), At: -1}
	n, err := expr.New("<=", []expr.Node{v, w}, -1)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// drawRow draws k|v|ts where k and v may be NULL.
func drawRow(minutes int) func(*rapid.T) string {
	return func(t *rapid.T) string {
		key := rapid.SampledFrom([]string{"1", "2", "3", "NULL"}).Draw(t, "key")
		value := rapid.SampledFrom([]string{"a", "b", "", "NULL"}).Draw(t, "value")
		at := rapid.IntRange(0, minutes).Draw(t, "minute")
		return fmt.Sprintf("%s|%s|1970-01-01T%02d:%02d:00", key, value, at/60, at%60)
	}
}

// matcher says whether a left and a right row are partners.
type matcher func(l, r []string) bool

// equalKeys is l.k = r.k AND (no residual or l.v <= r.w).
func equalKeys(residual, nullSafe bool) matcher {
	return func(l, r []string) bool {
		switch {
		case l[0] != r[0] || l[0] == "NULL" && !nullSafe:
			return false
		case !residual:
			return true
		}
		return l[1] != "NULL" && r[1] != "NULL" && l[1] <= r[1]
	}
}

// oracle joins all rows with all.
func oracle(kind join.Kind, partners matcher) func([][]string) []string {
	return func(in [][]string) []string {
		var out []string
		found := make([]bool, len(in[1]))
		for _, l := range in[0] {
			n := 0
			for i, r := range in[1] {
				if !partners(strings.Split(l, "|"), strings.Split(r, "|")) {
					continue
				}
				found[i] = true
				if n++; kind != join.Semi && kind != join.Anti {
					out = append(out, l+"|"+r)
				}
			}
			switch {
			case n == 0 && (kind == join.Left || kind == join.Full):
				out = append(out, l+"|NULL|NULL|NULL")
			case n == 0 && kind == join.Anti, n > 0 && kind == join.Semi:
				out = append(out, l)
			}
		}
		for i, r := range in[1] {
			if !found[i] && (kind == join.Right || kind == join.Full) {
				out = append(out, "NULL|NULL|NULL|"+r)
			}
		}
		return out
	}
}

func port(schema *batch.Schema, retracts, timed bool) optest.Port {
	return optest.Port{Schema: schema, Row: drawRow(90), Retracts: retracts, Timed: timed, Time: 2}
}

// drawEnd draws rows of windows of twenty minutes, whose ends are no sooner than
// any watermark lets them be.
func drawEnd(t *rapid.T) string {
	row := strings.Split(drawRow(90)(t), "|")
	at := rapid.IntRange(0, 5).Draw(t, "window")*20 + 20
	return fmt.Sprintf("%s|%s|1970-01-01T%02d:%02d:00.000001", row[0], row[1], at/60, at%60)
}

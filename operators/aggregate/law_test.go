package aggregate_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
)

var lawIn = batch.NewSchema(
	batch.Field{Name: "k", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "v", Type: batch.Of(batch.BigInt)},
)

func drawLawRow(t *rapid.T) string {
	key := rapid.SampledFrom([]string{"a", "b", "NULL"}).Draw(t, "key")
	if rapid.IntRange(0, 4).Draw(t, "null") == 0 {
		return key + "|NULL"
	}
	return key + "|" + strconv.FormatInt(rapid.Int64Range(-3, 3).Draw(t, "value"), 10)
}

// countAndSum is the query SELECT k, COUNT(*), SUM(v) GROUP BY k.
func countAndSum(in [][]string) []string {
	rows, sums, valid := map[string]int{}, map[string]int64{}, map[string]bool{}
	for _, row := range in[0] {
		key, text, _ := strings.Cut(row, "|")
		rows[key]++
		if v, err := strconv.ParseInt(text, 10, 64); err == nil {
			sums[key] += v
			valid[key] = true
		}
	}
	var out []string
	for key, n := range rows {
		sum := "NULL"
		if valid[key] {
			sum = strconv.FormatInt(sums[key], 10)
		}
		out = append(out, fmt.Sprintf("%s|%d|%s", key, n, sum))
	}
	return out
}

func TestLawOfHash(t *testing.T) {
	for _, retracts := range []bool{false, true} {
		for _, changes := range []bool{false, true} {
			t.Run(fmt.Sprintf("retracts %t changes %t", retracts, changes), func(t *testing.T) {
				big := batch.Of(batch.BigInt)
				out := batch.NewSchema(lawIn.Field(0), batch.Field{Name: "n", Type: big}, batch.Field{Name: "s", Type: big})
				optest.Law{
					New: func() (operators.Operator, error) {
						return aggregate.NewHash(aggregate.HashConfig{
							In: lawIn, Out: out, Keys: []int{0}, Time: -1, Changes: changes, Retracts: retracts,
							Calls: []aggregate.Call{
								{Name: "COUNT", Filter: -1, Type: big},
								{Name: "SUM", Args: []int{1}, Filter: -1, Type: big},
							},
						})
					},
					In:  []optest.Port{{Schema: lawIn, Row: drawLawRow, Retracts: retracts}},
					Out: optest.Edge{Schema: out, Time: -1, AppendOnly: !changes}, Keys: []int{0},
					Query: countAndSum, Always: changes,
				}.Hold(t)
			})
		}
	}
}

package aggregate_test

import (
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kinesql/operators"
	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/optest"
)

// The columns of the input of TestLawOfFunctions.
var funcIn = batch.NewSchema(
	batch.Field{Name: "k", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "i", Type: batch.Of(batch.BigInt)},
	batch.Field{Name: "f", Type: batch.Of(batch.Double)},
	batch.Field{Name: "s", Type: batch.Of(batch.Varchar)},
	batch.Field{Name: "b", Type: batch.Of(batch.Boolean)},
	batch.Field{Name: "d", Type: batch.DecimalOf(10, 2)},
	batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
)

// record is a parsed row of it. NULL is nil.
type record []string

func (r record) null(c int) bool { return r[c] == "NULL" }

func (r record) int(c int) int64 {
	v, _ := strconv.ParseInt(r[c], 10, 64)
	return v
}

func (r record) float(c int) float64 {
	v, _ := strconv.ParseFloat(r[c], 64)
	return v
}

func drawRecord(t *rapid.T) string {
	floats := []string{"NULL", "0", "0.1", "0.2", "-0.3", "1e+16", "1", "-1e+16", "1e+308", "-1e+308", "1e-200", "5e-324", "3.5"}
	cells := []string{
		rapid.SampledFrom([]string{"1", "2"}).Draw(t, "k"),
		rapid.SampledFrom([]string{"NULL", "0", "3", "-5", "6", "9223372036854775807"}).Draw(t, "i"),
		rapid.SampledFrom(floats).Draw(t, "f"),
		rapid.SampledFrom([]string{"NULL", "", "x", "yy", "x\x00y"}).Draw(t, "s"),
		rapid.SampledFrom([]string{"NULL", "true", "false"}).Draw(t, "b"),
		rapid.SampledFrom([]string{"NULL", "0.10", "-2.25", "7.00"}).Draw(t, "d"),
		"00:00:0" + strconv.Itoa(rapid.IntRange(0, 5).Draw(t, "ts")),
	}
	return strings.Join(cells, "|")
}

// oracle is an aggregate over changing rows and how to compute it from those that
// are there.
type oracle struct {
	call aggregate.Call
	typ  batch.Type
	want func(rows []record) string
}

func (o oracle) String() string {
	name := o.call.Name
	if o.call.Distinct {
		name += " DISTINCT"
	}
	return fmt.Sprintf("%s%v", name, o.call.Args)
}

const (
	intCol = iota + 1
	floatCol
	textCol
	boolCol
	decCol
	timeCol
)

var (
	bigintType  = batch.Of(batch.BigInt)
	doubleType  = batch.Of(batch.Double)
	varcharType = batch.Of(batch.Varchar)
)

func oracles() []oracle {
	call := func(name string, args ...int) aggregate.Call {
		return aggregate.Call{Name: name, Args: args, Filter: -1}
	}
	distinct := func(c aggregate.Call) aggregate.Call { c.Distinct = true; return c }
	concat := call("GROUP_CONCAT", textCol)
	concat.Params, concat.Order = []any{";"}, []aggregate.SortKey{{Column: timeCol, Desc: true}}
	percentile := call("APPROX_PERCENTILE", floatCol)
	percentile.Params = []any{0.5}
	filtered := call("COUNT", intCol)
	filtered.Filter = boolCol
	return []oracle{
		{call("COUNT"), bigintType, func(rows []record) string { return strconv.Itoa(len(rows)) }},
		{filtered, bigintType, func(rows []record) string { return strconv.Itoa(len(notNull(where(rows, "true"), intCol))) }},
		{distinct(call("COUNT", textCol)), bigintType, func(rows []record) string { return strconv.Itoa(len(different(rows, textCol))) }},
		{distinct(call("SUM", decCol)), batch.DecimalOf(38, 2), func(rows []record) string { return decimals(different(rows, decCol)) }},
		{distinct(call("MIN", textCol)), varcharType, func(rows []record) string { return edge(rows, textCol, textCol, -1) }},
		{distinct(call("SUM", floatCol)), doubleType, func(rows []record) string { return sumOf(different(rows, floatCol)) }},
		{call("SUM", floatCol), doubleType, func(rows []record) string { return sumOf(notNull(rows, floatCol)) }},
		{call("AVG", floatCol), doubleType, func(rows []record) string { return meanOf(notNull(rows, floatCol)) }},
		{call("VAR_POP", floatCol), doubleType, func(rows []record) string { return varianceOf(notNull(rows, floatCol), 0) }},
		{call("VAR_SAMP", floatCol), doubleType, func(rows []record) string { return varianceOf(notNull(rows, floatCol), 1) }},
		{call("MIN", intCol), bigintType, func(rows []record) string { return edge(rows, intCol, intCol, -1) }},
		{call("MAX", intCol), bigintType, func(rows []record) string { return edge(rows, intCol, intCol, 1) }},
		{call("MAX", textCol), varcharType, func(rows []record) string { return edge(rows, textCol, textCol, 1) }},
		{call("ANY_VALUE", floatCol), doubleType, func(rows []record) string { return edge(rows, floatCol, floatCol, -1) }},
		{call("MIN_BY", textCol, intCol), varcharType, func(rows []record) string { return edge(rows, textCol, intCol, -1) }},
		{call("MAX_BY", intCol, textCol), bigintType, func(rows []record) string { return edge(rows, intCol, textCol, 1) }},
		{call("FIRST_VALUE", textCol), varcharType, func(rows []record) string { return place(rows, textCol, -1) }},
		{call("LAST_VALUE", intCol), bigintType, func(rows []record) string { return place(rows, intCol, 1) }},
		{concat, varcharType, concatOf},
		{call("JSON_ARRAYAGG", intCol), batch.Of(batch.JSON), arrayOf},
		{call("BIT_AND", intCol), bigintType, func(rows []record) string { return bitsOf(rows, true) }},
		{call("BIT_OR", intCol), bigintType, func(rows []record) string { return bitsOf(rows, false) }},
		{call("BOOL_OR", boolCol), batch.Of(batch.Boolean), boolOf},
		{call("APPROX_COUNT_DISTINCT", intCol), bigintType, func(rows []record) string { return strconv.Itoa(len(different(rows, intCol))) }},
		{percentile, doubleType, medianOf},
	}
}

func notNull(rows []record, c int) (out []string) {
	for _, r := range rows {
		if !r.null(c) {
			out = append(out, r[c])
		}
	}
	return out
}

func where(rows []record, b string) (out []record) {
	for _, r := range rows {
		if r[boolCol] == b {
			out = append(out, r)
		}
	}
	return out
}

func different(rows []record, c int) []string {
	out := notNull(rows, c)
	slices.Sort(out)
	return slices.Compact(out)
}

func decimals(texts []string) string {
	if len(texts) == 0 {
		return "NULL"
	}
	cents := 0
	for _, t := range texts {
		n, _ := strconv.Atoi(strings.Replace(t, ".", "", 1))
		cents += n
	}
	sign := ""
	if cents < 0 {
		sign, cents = "-", -cents
	}
	return fmt.Sprintf("%s%d.%02d", sign, cents/100, cents%100)
}

func exactSumOf(texts []string) *big.Float {
	sum := new(big.Float).SetPrec(5000)
	for _, t := range texts {
		v, _ := strconv.ParseFloat(t, 64)
		sum.Add(sum, big.NewFloat(v))
	}
	return sum
}

func doubleText(f float64) string { return strconv.FormatFloat(f, 'g', -1, 64) }

func sumOf(texts []string) string {
	if len(texts) == 0 {
		return "NULL"
	}
	v, _ := exactSumOf(texts).Float64()
	return doubleText(v)
}

func meanOf(texts []string) string {
	if len(texts) == 0 {
		return "NULL"
	}
	v, _ := exactSumOf(texts).Float64()
	return doubleText(v / float64(len(texts)))
}

func varianceOf(texts []string, less int) string {
	n := len(texts)
	if n <= less {
		return "NULL"
	}
	rat := func(f *big.Float) *big.Rat { r, _ := f.Rat(nil); return r }
	mean := rat(exactSumOf(texts))
	mean.Quo(mean, big.NewRat(int64(n), 1))
	total := new(big.Rat)
	for _, t := range texts {
		v, _ := strconv.ParseFloat(t, 64)
		far := new(big.Rat).SetFloat64(v)
		far.Sub(far, mean)
		total.Add(total, far.Mul(far, far))
	}
	v, _ := total.Quo(total, big.NewRat(int64(n-less), 1)).Float64()
	return doubleText(v)
}

// compareCells orders two values of a column, NULL first.
func compareCells(a, b record, c int) int {
	if a.null(c) || b.null(c) {
		return strings.Compare(strconv.FormatBool(!a.null(c)), strconv.FormatBool(!b.null(c)))
	}
	switch c {
	case intCol:
		return int(max(-1, min(1, sign(a.int(c), b.int(c)))))
	case floatCol:
		return int(max(-1, min(1, sign(a.float(c), b.float(c)))))
	}
	return strings.Compare(a[c], b[c])
}

func sign[T int64 | float64](a, b T) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// edge is x of the row with the least or greatest y, ties by x.
func edge(rows []record, x, y, by int) string {
	best := record(nil)
	for _, r := range rows {
		if r.null(x) || r.null(y) {
			continue
		}
		if best == nil || by*compareBoth(r, best, y, x) > 0 {
			best = r
		}
	}
	if best == nil {
		return "NULL"
	}
	return best[x]
}

func place(rows []record, x, by int) string {
	best := rows[0]
	for _, r := range rows {
		if by*compareBoth(r, best, timeCol, x) > 0 {
			best = r
		}
	}
	return best[x]
}

func compareBoth(a, b record, first, second int) int {
	if c := compareCells(a, b, first); c != 0 {
		return c
	}
	return compareCells(a, b, second)
}

func concatOf(rows []record) string {
	kept := slices.DeleteFunc(slices.Clone(rows), func(r record) bool { return r.null(textCol) })
	if len(kept) == 0 {
		return "NULL"
	}
	slices.SortFunc(kept, func(a, b record) int {
		if c := -compareCells(a, b, timeCol); c != 0 {
			return c
		}
		return compareCells(a, b, textCol)
	})
	return strings.Join(notNull(kept, textCol), ";")
}

func arrayOf(rows []record) string {
	sorted := slices.SortedFunc(slices.Values(rows), func(a, b record) int { return compareCells(a, b, intCol) })
	var out []string
	for _, r := range sorted {
		out = append(out, strings.ReplaceAll(r[intCol], "NULL", "null"))
	}
	return "[" + strings.Join(out, ", ") + "]"
}

func bitsOf(rows []record, and bool) string {
	v := int64(0)
	if and {
		v = -1
	}
	for _, r := range rows {
		if r.null(intCol) {
			continue
		}
		if and {
			v &= r.int(intCol)
		} else {
			v |= r.int(intCol)
		}
	}
	return strconv.FormatInt(v, 10)
}

func boolOf(rows []record) string {
	switch {
	case len(where(rows, "true")) > 0:
		return "true"
	case len(where(rows, "false")) > 0:
		return "false"
	}
	return "NULL"
}

func medianOf(rows []record) string {
	var values []float64
	for _, t := range notNull(rows, floatCol) {
		v, _ := strconv.ParseFloat(t, 64)
		values = append(values, v)
	}
	if len(values) == 0 {
		return "NULL"
	}
	slices.Sort(values)
	return doubleText(values[(len(values)-1)/2])
}

func TestLawOfFunctions(t *testing.T) {
	for _, o := range oracles() {
		t.Run(o.String(), func(t *testing.T) {
			o.call.Type = o.typ
			out := batch.NewSchema(funcIn.Field(0), batch.Field{Name: "x", Type: o.typ})
			optest.Law{
				New: func() (operators.Operator, error) {
					return aggregate.NewHash(aggregate.HashConfig{
						In: funcIn, Out: out, Keys: []int{0}, Time: timeCol, Changes: true, Retracts: true,
						Calls: []aggregate.Call{o.call},
					})
				},
				In:  []optest.Port{{Schema: funcIn, Row: drawRecord, Retracts: true}},
				Out: optest.Edge{Schema: out, Time: -1}, Keys: []int{0},
				Query: o.query, Always: true,
			}.Hold(t)
		})
	}
}

func (o oracle) query(in [][]string) []string {
	groups := map[string][]record{}
	for _, line := range in[0] {
		r := record(strings.Split(line, "|"))
		groups[r[0]] = append(groups[r[0]], r)
	}
	var out []string
	for key, rows := range groups {
		out = append(out, key+"|"+o.want(rows))
	}
	return out
}

func TestUnseenRow(t *testing.T) {
	for _, script := range []string{"-D 1|3|NULL|NULL|NULL|NULL|00:00:00", "1|3|NULL|NULL|NULL|NULL|00:00:00\n-D 1|4|NULL|NULL|NULL|NULL|00:00:00"} {
		out := batch.NewSchema(funcIn.Field(0), batch.Field{Name: "x", Type: bigintType})
		op, err := aggregate.NewHash(aggregate.HashConfig{
			In: funcIn, Out: out, Keys: []int{0}, Time: -1, Changes: true, Retracts: true,
			Calls: []aggregate.Call{{Name: "MAX", Args: []int{intCol}, Filter: -1, Type: bigintType}},
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := feed(t, op, funcIn, script); err == nil || !strings.Contains(err.Error(), "never given") {
			t.Errorf("%q gave %v", script, err)
		}
	}
}

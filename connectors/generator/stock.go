package generator

import (
	"math"
	"math/rand/v2"

	"kinesql/operators/batch"
)

var tickers = []string{
	"AAPL", "AMZN", "GOOG", "INTC", "MSFT", "NFLX", "NVDA", "ORCL", "TSLA", "IBM", "QXZ", "WMT", "BAC", "KIN", "SQL",
}

// stock is the trades of a few shares, whose prices walk at random. change is
// the difference to the trade of the share before.
func stock() *kind {
	return &kind{
		name: "stock", time: "ts", rate: 1000,
		schema: schemaOf("ts", batch.Timestamp, "ticker", batch.Varchar, "price", batch.Double,
			"change", batch.Double, "volume", batch.BigInt),
		newDraw: func(seed uint64, _ int64) draw { return newTrades(seed).draw },
	}
}

// trades is the prices so far.
type trades struct{ cents []int64 }

func newTrades(seed uint64) *trades {
	r := rand.New(rand.NewPCG(seed, math.MaxUint64))
	t := &trades{}
	for range tickers {
		t.cents = append(t.cents, 1000+r.Int64N(50_000))
	}
	return t
}

func (t *trades) draw(r *rand.Rand, _ int64, at int64, row []cell) {
	i := min(r.IntN(len(tickers)), r.IntN(len(tickers)))
	step := int64(math.Round(r.NormFloat64() * float64(t.cents[i]) / 1000))
	step = max(step, 100-t.cents[i])
	t.cents[i] += step
	row[0].setNum(at)
	row[1].set(tickers[i])
	row[2].setDbl(float64(t.cents[i]) / 100)
	row[3].setDbl(float64(step) / 100)
	row[4].setNum(int64(math.Exp(4+1.2*r.NormFloat64())) + 1)
}

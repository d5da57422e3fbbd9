package main

import (
	"fmt"

	"kinesql/operators/aggregate"
	"kinesql/operators/batch"
	"kinesql/operators/windowed"
	"kinesql/window"
)

const (
	hopLongName  = "hop-long"
	hopShortName = "hop-short"

	hopKeys    = 1_000_000
	hopTop     = 10
	hopSpan    = 75 * window.Minute // event time of the input: an hour fills, then slides out for a quarter
	hopRecords = 45_000_000         // 10,000 a second
	hopRows    = 4096               // of a batch

	hopAbout = " The input is a Parquet file; the CPU of decoding it into batches is not counted. DuckDB has no line here: in the same run " +
		"it answers the top 10 of sampled slides of the same file (the first, one while the window fills, the first full one, " +
		"one in the middle, the last), which are compared with those of every run, but that is not the same work."
)

// hopShape is a hop that the operator is fed with.
type hopShape struct{ size, slide window.Micros }

func hopLong() workload {
	return workload{
		name: hopLongName,
		about: "A window of 1 hour sliding each second over 75 minutes of events of 1 million keys: COUNT(*) and SUM by key, " +
			"the top 10 of each slide." + hopAbout,
		records: hopRecords,
		input:   &eventsInput,
		hop:     &hopShape{size: window.Hour, slide: window.Second},
	}
}

func hopShort() workload {
	return workload{
		name:    hopShortName,
		about:   "The same events and aggregates in a window of 10 seconds sliding by 2, for comparison." + hopAbout,
		records: hopRecords,
		input:   &eventsInput,
		hop:     &hopShape{size: 10 * window.Second, slide: 2 * window.Second},
	}
}

// events are the input of the hops: event i is a function of the seed and i.
type events struct {
	seed uint64
	n    int64
}

// at is the event time of event i.
func (e events) at(i int64) window.Micros {
	// Split so that nothing overflows: i < 2^40, span < 2^33.
	return baseMillis*window.Millisecond + window.Micros(float64(i)*(float64(hopSpan)/float64(e.n)))
}

// key is uniform half of the time; else low ranks are much more frequent than
// high ones, the first by a few percent. Ranks are spread over the keys.
func (e events) key(i int64) (key, value int64) {
	h := mix(e.seed + uint64(i))
	rank := h >> 32 * hopKeys >> 32
	if h&1 == 0 {
		x := float64(h>>32) / (1 << 32)
		rank = uint64(x * x * x * x * hopKeys)
	}
	return int64(rank * 611_953 % hopKeys), int64(h >> 1 & 1023)
}

// mix is the finalizer of splitmix64.
func mix(x uint64) uint64 {
	x *= 0x9E3779B97F4A7C15
	x = (x ^ x>>30) * 0xBF58476D1CE4E5B9
	x = (x ^ x>>27) * 0x94D049BB133111EB
	return x ^ x>>31
}

// first is the least event that is not before t.
func (e events) first(t window.Micros) int64 {
	low, high := int64(0), e.n
	for low < high {
		if mid := (low + high) / 2; e.at(mid) < t {
			low = mid + 1
		} else {
			high = mid
		}
	}
	return low
}

var (
	hopIn = batch.NewSchema(
		batch.Field{Name: "ts", Type: batch.Of(batch.Timestamp)},
		batch.Field{Name: "key", Type: batch.Of(batch.BigInt)},
		batch.Field{Name: "value", Type: batch.Of(batch.BigInt)})
	hopOut = batch.NewSchema(
		batch.Field{Name: "key", Type: batch.Of(batch.BigInt)},
		batch.Field{Name: "window_start", Type: batch.Of(batch.Timestamp)},
		batch.Field{Name: "window_end", Type: batch.Of(batch.Timestamp)},
		batch.Field{Name: "n", Type: batch.Of(batch.BigInt)},
		batch.Field{Name: "total", Type: batch.Of(batch.BigInt)})
)

// columns are n events from i on: times, keys, values.
func (e events) columns(i, n int64) [][]int64 {
	out := [][]int64{make([]int64, n), make([]int64, n), make([]int64, n)}
	for r := range n {
		out[0][r] = int64(e.at(i + r))
		out[1][r], out[2][r] = e.key(i + r)
	}
	return out
}

// config is the windowed aggregate of the hop.
func (h hopShape) config() windowed.Config {
	count := aggregate.Call{Name: "COUNT", Filter: -1, Type: batch.Of(batch.BigInt)}
	sum := aggregate.Call{Name: "SUM", Args: []int{2}, Filter: -1, Type: batch.Of(batch.BigInt)}
	return windowed.Config{
		In: hopIn, Out: hopOut,
		Keys:   []int{1},
		Window: window.Spec{Kind: window.Hop, Size: h.size, Slide: h.slide},
		Calls:  []aggregate.Call{count, sum},
		Top:    &windowed.Top{Order: []aggregate.SortKey{{Column: 3, Desc: true}}, N: hopTop},
	}
}

// retained is how many events the window holds at the end of the input.
func (h hopShape) retained(e events) int64 {
	return e.n - e.first(e.at(e.n-1)-h.size)
}

// describe says how much memory a retained event took.
func (h hopShape) describe(used, retained int64) string {
	return fmt.Sprintf("%d events retained, %.1f bytes each", retained, float64(used)/float64(retained))
}

package generator

import (
	"fmt"
	"math"
	"math/rand/v2"

	"kinesql/operators/batch"
)

const deviceCount = 200

// telemetry is the readings of 200 devices in turn at random. Temperatures
// follow the time of day; one in 500 is a spike of 25 degrees and more, one in
// 50 is missing, as is one humidity in 30.
func telemetry() *kind {
	return &kind{
		name: "telemetry", time: "ts", rate: 1000,
		schema: schemaOf("ts", batch.Timestamp, "device_id", batch.Varchar, "temperature", batch.Double,
			"humidity", batch.Double, "battery", batch.Integer,
			"location", batch.RowOf(fieldsOf("lat", batch.Double, "lon", batch.Double, "site", batch.Varchar)...)),
		newDraw: func(uint64, int64) draw { return drawReading },
	}
}

func drawReading(r *rand.Rand, event int64, at int64, row []cell) {
	device := r.Int64N(deviceCount)
	row[0].setNum(at)
	row[1].set(fmt.Sprintf("dev-%03d", device))
	ofDay := float64(at%86_400_000_000) / 86_400_000_000
	temperature := 18 + float64(device%10) - 6*math.Cos(2*math.Pi*ofDay) + r.NormFloat64()
	if r.IntN(500) == 0 {
		temperature += 25 + 10*r.Float64()
	}
	row[2].setDbl(round(temperature, 2))
	row[2].null = r.IntN(50) == 0
	row[3].setDbl(round(min(100, max(0, 55-temperature/2+5*r.NormFloat64())), 1))
	row[3].null = r.IntN(30) == 0
	row[4].setNum(100 - (event/5000+device)%100)
	place := row[5].members(3)
	place[0].setDbl(round(47+float64(device%20)/10, 4))
	place[1].setDbl(round(8+float64(device/20)/5, 4))
	place[2].set(fmt.Sprintf("site-%d", device%8))
}

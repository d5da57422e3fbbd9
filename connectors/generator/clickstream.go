package generator

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"

	"kinesql/operators/batch"
)

var (
	pages = []string{
		"/", "/products", "/search", "/product/%d", "/cart", "/login", "/product/%d/reviews",
		"/checkout", "/api/recommend", "/account", "/help", "/static/app.js", "/admin",
	}
	methods   = []string{"GET", "GET", "GET", "GET", "POST", "POST", "PUT", "DELETE"}
	countries = []string{"US", "DE", "IN", "GB", "BR", "FR", "JP", "CA", "NL", "PL", "AU", "SE", "ZA", "MX", "KR"}
	referrers = []string{
		"https://www.google.com/", "https://news.ycombinator.com/", "https://duckduckgo.com/",
		"https://www.reddit.com/r/programming", "https://t.co/a1b2c3", "https://www.bing.com/search",
	}
	statuses = []int64{200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 304, 304, 301, 302, 404, 404, 403, 500, 503}
)

// clickstream is the requests of visitors to a shop. Each of 5000 users has a
// country and an address and stays on a session for 500 events; a third have
// come directly, without a referrer.
func clickstream() *kind {
	return &kind{
		name: "clickstream", time: "ts", rate: 1000,
		schema: schemaOf("ts", batch.Timestamp, "user_id", batch.BigInt, "session_id", batch.Varchar, "ip", batch.Varchar,
			"method", batch.Varchar, "path", batch.Varchar, "status", batch.Integer, "bytes", batch.BigInt,
			"referrer", batch.Varchar, "country", batch.Varchar, "latency_ms", batch.Double),
		newDraw: func(uint64, int64) draw { return drawClick },
	}
}

func drawClick(r *rand.Rand, event int64, at int64, row []cell) {
	user := min(r.Int64N(5000), r.Int64N(5000), r.Int64N(5000)) + 1
	row[0].setNum(at)
	row[1].setNum(user)
	row[2].set(fmt.Sprintf("s%05d-%03d", user, event/50_000+user%7))
	row[3].set(fmt.Sprintf("%d.%d.%d.%d", 11+user%180, user*7%256, user*13%256, 1+user*31%254))
	row[4].set(methods[r.IntN(len(methods))])
	row[5].set(pick(r, pages))
	if path := string(row[5].text); len(path) > 8 && path[:9] == "/product/" {
		row[5].set(fmt.Sprintf(path, 100+min(r.IntN(900), r.IntN(900))))
	}
	status := statuses[r.IntN(len(statuses))]
	row[6].setNum(status)
	row[7].setNum(int64(math.Exp(6 + 1.5*r.NormFloat64())))
	if status == 304 {
		row[7].setNum(0)
	}
	if row[8].null = r.IntN(3) == 0; !row[8].null {
		row[8].set(pick(r, referrers))
	}
	row[9].set(countries[user*user%int64(len(countries))])
	latency := math.Exp(3 + 0.7*r.NormFloat64())
	if status >= 500 {
		latency *= 10
	}
	row[10].setDbl(round(latency, 2))
}

// round keeps so many digits after the point.
func round(v float64, digits int) float64 {
	f, err := strconv.ParseFloat(strconv.FormatFloat(v, 'f', digits, 64), 64)
	if err != nil {
		return v
	}
	return f
}

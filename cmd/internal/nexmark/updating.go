package nexmark

import "strings"

// updating is the queries whose results are corrected as bids come.
func updating() []Query { return []Query{q15(), q16(), q17(), q18(), q19()} }

// ranks is the counts of bids, bidders and auctions in all and by three ranks of
// price.
const ranks = `COUNT(*) AS total_bids,
  COUNT(*) FILTER (WHERE price < 10000) AS rank1_bids,
  COUNT(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bids,
  COUNT(*) FILTER (WHERE price >= 1000000) AS rank3_bids,
  COUNT(DISTINCT bidder) AS total_bidders,
  COUNT(DISTINCT bidder) FILTER (WHERE price < 10000) AS rank1_bidders,
  COUNT(DISTINCT bidder) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bidders,
  COUNT(DISTINCT bidder) FILTER (WHERE price >= 1000000) AS rank3_bidders,
  COUNT(DISTINCT auction) AS total_auctions,
  COUNT(DISTINCT auction) FILTER (WHERE price < 10000) AS rank1_auctions,
  COUNT(DISTINCT auction) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_auctions,
  COUNT(DISTINCT auction) FILTER (WHERE price >= 1000000) AS rank3_auctions`

const rankColumns = "total_bids BIGINT, rank1_bids BIGINT, rank2_bids BIGINT, rank3_bids BIGINT, " +
	"total_bidders BIGINT, rank1_bidders BIGINT, rank2_bidders BIGINT, rank3_bidders BIGINT, " +
	"total_auctions BIGINT, rank1_auctions BIGINT, rank2_auctions BIGINT, rank3_auctions BIGINT"

// The day of an instant in the three dialects, and its minute.
const (
	kineDay, kineMinute   = "DATE_FORMAT(dateTime, '%Y-%m-%d')", "DATE_FORMAT(dateTime, '%H:%i')"
	duckDay, duckMinute   = "strftime(dateTime, '%Y-%m-%d')", "strftime(dateTime, '%H:%M')"
	flinkDay, flinkMinute = "DATE_FORMAT(dateTime, 'yyyy-MM-dd')", "DATE_FORMAT(dateTime, 'HH:mm')"
)

// dialects writes a query with $DAY and $MINUTE in all three.
func dialects(q Query, text string) Query {
	write := func(day, minute string) string {
		return strings.NewReplacer("$DAY", day, "$MINUTE", minute).Replace(text)
	}
	q.Kine, q.Duck, q.Flink = write(kineDay, kineMinute), write(duckDay, duckMinute), write(flinkDay, flinkMinute)
	q.Changes = true
	return q
}

func q15() Query {
	return dialects(Query{
		Name: "q15", About: "bids, bidders and auctions of each day", Columns: "day VARCHAR, " + rankColumns,
	}, "SELECT $DAY AS day, "+ranks+"\nFROM bid GROUP BY $DAY")
}

func q16() Query {
	return dialects(Query{
		Name: "q16", About: "the same of each channel and day",
		Columns: "channel VARCHAR, day VARCHAR, minute VARCHAR, " + rankColumns,
	}, "SELECT channel, $DAY AS day, MAX($MINUTE) AS minute, "+ranks+"\nFROM bid GROUP BY channel, $DAY")
}

func q17() Query {
	q := dialects(Query{
		Name: "q17", About: "bids and prices of each auction and day",
		Columns: "auction BIGINT, day VARCHAR, total_bids BIGINT, rank1_bids BIGINT, rank2_bids BIGINT, rank3_bids BIGINT, " +
			"min_price BIGINT, max_price BIGINT, avg_price DOUBLE, sum_price BIGINT",
	}, `SELECT auction, $DAY AS day, COUNT(*) AS total_bids,
  COUNT(*) FILTER (WHERE price < 10000) AS rank1_bids,
  COUNT(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bids,
  COUNT(*) FILTER (WHERE price >= 1000000) AS rank3_bids,
  MIN(price) AS min_price, MAX(price) AS max_price, AVG(price) AS avg_price, SUM(price) AS sum_price
FROM bid GROUP BY auction, $DAY`)
	q.Flink = strings.ReplaceAll(q.Flink, "AVG(price)", "AVG(CAST(price AS DOUBLE))") // AVG of integers truncates there
	return q
}

func q18() Query {
	const text = `SELECT auction, bidder, price, channel, url, dateTime, extra
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY dateTime DESC) AS rank_number FROM bid) AS R
WHERE rank_number <= 1`
	return Query{
		Name: "q18", About: "the last bid of each bidder on each auction", Changes: true,
		Columns: "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, dateTime TIMESTAMP, extra VARCHAR",
		Kine:    text, Duck: text,
	}
}

func q19() Query {
	const text = `SELECT auction, bidder, price, channel, url, dateTime, extra, rank_number
FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC, dateTime) AS rank_number FROM bid) AS R
WHERE rank_number <= 10`
	return Query{
		Name: "q19", About: "the ten highest bids of each auction (of equal ones the earlier)", Changes: true,
		Columns: "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, dateTime TIMESTAMP, extra VARCHAR, rank_number BIGINT",
		Kine:    text, Duck: text,
	}
}

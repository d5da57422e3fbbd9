package nexmark

// windows is the queries whose results are final when a window closes.
func windows() []Query {
	return []Query{q5(), q7(), q8(), q11(), q12()}
}

// hops is DuckDB's bids with the windows of ten seconds, a new one each two, that
// they are in.
const hops = `(SELECT auction, make_timestamp(n * 2000000) AS window_start, make_timestamp(n * 2000000 + 10000000) AS window_end
  FROM (SELECT auction, unnest(range((epoch_us(dateTime) - 10000000) // 2000000 + 1, epoch_us(dateTime) // 2000000 + 1)) AS n FROM bid))`

func q5() Query {
	const hop = "TABLE(HOP(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '2' SECOND, INTERVAL '10' SECOND))"
	body := func(hop string) string {
		return `SELECT AuctionBids.auction, AuctionBids.num
FROM (SELECT auction, COUNT(*) AS num, window_start AS starttime, window_end AS endtime
      FROM ` + hop + ` AS h GROUP BY auction, window_start, window_end) AS AuctionBids
JOIN (SELECT MAX(CountBids.num) AS maxn, CountBids.starttime, CountBids.endtime
      FROM (SELECT COUNT(*) AS num, window_start AS starttime, window_end AS endtime
            FROM ` + hop + ` AS h GROUP BY auction, window_start, window_end) AS CountBids
      GROUP BY CountBids.starttime, CountBids.endtime) AS MaxBids
ON AuctionBids.starttime = MaxBids.starttime AND AuctionBids.endtime = MaxBids.endtime AND AuctionBids.num >= MaxBids.maxn`
	}
	return Query{
		Name: "q5", About: "the auctions with most bids in the last ten seconds, each two",
		Columns: "auction BIGINT, num BIGINT",
		Kine:    body(hop), Duck: body(hops),
	}
}

func q7() Query {
	return Query{
		Name: "q7", About: "the highest bids of each ten seconds",
		Columns: "auction BIGINT, price BIGINT, bidder BIGINT, dateTime TIMESTAMP, extra VARCHAR",
		Kine: `SELECT B.auction, B.price, B.bidder, B.dateTime, B.extra
FROM bid AS B
JOIN (SELECT MAX(price) AS maxprice, window_end AS endtime
      FROM TABLE(TUMBLE(TABLE bid, DESCRIPTOR(dateTime), INTERVAL '10' SECOND)) GROUP BY window_start, window_end) AS B1
ON B.price = B1.maxprice
WHERE B.dateTime BETWEEN B1.endtime - INTERVAL '10' SECOND AND B1.endtime`,
		Duck: `SELECT B.auction, B.price, B.bidder, B.dateTime, B.extra
FROM bid AS B
JOIN (SELECT max(price) AS maxprice, make_timestamp((epoch_us(dateTime) // 10000000 + 1) * 10000000) AS endtime FROM bid GROUP BY endtime) AS B1
ON B.price = B1.maxprice
WHERE B.dateTime BETWEEN B1.endtime - INTERVAL 10 SECOND AND B1.endtime`,
	}
}

func q8() Query {
	const kine = `SELECT P.id, P.name, P.starttime
FROM (SELECT id, name, window_start AS starttime, window_end AS endtime
      FROM TABLE(TUMBLE(TABLE person, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
      GROUP BY id, name, window_start, window_end) AS P
JOIN (SELECT seller, window_start AS starttime, window_end AS endtime
      FROM TABLE(TUMBLE(TABLE auction, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
      GROUP BY seller, window_start, window_end) AS A
ON P.id = A.seller AND P.starttime = A.starttime AND P.endtime = A.endtime`
	return Query{
		Name: "q8", About: "persons who opened an auction in the ten seconds in which they came",
		Columns: "id BIGINT, name VARCHAR, starttime TIMESTAMP",
		Kine:    kine,
		Duck: `SELECT P.id, P.name, P.starttime
FROM (SELECT DISTINCT id, name, make_timestamp(epoch_us(dateTime) // 10000000 * 10000000) AS starttime FROM person) AS P
JOIN (SELECT DISTINCT seller, make_timestamp(epoch_us(dateTime) // 10000000 * 10000000) AS starttime FROM auction) AS A
ON P.id = A.seller AND P.starttime = A.starttime`,
	}
}

func q11() Query {
	return Query{
		Name: "q11", About: "bids of each bidder while active: sessions with a gap of ten seconds",
		Columns: "bidder BIGINT, bid_count BIGINT, starttime TIMESTAMP, endtime TIMESTAMP",
		Kine: `SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM bid GROUP BY bidder, SESSION(dateTime, INTERVAL '10' SECOND)`,
		Duck: `SELECT bidder, count(*) AS bid_count, min(dateTime) AS starttime, max(dateTime) + INTERVAL 10 SECOND AS endtime
FROM (SELECT bidder, dateTime, sum(fresh) OVER (PARTITION BY bidder ORDER BY dateTime) AS session
      FROM (SELECT bidder, dateTime, CASE WHEN dateTime - lag(dateTime) OVER (PARTITION BY bidder ORDER BY dateTime) < INTERVAL 10 SECOND
                                          THEN 0 ELSE 1 END AS fresh FROM bid))
GROUP BY bidder, session`,
		Flink: `SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM TABLE(SESSION(TABLE bid PARTITION BY bidder, DESCRIPTOR(dateTime), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end`,
	}
}

func q12() Query {
	return Query{
		Name: "q12", About: "bids of each bidder in each ten seconds of the clock",
		Columns: "bidder BIGINT, bid_count BIGINT, starttime TIMESTAMP, endtime TIMESTAMP",
		Kine: `SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM TABLE(TUMBLE(TABLE (SELECT *, PROCTIME() AS p_time FROM bid), DESCRIPTOR(p_time), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end`,
		Duck: "SELECT bidder, count(*) AS bid_count, NULL::TIMESTAMP AS starttime, NULL::TIMESTAMP AS endtime FROM bid GROUP BY bidder",
		Flink: `SELECT bidder, COUNT(*) AS bid_count, window_start AS starttime, window_end AS endtime
FROM TABLE(TUMBLE(TABLE bid_p, DESCRIPTOR(p_time), INTERVAL '10' SECOND))
GROUP BY bidder, window_start, window_end`,
		Clock: true,
	}
}

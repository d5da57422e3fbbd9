package nexmark

// joins is the queries that join events with one another.
func joins() []Query { return []Query{q3(), q4(), q9(), q20()} }

func q3() Query {
	const text = `SELECT P.name, P.city, P.state, A.id
FROM auction AS A JOIN person AS P ON A.seller = P.id
WHERE A.category = 10 AND (P.state = 'OR' OR P.state = 'ID' OR P.state = 'CA')`
	return Query{
		Name: "q3", About: "who sells in some states and one category",
		Columns: "name VARCHAR, city VARCHAR, state VARCHAR, id BIGINT", Kine: text, Duck: text,
	}
}

func q4() Query {
	body := func(avg string) string {
		return `SELECT Q.category, ` + avg + ` AS final
FROM (SELECT MAX(B.price) AS final, A.category
      FROM auction AS A, bid AS B
      WHERE A.id = B.auction AND B.dateTime BETWEEN A.dateTime AND A.expires
      GROUP BY A.id, A.category) AS Q
GROUP BY Q.category`
	}
	return Query{
		Name: "q4", About: "the average closing price of each category", Changes: true,
		Columns: "category BIGINT, final DOUBLE", Kine: body("AVG(Q.final)"), Duck: body("avg(Q.final)"),
		Flink: body("AVG(CAST(Q.final AS DOUBLE))"),
	}
}

func q9() Query {
	text := `SELECT id, itemName, initialBid, reserve, dateTime, expires, seller, category, auction, bidder, price, bid_dateTime, bid_extra
FROM (SELECT A.id, A.itemName, A.initialBid, A.reserve, A.dateTime, A.expires, A.seller, A.category,
        B.auction, B.bidder, B.price, B.dateTime AS bid_dateTime, B.extra AS bid_extra,
        ROW_NUMBER() OVER (PARTITION BY A.id ORDER BY B.price DESC, B.dateTime ASC) AS rownum
      FROM auction AS A, bid AS B
      WHERE A.id = B.auction AND B.dateTime BETWEEN A.dateTime AND A.expires) AS W
WHERE rownum <= 1`
	return Query{
		Name: "q9", About: "the winning bid of each auction", Changes: true,
		Columns: "id BIGINT, itemName VARCHAR, initialBid BIGINT, reserve BIGINT, dateTime TIMESTAMP, expires TIMESTAMP, seller BIGINT, " +
			"category BIGINT, auction BIGINT, bidder BIGINT, price BIGINT, bid_dateTime TIMESTAMP, bid_extra VARCHAR",
		Kine: text, Duck: text,
	}
}

func q20() Query {
	const text = `SELECT B.auction, B.bidder, B.price, B.channel, B.url, B.dateTime AS bid_dateTime, B.extra AS bid_extra,
  A.itemName, A.description, A.initialBid, A.reserve, A.dateTime AS auction_dateTime, A.expires, A.seller, A.category, A.extra AS auction_extra
FROM bid AS B JOIN auction AS A ON B.auction = A.id WHERE A.category = 10`
	return Query{
		Name: "q20", About: "bids with their auctions, of one category",
		Columns: "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, bid_dateTime TIMESTAMP, bid_extra VARCHAR, " +
			"itemName VARCHAR, description VARCHAR, initialBid BIGINT, reserve BIGINT, auction_dateTime TIMESTAMP, expires TIMESTAMP, " +
			"seller BIGINT, category BIGINT, auction_extra VARCHAR",
		Kine: text, Duck: text,
	}
}

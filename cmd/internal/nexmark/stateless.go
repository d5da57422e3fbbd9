package nexmark

// stateless is the queries that look at a bid at a time.
func stateless() []Query {
	return []Query{
		{
			Name: "q0", About: "pass-through of the bids",
			Columns: "auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP, extra VARCHAR",
			Kine:    "SELECT auction, bidder, price, dateTime, extra FROM bid",
			Duck:    "SELECT auction, bidder, price, dateTime, extra FROM bid",
		},
		{
			Name: "q1", About: "prices in another currency",
			Columns: "auction BIGINT, bidder BIGINT, price DECIMAL(23, 3), dateTime TIMESTAMP, extra VARCHAR",
			Kine:    "SELECT auction, bidder, CAST(0.908 * price AS DECIMAL(23, 3)) AS price, dateTime, extra FROM bid",
			Duck:    "SELECT auction, bidder, (0.908 * price)::DECIMAL(23, 3) AS price, dateTime, extra FROM bid",
		},
		{
			Name: "q2", About: "bids on some auctions",
			Columns: "auction BIGINT, price BIGINT",
			Kine:    "SELECT auction, price FROM bid WHERE MOD(auction, 123) = 0",
			Duck:    "SELECT auction, price FROM bid WHERE auction % 123 = 0",
		},
		q13(), q14(), q21(), q22(),
	}
}

func q13() Query {
	return Query{
		Name: "q13", About: "bids enriched from a side table", Side: true,
		Columns: "auction BIGINT, bidder BIGINT, price BIGINT, dateTime TIMESTAMP, value VARCHAR",
		Kine: `SELECT B.auction, B.bidder, B.price, B.dateTime, S.value
FROM bid AS B JOIN side_input AS S ON MOD(B.auction, 10000) = S.key`,
		Duck: `SELECT B.auction, B.bidder, B.price, B.dateTime, S.value
FROM bid AS B JOIN side_input AS S ON B.auction % 10000 = S.key`,
	}
}

func q14() Query {
	const body = ` AS price,
  CASE WHEN HOUR(dateTime) >= 8 AND HOUR(dateTime) <= 18 THEN 'dayTime'
       WHEN HOUR(dateTime) <= 6 OR HOUR(dateTime) >= 20 THEN 'nightTime' ELSE 'otherTime' END AS bidTimeType,
  dateTime, extra, `
	const where = `
FROM bid WHERE 0.908 * price > 1000000 AND 0.908 * price < 50000000`
	const count = "CHAR_LENGTH(extra) - CHAR_LENGTH(REPLACE(extra, 'c', ''))"
	return Query{
		Name: "q14", About: "a calculation and a filter",
		Columns: "auction BIGINT, bidder BIGINT, price DECIMAL(23, 3), bidTimeType VARCHAR, dateTime TIMESTAMP, extra VARCHAR, c_counts BIGINT",
		Kine:    "SELECT auction, bidder, CAST(0.908 * price AS DECIMAL(23, 3))" + body + count + " AS c_counts" + where,
		Duck:    "SELECT auction, bidder, (0.908 * price)::DECIMAL(23, 3)" + body + "length(extra) - length(replace(extra, 'c', '')) AS c_counts" + where,
	}
}

func q21() Query {
	return Query{
		Name: "q21", About: "the id of the channel, by name or from the address",
		Columns: "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, channel_id VARCHAR",
		Kine: `SELECT auction, bidder, price, channel,
  CASE WHEN LOWER(channel) = 'apple' THEN '0' WHEN LOWER(channel) = 'google' THEN '1'
       WHEN LOWER(channel) = 'facebook' THEN '2' WHEN LOWER(channel) = 'baidu' THEN '3'
       ELSE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) END AS channel_id
FROM bid
WHERE REGEXP_EXTRACT(url, '(&|^)channel_id=([^&]*)', 2) IS NOT NULL OR LOWER(channel) IN ('apple', 'google', 'facebook', 'baidu')`,
		Duck: `SELECT auction, bidder, price, channel,
  CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3'
       ELSE regexp_extract(url, '(&|^)channel_id=([^&]*)', 2) END AS channel_id
FROM bid
WHERE regexp_matches(url, '(&|^)channel_id=([^&]*)') OR lower(channel) IN ('apple', 'google', 'facebook', 'baidu')`,
	}
}

func q22() Query {
	return Query{
		Name: "q22", About: "the folders of the address",
		Columns: "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, dir1 VARCHAR, dir2 VARCHAR, dir3 VARCHAR",
		Kine: `SELECT auction, bidder, price, channel,
  SPLIT_INDEX(url, '/', 3) AS dir1, SPLIT_INDEX(url, '/', 4) AS dir2, SPLIT_INDEX(url, '/', 5) AS dir3 FROM bid`,
		Duck: `SELECT auction, bidder, price, channel,
  split_part(url, '/', 4) AS dir1, split_part(url, '/', 5) AS dir2, split_part(url, '/', 6) AS dir3 FROM bid`,
	}
}

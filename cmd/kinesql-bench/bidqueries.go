package main

// bidStream declares the bids; a second of disorder is allowed for.
const bidStream = `CREATE STREAM bids (
  auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, dateTime TIMESTAMP, extra VARCHAR,
  WATERMARK FOR dateTime AS dateTime - INTERVAL '1' SECOND
) WITH (connector = 'file', path = '%s', format = 'json', timestamp.format = 'epoch_ms')`

const defaultBids = 2_000_000

func tumbleJSON() workload {
	return workload{
		name: "tumble-json",
		about: "Bids as JSON lines: COUNT(*) and SUM(price) by auction in tumbling windows of 10 seconds of event time, " +
			"with 1 second of disorder, from a file to a blackhole.",
		records: defaultBids,
		input:   &bidsInput,
		query: &query{
			stream:  bidStream,
			columns: "auction BIGINT, window_start TIMESTAMP, n BIGINT, total BIGINT",
			kine: `SELECT auction, window_start, COUNT(*) AS n, SUM(price) AS total
FROM bids GROUP BY auction, TUMBLE(dateTime, INTERVAL '10' SECOND)`,
			duck: `SELECT auction, make_timestamp(dateTime // 10000 * 10000000) AS window_start, count(*)::BIGINT AS n, sum(price)::BIGINT AS total
FROM read_json('%s', format = 'newline_delimited', columns = {auction: 'BIGINT', price: 'BIGINT', dateTime: 'BIGINT'})
GROUP BY auction, dateTime // 10000`,
		},
	}
}

func filterJSON() workload {
	return workload{
		name:    "filter-json",
		about:   "The same bids: WHERE MOD(auction, 123) = 0, two columns out, from a file to a blackhole (Nexmark q2).",
		records: defaultBids,
		input:   &bidsInput,
		query: &query{
			stream:  bidStream,
			columns: "auction BIGINT, price BIGINT",
			kine:    "SELECT auction, price FROM bids WHERE MOD(auction, 123) = 0",
			duck: `SELECT auction, price FROM read_json('%s', format = 'newline_delimited',
columns = {auction: 'BIGINT', price: 'BIGINT'}) WHERE auction %% 123 = 0`,
		},
	}
}

func passthroughJSON() workload {
	return workload{
		name:    "passthrough-json",
		about:   "The same bids: all seven columns decoded and encoded again as JSON lines, to /dev/null (Nexmark q0).",
		records: defaultBids,
		input:   &bidsInput,
		query: &query{
			stream:  bidStream,
			encoded: true,
			columns: "auction BIGINT, bidder BIGINT, price BIGINT, channel VARCHAR, url VARCHAR, dateTime TIMESTAMP, extra VARCHAR",
			kine:    "SELECT auction, bidder, price, channel, url, dateTime, extra FROM bids",
			duck: `SELECT auction, bidder, price, channel, url, make_timestamp(dateTime * 1000) AS dateTime, extra
FROM read_json('%s', format = 'newline_delimited', columns = {auction: 'BIGINT', bidder: 'BIGINT', price: 'BIGINT',
channel: 'VARCHAR', url: 'VARCHAR', dateTime: 'BIGINT', extra: 'VARCHAR'})`,
		},
	}
}

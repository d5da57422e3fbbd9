package main

const adversarialStream = `CREATE STREAM records (
  auction BIGINT, price BIGINT, score DOUBLE, channel VARCHAR, extra VARCHAR, dateTime TIMESTAMP,
  meta ROW<geo ROW<city VARCHAR>>,
  WATERMARK FOR dateTime AS dateTime - INTERVAL '1' SECOND
) WITH (connector = 'file', path = '%s', format = 'json', timestamp.format = 'epoch_ms')`

const adversarialRead = `read_json('%s', format = 'newline_delimited', columns = {auction: 'BIGINT', price: 'BIGINT',
score: 'DOUBLE', channel: 'VARCHAR', extra: 'VARCHAR', dateTime: 'BIGINT', meta: 'STRUCT(geo STRUCT(city VARCHAR))'})`

func adversarialJSON() workload {
	return workload{
		name: "adversarial-json",
		about: "Records that defeat guessing: keys in random order, some missing or NULL, escapes in values and keys, white space, " +
			"unicode, deep nesting. An aggregate that touches every string, by a nested key.",
		records: 500_000,
		input:   &adversarialInput,
		query: &query{
			stream:  adversarialStream,
			columns: "city VARCHAR, window_start TIMESTAMP, n BIGINT, total BIGINT, best DOUBLE, longest BIGINT, last VARCHAR",
			kine: `SELECT meta.geo.city AS city, window_start, COUNT(*) AS n, SUM(price) AS total, MAX(score) AS best,
  MAX(CHAR_LENGTH(channel)) AS longest, MAX(extra) AS last
FROM records GROUP BY meta.geo.city, TUMBLE(dateTime, INTERVAL '10' SECOND)`,
			duck: `SELECT meta.geo.city AS city, make_timestamp(dateTime // 10000 * 10000000) AS window_start, count(*)::BIGINT AS n,
sum(price)::BIGINT AS total, max(score) AS best, max(length(channel))::BIGINT AS longest, max(extra) AS last
FROM ` + adversarialRead + ` GROUP BY meta.geo.city, dateTime // 10000`,
			checks: []query{{
				stream:  adversarialStream,
				columns: "auction BIGINT, price BIGINT, score DOUBLE, channel VARCHAR, extra VARCHAR, dateTime TIMESTAMP, city VARCHAR",
				kine:    "SELECT auction, price, score, channel, extra, dateTime, meta.geo.city AS city FROM records",
				duck: `SELECT auction, price, score, channel, extra, make_timestamp(dateTime * 1000) AS dateTime, meta.geo.city AS city
FROM ` + adversarialRead,
			}},
		},
	}
}

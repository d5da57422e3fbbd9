// Package kinesis is SQL on shards: the source and the sink of streams that are
// kept in a shard log of the engine's own (connector "shards", also that of
// CREATE STREAM without a connector where there is a log), and of streams behind
// a Kinesis endpoint, AWS or another KineSQL (connector "kinesis"). Both are one
// source and one sink over a small interface, Service.
//
// # Reading
//
// Every shard is a split. A shard that was made by a split or merge is read after
// all its parents have been read to their end, by the instance that read the last
// of them; so a key's records come in their order, also while the stream is
// resharded, and none is lost or doubled. Shards are read ahead, each by a
// goroutine that holds one page, and taken by the time of arrival.
//
// start says where the shards begin that exist when the query starts: with
// trim_horizon (the default) at their oldest record, with latest behind their
// last one, with at_timestamp at the first record that arrived at or after
// start.timestamp. Shards that are made later are read from their beginning.
//
// A record holds a row or more, as its format says: lines of JSON or CSV. JSON
// that is spread over lines is one row. Records that the Kinesis Producer Library
// has aggregated are unpacked; those among them whose hash key is not in the
// shard's range are passed over: their producer routed the whole by another shard
// map, and puts them again. A record that cannot be read goes to the error stream with
// its shard and sequence number. Damaged or expired records that a reader meets
// are told there as well. A query that is run anew reads from start again: nothing
// remembers how far the last run has come.
//
// Queries can name APPROXIMATE_ARRIVAL_TIME, PARTITION_KEY, SHARD_ID and
// SEQUENCE_NUMBER of each record, unless the stream has columns of those names.
// ROWTIME is the arrival where the stream has no WATERMARK.
//
// # The end
//
// A stream that others can write to does not end by itself. With bounded='true' a
// query reads what is there when it starts. Where only the engine's own queries
// can write, because no API is served, a stream ends for its readers when all
// pumps and inserts that write it have ended, as streams in memory do; so a
// script over bounded input ends.
//
// # Writing
//
// A row is a record: JSON without a newline, or CSV without a header. Its
// partition key is the value of the expression partition_key, as text; without
// that option, or where it is NULL or empty, the key is random and records are
// spread evenly. Records are gathered while a write is under way and go out
// together. A query is not ended before all its records are durable. Over HTTP,
// records that the service refuses for want of throughput are put again, before
// any that came after them, with growing pauses; a request whose answer is lost
// is put again too, so that records may come twice but are not lost, and the
// order within a key is kept between requests.
//
// Options of both connectors:
//
//	format           json (default), csv; for reading all formats, with their options
//	start            trim_horizon (default), latest, at_timestamp
//	start.timestamp  ISO 8601, or seconds since 1970
//	bounded          true: end with what was there at the start; default false
//	partition_key    an expression over the columns
//	idle_timeout     how long a quiet shard holds the others back; 5s
//
// Of "shards" beside them:
//
//	shards     how many a new stream gets, 1 by default
//	retention  how long records are kept, 24h (default) to 365d
//
// Of "kinesis" beside them:
//
//	stream              its name; default that of the SQL stream
//	endpoint            default that of AWS for the region
//	region              default from the environment
//	access_key_id       and secret_access_key, session_token: default the usual chain of AWS
//	enhanced_fan_out    the name of a consumer: registered if need be; records are
//	                    pushed. Without it shards are polled.
package kinesis

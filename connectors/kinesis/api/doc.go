// Package api answers the Kinesis Data Streams API, version 2013-12-02, over HTTP:
// streams, consumers, records, iterators and subscriptions of a shard.Log. It owns
// what the log does not know: tags, consumers, policies, limits, iterators.
//
// # Puts
//
// A put becomes one group of records per shard, which the log makes durable together
// before it is answered. The usual JSON goes into the groups in one pass over the body;
// whatever is not usual takes the ordinary way through decoder and checks, which alone
// knows how errors are told, and a test holds the two together. A record that finds its
// shard closed by a split or merge is sent to the shard that came in its place. A stream
// whose distribution is AUTO spreads records in turn and keeps their keys, if they have
// any, as data.
//
// Rate limits are those of the service, and off unless a stream's document turns them
// on; limits of sizes always hold. A limited record fails alone.
//
// # Reads
//
// An iterator is a sealed place in a shard, good for five minutes in its account and
// region, over restarts too, for its key is kept with the log. One that outlives its
// stream reads a new stream of that name from the start. A sequence number that names no
// record means the place where it would be; one past the end, which a crash without
// durability may leave with a consumer, means the end. The answer that reaches the end of
// a closed shard brings its children and no next iterator.
//
// # Subscriptions
//
// A subscription is an answer that does not end before its time: events in JSON, even
// for requests in CBOR. Those at the same place of a shard share the event, encoded once.
// One ends without a word after its life, at the end of its shard, and when the server
// shuts down; with an exception when it is taken over, or its stream or consumer is
// deleted. A client that does not read holds up nobody else.
package api

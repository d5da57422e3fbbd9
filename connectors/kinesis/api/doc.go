// Package api answers the Kinesis Data Streams API, version 2013-12-02, over HTTP:
// streams, consumers, records, iterators and subscriptions of a shard.Log. It owns
// what the log does not know: tags, consumers, policies, limits, iterators.
package api

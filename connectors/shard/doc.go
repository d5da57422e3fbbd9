// Package shard is the vocabulary of streams made of shards, as Amazon Kinesis
// Data Streams has them: sequence numbers, hash-key ranges, records, and the Log
// that keeps them. It holds no data itself. The embedded log (connectors/shardlog)
// implements Log; the Kinesis API and the Kinesis source and sink use it.
//
// Places in a shard are counters: record number n of a shard has counter n, from
// 0, without gaps but for damage that a repair has left. A Sequence spells a counter the way Kinesis does.
package shard

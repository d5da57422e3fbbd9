// Package kds measures servers of the Kinesis Data Streams API: kinesql serve and
// the peers it starts beside it. The same client sends the same bytes to each,
// every record is read back and compared before a row counts, and the primary
// figure is the CPU time of the server's process by record.
package kds

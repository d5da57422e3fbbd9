// Package shardlog keeps streams of records durably in a directory. It implements
// shard.Log.
//
// # One sequence of segments
//
// The records of all shards of all streams go to one sequence of append-only
// files, in the order in which they were acknowledged. So one write and one sync make
// the appends of any number of shards durable. A single goroutine, the committer,
// takes all appends that wait, puts those of one shard together in a frame, gives
// them their counters and the time of arrival, writes all frames with one call, syncs once and
// then answers. That is a round. There is no timer: while a round is synced the next one gathers.
//
//	LOCK                          held while a process has the log open
//	identity.json                 the identity of the next stream, once the latest one was deleted
//	reserve                       room on the disk that is given back when it is full, to write what frees more
//	tips.json                     how far the records of shards are trimmed
//	streams/0000000001.json       a stream: its shards, retention, key and document
//	documents/61636374.json       a document; the name is its key in hexadecimal
//	log/000000000001.seg          a segment: frames
//	log/000000000001.idx          its index, made when the segment is full
//	keys/                         the keys of encrypted streams, see Keyring
//	quarantine/                   copies of what Repair found damaged, and report.jsonl about them
//
// The .json files are replaced as a whole: written under another name, synced,
// renamed, and the directory synced. Their last line is the CRC32C of what is before it.
//
// # Segments, version 1
//
// All numbers are little endian; CRC is CRC32C (Castagnoli).
//
//	      0        8     12         16       24     32           40 .. 64
//	     +--------+-----+----------+--------+------+------------+------+
//	   0 | magic  | CRC | version  | number | salt | created ms |  0   |   magic "KSQLSEG1", CRC of 12..64
//	     +--------+-----+----------+--------+------+------------+------+
//	2048 | the same again, in another sector                          |
//	     +------------------------------------------------------------+
//	4096 | frame | frame | ...                            | zeros ... |
//	     +------------------------------------------------------------+
//
// A segment has its place on the disk before the first frame is written, so that a full
// disk is met when a segment is made and nothing depends on it yet, and so that a sync has no
// sizes to record. When it is full, what is left over is cut off. Each start of the log begins
// a new segment: nothing is ever written after what a crash has left.
//
// A frame is records of one shard that follow each other. It begins at a multiple of 8.
//
//	    0        4            8             12
//	   +--------+------------+-------------+----------------+
//	 0 | magic  | header CRC | payload CRC | payload length |   magic "KSF1"; header CRC of 8..64
//	   +--------+------------+-------------+----------------+
//	16 | round               | synced round                 |   the last round known durable when this one was written
//	   +---------------------+------------------------------+
//	32 | counter of the first record | arrival in ms        |
//	   +---------------------+------------------------------+
//	48 | stream | shard      | count       | flags          |   1: encrypted, 2: the last frame of its round
//	   +--------+------------+-------------+----------------+
//	64 | payload: the records, each by shard.AppendRecord   |
//	   +----------------------------------------------------+
//
// The header CRC starts from a number made of the segment's salt and the frame's offset.
// A frame that a client has put into a record, or that lies where it was not written, is
// none. As headers are checked by themselves, a damaged payload costs
// its frame only, and it is known which records are lost.
//
// # Recovery
//
// A segment with an index was synced as a whole and is taken by its index. Others, the last
// one or two, are scanned. A bad frame that no later frame knows to be
// durable (by its synced round) was being written when the machine stopped: it and what follows are cut
// off, nothing of it was acknowledged. A bad frame that a later one knows to be durable is damage. It stays where
// it is; reading it gives a *shard.CorruptError with the counters that are lost, all else is read as before. If not
// even the header tells whose records were lost, shards without a later record
// go on with counters that no lost record can have had.
//
// # Index, version 1
//
//	    0          8     12        16       24     32            40           48             56      60      64 .. 80
//	   +----------+-----+---------+--------+------+-------------+------------+--------------+-------+-------+------+
//	 0 | KSQLIDX1 | CRC | version | number | salt | end of data | last round | synced round | count |  CRC  |  0   |
//	   +----------+-----+---------+--------+------+-------------+------------+--------------+-------+-------+------+
//	80 | count summaries of 72 bytes, by stream and shard; the CRC at 60 is theirs:                         |
//	   |   stream 4 | shard 4 | first 8 | next 8 | first arrival 8 | last arrival 8 | payload bytes 8 |        |
//	   |   offset of entries in this file 8 | number of entries 4 | CRC of entries 4 | 0 8                     |
//	   +----------------------------------------------------------------------------------------------------+
//	   | entries of 32 bytes, those of each summary together:                                               |
//	   |   first 8 | next 8 | arrival of the first 8 | offset in the segment 4 | length 4                        |
//	   +----------------------------------------------------------------------------------------------------+
//
// An entry covers frames of its shard that lie within 64 KiB with less of others
// between them, so that one read brings them all; the index is sparse. Counters between two entries
// are lost records; an entry of length 0 is lost records that have been given up, which readers skip.
// A start reads summaries only. Entries are read when an old record is, and those used lately are kept.
// An index can always be made again from its segment.
//
// # Retention
//
// A pass of retention (Retain) first writes down how far shards will be trimmed (tips.json), then trims.
// Segments of which nothing can be read any more are removed, in any order. One of which less than a quarter
// can be is written anew with its live frames only: whole and durable under another name first, then without the index of the old one,
// then in its place. A segment that is damaged, or whose index has holes, stays as it is.
//
// # Durability
//
//   - Always: an append is answered when it has been synced. What was
//     acknowledged survives a loss of power, as far as the disk keeps its word. The default.
//   - Interval: an append is answered when it has been handed to the operating system,
//     and synced within SyncInterval. A crash of kinesql loses nothing; a loss of
//     power loses at most what was acknowledged in that last interval.
//   - None: the operating system writes when it likes. A crash of kinesql loses
//     nothing; a loss of power may lose anything not yet written, streams included.
//
// A write or a sync that fails ends the log's writing in every mode: appends get
// shard.ErrLogFailed, and nothing is tried again, because a second sync that succeeds
// proves nothing about what the first was to write. Reading goes on. A disk
// without room for another segment fails only the appends that would need it.
//
// # Memory
//
// The latest rounds stay in memory as they were written (Options.TailBytes), and readers near
// the tip get records out of them without a copy. Older records are read from the segments.
// The system is told not to keep large rounds in its memory once they are durable: fast writers use the
// same few pages again, and readers who are further behind them than the tail read the disk.
// A shard that is not used takes a few hundred bytes.
package shardlog

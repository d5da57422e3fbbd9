package kds

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"kinesql/connectors/shard"
	"kinesql/connectors/shardlog"
	"kinesql/operators/vfs"
)

// startupBytes is how much the log holds at start-up.
const startupBytes = 100 << 30

// startup measures how long a server takes to start on a log of 100 GB. The records
// are zeros, which take no place on the disk.
func (r *runner) startup(ctx context.Context) error {
	dir, err := os.MkdirTemp(r.dir, "startup-")
	if err != nil {
		return err
	}
	if err := fill(ctx, dir, startupBytes); err != nil {
		return err
	}
	var rows []Row
	for range r.runs {
		port, err := freePort()
		if err != nil {
			return err
		}
		begin := time.Now()
		p, err := openKineSQL(ctx, r.binary, dir, port)
		if err != nil {
			return err
		}
		took := time.Since(begin)
		rss, err := p.rss()
		err = errors.Join(err, hasRecords(ctx, p.url, "zeros"))
		p.stop()
		if err != nil {
			return err
		}
		rows = append(rows, Row{
			Workload: "startup", System: "kinesql", Version: "this tree", Durability: "fsync", Verified: true,
			Note: fmt.Sprintf("%d GB: answers after %.2f s, %.0f MB", startupBytes>>30, took.Seconds(), float64(rss)/1e6),
		})
	}
	r.add(rows)
	return nil
}

// hasRecords returns an error unless every shard of a stream gives its first records.
func hasRecords(ctx context.Context, url, stream string) error {
	c := newClient(url, 1)
	return eachShard(ctx, c, stream, func(shard string) error {
		at, err := c.fromStart(ctx, stream, shard)
		if err != nil {
			return err
		}
		var answer bytes.Buffer
		if err := c.call(ctx, "GetRecords", []byte(`{"ShardIterator":"`+at+`","Limit":1}`), &answer); err != nil {
			return err
		}
		if !bytes.Contains(answer.Bytes(), []byte(`"SequenceNumber"`)) {
			return fmt.Errorf("%s of %s has no records: %.200s", shard, stream, &answer)
		}
		return nil
	})
}

// fill writes a stream of 4 shards with records of a megabyte of zeros.
func fill(ctx context.Context, dir string, total int64) error {
	log, err := shardlog.Open(dir, shardlog.Options{FS: sparse{vfs.OS()}, Durability: shardlog.None})
	if err != nil {
		return err
	}
	defer log.Close()
	scope := shard.Scope{Account: "000000000000", Region: "us-east-1"}
	st := shard.Stream{Scope: scope, Name: "zeros", Status: shard.Active, Retention: 24 * time.Hour}
	for _, r := range shard.EvenRanges(4) {
		st.Shards = append(st.Shards, shard.Shard{Range: r})
	}
	made, err := log.Create(st)
	if err != nil {
		return err
	}
	payload := shard.AppendRecord(nil, []byte("k"), make([]byte, 1<<20-16))
	for n := int64(0); n < total; n += 4 << 20 {
		groups := make([]shard.Group, 4)
		for i := range groups {
			groups[i] = shard.Group{Shard: uint32(i), Count: 1, Payload: payload}
		}
		if err := log.Append(ctx, made.ID, groups); err != nil {
			return err
		}
	}
	return log.Close()
}

package shardlog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"time"

	"kinesql/connectors/shard"
	"kinesql/operators/vfs"
)

// A kept file is what it holds and a last line "crc32c=xxxxxxxx". It is replaced as a whole.

const trailerBytes = len("\ncrc32c=00000000\n")

func writeKept(fsys vfs.FS, name string, content []byte) error {
	out := fmt.Appendf(bytes.Clone(content), "\ncrc32c=%08x\n", crc32.Checksum(content, castagnoli))
	return vfs.WriteFile(fsys, name, out, 0o600)
}

func readKept(fsys vfs.FS, name string) ([]byte, error) {
	b, err := vfs.ReadFile(fsys, name)
	if err != nil {
		return nil, err
	}
	n := len(b) - trailerBytes
	if n < 0 || string(b[n:]) != fmt.Sprintf("\ncrc32c=%08x\n", crc32.Checksum(b[:n], castagnoli)) {
		return nil, fmt.Errorf("%s: its checksum does not fit what it holds; restore it from a backup, or correct it by hand and give it the checksum that kinesql shards verify tells", name)
	}
	return b[:n:n], nil
}

// keptStream is a stream in its file.
type keptStream struct {
	Version   int             `json:"version"`
	ID        shard.StreamID  `json:"id"`
	Account   string          `json:"account"`
	Region    string          `json:"region"`
	Name      string          `json:"name"`
	Created   time.Time       `json:"created"`
	Status    shard.Status    `json:"status"`
	Retention string          `json:"retention"`
	KeyID     string          `json:"key_id,omitempty"`
	NextShard uint32          `json:"next_shard"`
	Shards    []keptShard     `json:"shards"`
	Document  json.RawMessage `json:"document,omitempty"`
}

type keptShard struct {
	Index    uint32     `json:"index"`
	Start    shard.Hash `json:"start"`
	End      shard.Hash `json:"end"`
	Created  time.Time  `json:"created"`
	Parents  []uint32   `json:"parents,omitempty"`
	Closed   *time.Time `json:"closed,omitempty"`
	ClosedAt uint64     `json:"closed_at,omitempty"`
}

func encodeStream(v *view) ([]byte, error) {
	s := v.Stream
	k := keptStream{
		Version: 1, ID: s.ID, Account: s.Scope.Account, Region: s.Scope.Region, Name: s.Name, Created: s.Created,
		Status: s.Status, Retention: s.Retention.String(), KeyID: s.KeyID, NextShard: v.nextShard, Document: s.Document,
	}
	for i := range s.Shards {
		sh := &s.Shards[i]
		ks := keptShard{Index: sh.Index, Start: sh.Range.Start, End: sh.Range.End, Created: sh.Created, Parents: sh.Parents, ClosedAt: sh.ClosedAt}
		if !sh.Open() {
			ks.Closed = &sh.Closed
		}
		k.Shards = append(k.Shards, ks)
	}
	b, err := json.MarshalIndent(k, "", " ")
	if err != nil {
		return nil, fmt.Errorf("stream %s: its document is no JSON: %w", s.Name, err)
	}
	return b, nil
}

func decodeStream(b []byte) (*shard.Stream, uint32, error) {
	var k keptStream
	if err := json.Unmarshal(b, &k); err != nil {
		return nil, 0, err
	}
	if k.Version != 1 {
		return nil, 0, fmt.Errorf("version %d, want 1: %w", k.Version, errVersion)
	}
	retention, err := time.ParseDuration(k.Retention)
	if err != nil {
		return nil, 0, err
	}
	s := &shard.Stream{
		ID: k.ID, Scope: shard.Scope{Account: k.Account, Region: k.Region}, Name: k.Name, Created: k.Created,
		Status: k.Status, Retention: retention, KeyID: k.KeyID,
	}
	if len(k.Document) > 0 { // without the indentation of the file
		var b bytes.Buffer
		if err := json.Compact(&b, k.Document); err != nil {
			return nil, 0, err
		}
		s.Document = b.Bytes()
	}
	for _, ks := range k.Shards {
		sh := shard.Shard{Index: ks.Index, Range: shard.HashRange{Start: ks.Start, End: ks.End}, Created: ks.Created, Parents: ks.Parents, ClosedAt: ks.ClosedAt}
		if ks.Closed != nil {
			sh.Closed = *ks.Closed
		}
		s.Shards = append(s.Shards, sh)
	}
	return s, k.NextShard, nil
}

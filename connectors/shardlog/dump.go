package shardlog

import (
	"encoding/json"
	"errors"
	"io"
	"time"

	"kinesql/connectors/shard"
)

// Lines of a dump. Each has its kind in "type".
type (
	streamLine struct {
		Type      string          `json:"type"`
		ID        shard.StreamID  `json:"id"`
		Name      string          `json:"name"`
		Account   string          `json:"account"`
		Region    string          `json:"region"`
		Status    shard.Status    `json:"status"`
		Created   time.Time       `json:"created"`
		Retention string          `json:"retention"`
		Key       string          `json:"key,omitempty"`
		Shards    []shardLine     `json:"shards"`
		Document  json.RawMessage `json:"document,omitempty"`
	}
	shardLine struct {
		ID       string     `json:"id"`
		Start    shard.Hash `json:"start"`
		End      shard.Hash `json:"end"`
		Parents  []string   `json:"parents,omitempty"`
		Closed   *time.Time `json:"closed,omitempty"`
		ClosedAt uint64     `json:"closed_at,omitempty"`
	}
	segmentLine struct {
		Type    string `json:"type"`
		File    string `json:"file"`
		Bytes   int64  `json:"bytes"`
		Indexed bool   `json:"indexed"`
		Error   string `json:"error,omitempty"`
	}
	frameLine struct {
		Type     string         `json:"type"`
		File     string         `json:"file"`
		Offset   int64          `json:"offset"`
		End      int64          `json:"end"`
		Error    string         `json:"error,omitempty"`
		Stream   string         `json:"stream,omitempty"`
		StreamID shard.StreamID `json:"stream_id,omitempty"`
		Shard    string         `json:"shard,omitempty"`
		First    uint64         `json:"first"`
		Count    uint32         `json:"count"`
		Arrival  time.Time      `json:"arrival"`
		Round    uint64         `json:"round"`
		Sealed   bool           `json:"sealed,omitempty"`
	}
	recordLine struct {
		Type     string    `json:"type"`
		Stream   string    `json:"stream,omitempty"`
		Shard    string    `json:"shard"`
		Counter  uint64    `json:"counter"`
		Sequence string    `json:"sequence,omitempty"`
		Arrival  time.Time `json:"arrival"`
		Key      string    `json:"key"`
		Data     []byte    `json:"data"` // base64
	}
)

// Dump writes what a log's directory holds as JSON lines: streams, segments, their
// frames, and on request the records. It takes no lock and changes nothing; of a log that is
// in use the latest frames may be shown as damaged, as they are being written.
func Dump(w io.Writer, path string, o Inspect) error {
	d, err := openDirectory(path, o)
	if err != nil {
		return err
	}
	out := json.NewEncoder(w)
	for _, s := range d.sortedStreams() {
		if err := out.Encode(d.streamLine(s)); err != nil {
			return err
		}
	}
	for _, seg := range d.segs {
		if err := d.dumpSegment(out, seg); err != nil {
			return err
		}
	}
	faults := make([]error, len(d.faults))
	for i, text := range d.faults {
		faults[i] = errors.New(text)
	}
	return errors.Join(faults...)
}

func (d *directory) streamLine(s *shard.Stream) streamLine {
	line := streamLine{Type: "stream", ID: s.ID, Name: s.Name, Account: s.Scope.Account, Region: s.Scope.Region, Status: s.Status,
		Created: s.Created, Retention: s.Retention.String(), Key: s.KeyID, Document: s.Document}
	for i := range s.Shards {
		sh := &s.Shards[i]
		if d.opts.Shard != nil && *d.opts.Shard != sh.Index {
			continue
		}
		l := shardLine{ID: shard.Name(sh.Index), Start: sh.Range.Start, End: sh.Range.End, ClosedAt: sh.ClosedAt}
		for _, p := range sh.Parents {
			l.Parents = append(l.Parents, shard.Name(p))
		}
		if !sh.Open() {
			l.Closed = &sh.Closed
		}
		line.Shards = append(line.Shards, l)
	}
	return line
}

func (d *directory) dumpSegment(out *json.Encoder, seg *segment) error {
	line := segmentLine{Type: "segment", File: seg.path, Indexed: d.indexes[seg] != nil}
	if info, err := d.fs.Stat(seg.path); err == nil {
		line.Bytes = info.Size()
	}
	if err := d.badIdx[seg]; err != nil {
		line.Error = err.Error()
	}
	if err := out.Encode(line); err != nil {
		return err
	}
	var failed error // to write
	err := d.scan(seg, func(fr *found) (bool, error) {
		failed = d.dumpFrame(out, seg, fr)
		return failed == nil, nil
	})
	if err != nil && !errors.Is(err, errBlank) { // blank: it was set aside, and never used
		d.faults = append(d.faults, err.Error())
	}
	return failed
}

func (d *directory) dumpFrame(out *json.Encoder, seg *segment, fr *found) error {
	if fr.count > 0 && !d.shows(fr.ref) || fr.count == 0 && (d.opts.Stream != "" || d.opts.Shard != nil) {
		return nil
	}
	line := frameLine{Type: "frame", File: seg.path, Offset: fr.offset, End: fr.end, Error: fr.bad, Round: fr.round}
	if fr.count > 0 {
		line.StreamID, line.Shard, line.First, line.Count = fr.ref.Stream, shard.Name(fr.ref.Shard), fr.first, fr.count
		line.Arrival, line.Sealed = time.UnixMilli(fr.arrival).UTC(), fr.flags&flagSealed != 0
		if s := d.streams[fr.ref.Stream]; s != nil {
			line.Stream = s.Name
		}
	}
	var plain []byte
	if d.opts.Records && fr.bad == "" {
		var err error
		if plain, err = d.plain(fr); err != nil {
			line.Error = err.Error()
		}
	}
	if err := out.Encode(line); err != nil {
		return err
	}
	return d.dumpRecords(out, &line, fr, plain)
}

func (d *directory) dumpRecords(out *json.Encoder, frame *frameLine, fr *found, plain []byte) error {
	var info *shard.Shard
	if s := d.streams[fr.ref.Stream]; s != nil {
		info = s.Shard(fr.ref.Shard)
	}
	line := recordLine{Type: "record", Stream: frame.Stream, Shard: frame.Shard, Counter: fr.first, Arrival: frame.Arrival}
	for ; len(plain) > 0; line.Counter++ {
		key, data, rest, err := shard.NextRecord(plain)
		if err != nil {
			return err
		}
		line.Key, line.Data, plain = string(key), data, rest
		if info != nil {
			line.Sequence = info.Sequence(line.Counter, fr.arrival).String()
		}
		if err := out.Encode(line); err != nil {
			return err
		}
	}
	return nil
}

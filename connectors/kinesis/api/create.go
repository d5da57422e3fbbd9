package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

const (
	// onDemandShards is how many shards an on-demand stream starts with.
	onDemandShards = 4
	// defaultRetention is how long a new stream keeps records.
	defaultRetention = 24 * time.Hour
)

// createStream makes a stream. It is CREATING for Config.StatusDelay and shows no
// shards until it is ACTIVE. The service's limit of five streams that are CREATING
// is one of rates, and not kept.
func (s *Server) createStream(_ context.Context, c *Caller, in *kinesis.CreateStreamInput) (*kinesis.CreateStreamOutput, error) {
	doc, shards, err := s.newDocument(c, in)
	if err != nil {
		return nil, err
	}
	st, err := s.create(c, *in.StreamName, doc, shards)
	if err != nil {
		return nil, err
	}
	if st.Status != shard.Active {
		return nil, s.later(func() error { return s.finish(st.ID) })
	}
	return nil, nil
}

// create checks that there is room for a stream, and makes it.
func (s *Server) create(c *Caller, name string, doc *document, shards int) (*shard.Stream, error) {
	s.quota.Lock()
	defer s.quota.Unlock()
	exists := wire.Errorf(codeInUse, "Stream %s under account %s already exists.", name, c.Scope.Account)
	if _, err := s.cfg.Log.Lookup(c.Scope, name); err == nil {
		return nil, exists
	}
	if err := s.room(c.Scope, shards); err != nil {
		return nil, err
	}
	st := shard.Stream{Scope: c.Scope, Name: name, Status: shard.Creating, Retention: defaultRetention}
	if s.cfg.StatusDelay <= 0 {
		st.Status = shard.Active
	}
	for _, r := range shard.EvenRanges(shards) {
		st.Shards = append(st.Shards, shard.Shard{Range: r})
	}
	var err error
	if st.Document, err = json.Marshal(doc); err != nil {
		return nil, err
	}
	made, err := s.cfg.Log.Create(st)
	if errors.Is(err, shard.ErrExists) {
		return nil, exists
	}
	return made, err
}

// newDocument checks a request to create a stream, and turns it into the stream's
// document and number of shards. Without mode and number the stream is on demand.
func (s *Server) newDocument(c *Caller, in *kinesis.CreateStreamInput) (*document, int, error) {
	doc := &document{Mode: string(types.StreamModeProvisioned), Tags: in.Tags, Distribution: string(in.RecordDistributionStrategy)}
	if in.StreamModeDetails != nil {
		doc.Mode = string(in.StreamModeDetails.StreamMode)
	} else if in.ShardCount == nil {
		doc.Mode = string(types.StreamModeOnDemand)
	}
	if in.MaxRecordSizeInKiB != nil {
		doc.MaxRecordKiB = int(*in.MaxRecordSizeInKiB)
	}
	if err := checkTags(tagsOfStream("add tags to", *in.StreamName, c.Scope), nil, in.Tags); err != nil {
		return nil, 0, err
	}
	doc.tagged()
	if in.WarmThroughputMiBps != nil {
		if err := s.warm(c.Scope, doc, *in.WarmThroughputMiBps); err != nil {
			return nil, 0, err
		}
	}
	shards, err := shardCount(doc, in)
	return doc, shards, err
}

// shardCount is how many shards a new stream gets.
func shardCount(doc *document, in *kinesis.CreateStreamInput) (int, error) {
	if doc.onDemand() {
		if in.ShardCount != nil {
			return 0, wire.Errorf(codeValidation, "ShardCount is not expected when StreamMode=ON_DEMAND")
		}
		return onDemandShards, nil
	}
	if in.ShardCount == nil {
		return 0, wire.Errorf(codeValidation, "ShardCount is required when StreamMode=PROVISIONED")
	}
	if doc.Distribution == string(types.RecordDistributionStrategyAuto) {
		return 0, notOnDemand("RecordDistributionStrategy AUTO")
	}
	return int(*in.ShardCount), nil
}

// onDemand reports the mode. A stream that was not made by the API is PROVISIONED.
func (d *document) onDemand() bool { return d.Mode == string(types.StreamModeOnDemand) }

// notOnDemand says that a setting needs an on-demand stream.
func notOnDemand(what string) error {
	return wire.Errorf(codeInvalidArgument, "%s is supported only for streams in ON_DEMAND mode.", what)
}

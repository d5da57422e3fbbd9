package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// Limits of records. A record's own is the stream's MaxRecordSizeInKiB.
const (
	maxPutBytes      = 10 << 20 // of a PutRecords request: data and keys
	defaultRecordKiB = 1024
)

// writable finds the stream of a put. Streams being made or deleted are not found.
func (s *Server) writable(c *Caller, name, arn *string) (*view, error) {
	v, err := s.resolve(c, name, arn)
	if err != nil {
		return nil, err
	}
	if !v.takesRecords() {
		return nil, notFound(v.Scope, v.Name)
	}
	return v, nil
}

func (v *view) takesRecords() bool {
	return v.Status == shard.Active || v.Status == shard.Updating
}

// maxRecordBytes is how large a record may be: its data and its partition key.
func (v *view) maxRecordBytes() int {
	if v.doc.MaxRecordKiB > 0 {
		return v.doc.MaxRecordKiB << 10
	}
	return defaultRecordKiB << 10
}

// recordEncryption is the EncryptionType of records and answers to puts, which do
// not show any for a stream in the clear.
func (v *view) recordEncryption() types.EncryptionType {
	if v.KeyID != "" {
		return types.EncryptionTypeKms
	}
	return ""
}

func (s *Server) putRecord(_ context.Context, c *Caller, in *kinesis.PutRecordInput) (*kinesis.PutRecordOutput, error) {
	v, err := s.writable(c, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	b := newBatch()
	defer b.release()
	if err := b.take(v, "", in.PartitionKey, in.ExplicitHashKey, in.Data); err != nil {
		return nil, err
	}
	if err := s.checkOrdering(v, in.SequenceNumberForOrdering); err != nil {
		return nil, err
	}
	if aws.ToBool(in.DryRun) {
		return nil, dryRun()
	}
	if err := s.put(v, b, "PutRecord"); err != nil {
		return nil, err
	}
	e := &b.entries[0]
	if err := b.failure(v, e); err != nil {
		return nil, err
	}
	return &kinesis.PutRecordOutput{
		ShardId:        aws.String(b.homes[e.group].name),
		SequenceNumber: aws.String(string(b.numbers[e.group].Append(nil))),
		EncryptionType: v.recordEncryption(),
	}, nil
}

func (s *Server) putRecords(_ context.Context, c *Caller, in *kinesis.PutRecordsInput) (*kinesis.PutRecordsOutput, error) {
	v, err := s.writable(c, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	b := newBatch()
	defer b.release()
	for i, r := range in.Records {
		path := fmt.Sprintf("records.%d.member.", i+1)
		if err := b.take(v, path, r.PartitionKey, r.ExplicitHashKey, r.Data); err != nil {
			return nil, err
		}
	}
	if b.bytes > maxPutBytes {
		return nil, wire.Errorf(codeInvalidArgument, "Records size exceeds 10 MB limit")
	}
	if aws.ToBool(in.DryRun) {
		return nil, dryRun()
	}
	if err := s.put(v, b, "PutRecords"); err != nil {
		return nil, err
	}
	return b.output(v), nil
}

// take checks a record against the stream and adds it. path says where it stands in the request.
func (b *batch) take(v *view, path string, key, explicit *string, data []byte) error {
	if len(data)+len(aws.ToString(key)) > v.maxRecordBytes() {
		return wire.Errorf(codeValidation, "1 validation error detected: Value at '%sdata' failed to satisfy constraint: Member must have length less than or equal to %d",
			path, v.maxRecordBytes())
	}
	if key == nil && !v.auto() {
		return wire.Missing(path + "partitionKey")
	}
	text := []byte(aws.ToString(key))
	hash, err := hashOf(v, text, explicit)
	if err != nil {
		return err
	}
	b.add(text, data, len(data), hash)
	return nil
}

// hashOf is the hash that routes a record.
func hashOf(v *view, key []byte, explicit *string) (shard.Hash, error) {
	if v.auto() {
		return shard.Hash{}, nil
	}
	if explicit == nil {
		return shard.HashKey(key), nil
	}
	h, err := shard.ParseHash(*explicit)
	if err != nil {
		return h, wire.Errorf(codeInvalidArgument,
			"Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1]. Specified value was %s", *explicit)
	}
	return h, nil
}

// put routes, encodes and appends a batch of decoded records.
func (s *Server) put(v *view, b *batch, action string) error {
	b.route(v, s.writeLimit(v))
	b.fill(false)
	return s.commit(v, b, action)
}

// commit appends a batch that has been filled and makes its numbers ready.
func (s *Server) commit(v *view, b *batch, action string) error {
	if len(b.groups) > 0 {
		if err := s.append(v, b); err != nil {
			return s.appendError(v, err)
		}
	}
	for i := range b.groups {
		if err := b.groups[i].Err; err != nil && !errors.Is(err, shard.ErrShardClosed) {
			s.cfg.Logger.Error("records were not written", "stream", v.Name, "shard", b.homes[i].name, "error", err)
		}
	}
	b.count()
	s.countPut(v, b, action)
	return nil
}

// appendError tells the client of a failed append no more than it can use.
func (s *Server) appendError(v *view, err error) error {
	if errors.Is(err, shard.ErrNoStream) {
		return notFound(v.Scope, v.Name)
	}
	return err
}

func (s *Server) countPut(v *view, b *batch, action string) {
	if s.cfg.Metrics == nil {
		return
	}
	throttles, failures := b.refused()
	bytes := b.bytes
	if throttles+failures > 0 {
		bytes = 0
		for i := range b.entries {
			if e := &b.entries[i]; e.group != throttled && b.groups[e.group].Err == nil {
				bytes += len(e.key) + e.size
			}
		}
	}
	s.cfg.Metrics.Put(v.Scope, v.Name, action, len(b.entries)-throttles-failures, bytes, throttles)
}

// failure is why a record of a PutRecord was not taken.
func (b *batch) failure(v *view, e *putEntry) error {
	if e.group == throttled {
		return rateExceeded(v, v.routes.homes[e.slot].name)
	}
	return b.groups[e.group].Err
}

// output answers a PutRecords.
func (b *batch) output(v *view) *kinesis.PutRecordsOutput {
	throttles, failures := b.refused()
	out := &kinesis.PutRecordsOutput{
		FailedRecordCount: aws.Int32(int32(throttles + failures)),
		Records:           make([]types.PutRecordsResultEntry, len(b.entries)),
		EncryptionType:    v.recordEncryption(),
	}
	for i := range b.entries {
		e, r := &b.entries[i], &out.Records[i]
		switch {
		case e.group == throttled:
			r.ErrorCode = aws.String(codeThroughput)
			r.ErrorMessage = aws.String(rateExceeded(v, v.routes.homes[e.slot].name).Message)
		case b.groups[e.group].Err != nil:
			r.ErrorCode = aws.String(codeInternal)
			r.ErrorMessage = aws.String(internalMessage)
		default:
			number := &b.numbers[e.group]
			r.ShardId = aws.String(b.homes[e.group].name)
			r.SequenceNumber = aws.String(string(number.Append(nil)))
			number.Next()
		}
	}
	return out
}

const (
	codeThroughput  = "ProvisionedThroughputExceededException"
	codeInternal    = "InternalFailure"
	internalMessage = "Internal Service Failure"
)

// rateExceeded says that a shard has taken or given as much as it may for now.
func rateExceeded(v *view, name string) *wire.Error {
	return wire.Errorf(codeThroughput, "Rate exceeded for shard %s in stream %s under account %s.", name, v.Name, v.Scope.Account)
}

// dryRun is the answer to a request that only asked whether it would succeed.
func dryRun() *wire.Error {
	return wire.Errorf("DryRunOperationException", "The request would have succeeded, but the DryRun parameter was set.")
}

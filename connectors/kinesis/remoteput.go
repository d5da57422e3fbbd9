package kinesis

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	kinesis "github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"
)

// The most that a PutRecords takes: records, and bytes of data and keys, which is
// what the service took before it took more.
const (
	putRecords = 500
	putBytes   = 5 << 20
)

// defaultMaxRecord is what a stream takes that nobody has changed.
const defaultMaxRecord = 1 << 20

// MaxRecord implements Service: it asks the stream.
func (s *remote) MaxRecord(ctx context.Context) (most int, err error) {
	err = retry(ctx, s.clock, func() error {
		out, err := s.client.DescribeStreamSummary(ctx, &kinesis.DescribeStreamSummaryInput{StreamName: s.streamName(), StreamARN: s.streamARN()})
		if err == nil && out.StreamDescriptionSummary != nil {
			most = int(aws.ToInt32(out.StreamDescriptionSummary.MaxRecordSizeInKiB)) << 10
		}
		return err
	})
	if most == 0 {
		most = defaultMaxRecord
	}
	return most, s.wrap(err)
}

// Put implements Service.
func (s *remote) Put(ctx context.Context, entries []Entry) error {
	tries := backoff{clock: s.clock}
	for len(entries) > 0 {
		n := 1
		for size := entries[0].size(); n < min(putRecords, len(entries)); n++ {
			if size += entries[n].size(); size > putBytes {
				break
			}
		}
		if err := s.putAll(ctx, &tries, entries[:n]); err != nil {
			return s.wrap(err)
		}
		entries = entries[n:]
	}
	return nil
}

func (e Entry) size() int { return len(e.Key) + len(e.Data) }

// putAll puts a request, and what the service refused of it again, before it
// returns: what comes later must not overtake.
func (s *remote) putAll(ctx context.Context, tries *backoff, entries []Entry) error {
	for len(entries) > 0 {
		again, err := s.putSome(ctx, entries)
		if err != nil && !passing(ctx, err) {
			var refused *refusedError
			if !errors.As(err, &refused) {
				return err
			}
		}
		if err == nil || len(again) < len(entries) {
			tries.reset()
		}
		if err != nil {
			if err := tries.pause(ctx, err); err != nil {
				return err
			}
		}
		entries = again
	}
	return nil
}

// refusedError says that some records of a request were not taken.
type refusedError struct{ code, message string }

// Error implements error.
func (e *refusedError) Error() string { return fmt.Sprintf("%s: %s", e.code, e.message) }

// putSome puts a request and returns which records are to be put again, all of
// them where the request failed.
func (s *remote) putSome(ctx context.Context, entries []Entry) (again []Entry, err error) {
	in := &kinesis.PutRecordsInput{StreamName: s.streamName(), StreamARN: s.streamARN()}
	for _, e := range entries {
		in.Records = append(in.Records, types.PutRecordsRequestEntry{Data: e.Data, PartitionKey: aws.String(string(e.Key))})
	}
	out, err := s.client.PutRecords(ctx, in)
	if err != nil {
		return entries, err
	}
	if aws.ToInt32(out.FailedRecordCount) == 0 {
		return nil, nil
	}
	if len(out.Records) != len(entries) {
		return nil, fmt.Errorf("the service answers for %d records, and %d were put", len(out.Records), len(entries))
	}
	for i, r := range out.Records {
		if code := aws.ToString(r.ErrorCode); code != "" {
			again = append(again, entries[i])
			err = &refusedError{code, aws.ToString(r.ErrorMessage)}
		}
	}
	return again, err
}

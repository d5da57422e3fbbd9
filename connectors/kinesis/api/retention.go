package api

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// The bounds of how long a stream keeps records, in hours.
const minRetention, maxRetention = 24, 8760

// increaseRetention keeps records longer from now on.
func (s *Server) increaseRetention(_ context.Context, c *Caller, in *kinesis.IncreaseStreamRetentionPeriodInput) (*kinesis.IncreaseStreamRetentionPeriodOutput, error) {
	return nil, s.setRetention(c, in.StreamName, in.StreamARN, *in.RetentionPeriodHours, func(v *view, hours, now int32) error {
		if hours >= now {
			return nil
		}
		return wire.Errorf(codeInvalidArgument, "Requested retention period (%d hours) for stream %s can not be shorter than "+
			"existing retention period (%d hours). Use DecreaseRetentionPeriod API.", hours, v.Name, now)
	})
}

// decreaseRetention keeps records for a shorter time, also those that are there.
func (s *Server) decreaseRetention(_ context.Context, c *Caller, in *kinesis.DecreaseStreamRetentionPeriodInput) (*kinesis.DecreaseStreamRetentionPeriodOutput, error) {
	return nil, s.setRetention(c, in.StreamName, in.StreamARN, *in.RetentionPeriodHours, func(v *view, hours, now int32) error {
		if hours <= now {
			return nil
		}
		return wire.Errorf(codeInvalidArgument, "Requested retention period (%d hours) for stream %s can not be longer than "+
			"existing retention period (%d hours). Use IncreaseRetentionPeriod API.", hours, v.Name, now)
	})
}

// setRetention sets the retention of a stream, if check of the old one allows it. It
// takes effect at once.
func (s *Server) setRetention(c *Caller, name, arn *string, hours int32, check func(v *view, hours, now int32) error) error {
	v, err := s.resolve(c, name, arn)
	if err != nil {
		return err
	}
	switch {
	case hours < minRetention:
		return wire.Errorf(codeInvalidArgument, "Minimum allowed retention period is %d hours. Requested retention period (%d hours) is too short.", minRetention, hours)
	case hours > maxRetention:
		return wire.Errorf(codeInvalidArgument, "Maximum allowed retention period is %d hours. Requested retention period (%d hours) is too long.", maxRetention, hours)
	}
	_, err = s.update(v, func(st *shard.Stream, doc *document) error {
		now := &view{Stream: st, doc: doc}
		if st.Status != shard.Active && st.Status != shard.Updating {
			return notActive(now)
		}
		if err := check(now, hours, now.retentionHours()); err != nil {
			return err
		}
		st.Retention = time.Duration(hours) * time.Hour
		return nil
	})
	return err
}

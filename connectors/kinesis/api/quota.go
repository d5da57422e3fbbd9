package api

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// used counts the open shards of an account and region, and its on-demand streams.
func (s *Server) used(scope shard.Scope) (shards, onDemand int, err error) {
	for _, st := range s.cfg.Log.Streams(scope) {
		v, err := s.view(st)
		if err != nil {
			return 0, 0, err
		}
		shards += openShards(st)
		if v.doc.onDemand() {
			onDemand++
		}
	}
	return shards, onDemand, nil
}

// room checks that an account and region may have more open shards. The caller
// holds s.quota until it has made them.
func (s *Server) room(scope shard.Scope, more int) error {
	used, _, err := s.used(scope)
	if err != nil || used+more <= s.cfg.ShardLimit {
		return err
	}
	return wire.Errorf(codeLimitExceeded, "This request would exceed the shard limit for the account %s in %s. "+
		"Current shard count for the account: %d. Limit: %d. Number of additional shards that would have resulted from this request: %d. "+
		"Refer to the AWS Service Limits page (http://docs.aws.amazon.com/general/latest/gr/aws_service_limits.html) "+
		"for current limits and how to request higher limits.",
		scope.Account, scope.Region, used, s.cfg.ShardLimit, more)
}

// describeLimits tells the quotas. Only that of shards is kept, so there may be as
// many on-demand streams as it leaves room for.
func (s *Server) describeLimits(_ context.Context, c *Caller, _ *kinesis.DescribeLimitsInput) (*kinesis.DescribeLimitsOutput, error) {
	shards, onDemand, err := s.used(c.Scope)
	if err != nil {
		return nil, err
	}
	return &kinesis.DescribeLimitsOutput{
		ShardLimit:               new(int32(s.cfg.ShardLimit)),
		OpenShardCount:           new(int32(shards)),
		OnDemandStreamCount:      new(int32(onDemand)),
		OnDemandStreamCountLimit: new(int32(s.cfg.ShardLimit / onDemandShards)),
	}, nil
}

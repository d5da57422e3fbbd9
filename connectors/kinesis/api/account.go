package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

const (
	// commitmentLife is for how long an account is bound that has enabled the
	// minimum throughput billing commitment.
	commitmentLife = 24 * time.Hour
	// warmLimit is the greatest warm throughput of a stream, in MiB/s.
	warmLimit = 10 * 1024
)

// settings is what is kept of an account in a region: its billing commitment, which
// costs nothing here but opens what depends on it.
type settings struct {
	Started int64 `json:"started,omitempty"` // ms since 1970; 0: never
	Asked   int64 `json:"asked,omitempty"`   // when it was asked to end; 0: it was not
}

func settingsKey(scope shard.Scope) string {
	return "account/" + scope.Account + "/" + scope.Region
}

func (s *Server) settings(scope shard.Scope) (settings, error) {
	var out settings
	b, err := s.cfg.Log.Document(settingsKey(scope))
	if err != nil || b == nil {
		return out, err
	}
	return out, json.Unmarshal(b, &out)
}

// ends is when the commitment ends that was asked to: not before its life is over.
func (a settings) ends() time.Time {
	return time.UnixMilli(max(a.Asked, a.Started+commitmentLife.Milliseconds())).UTC()
}

// committed reports whether the commitment holds.
func (a settings) committed(now time.Time) bool {
	return a.Started != 0 && (a.Asked == 0 || now.Before(a.ends()))
}

// output is how the settings look in answers.
func (a settings) output(now time.Time) *types.MinimumThroughputBillingCommitmentOutput {
	out := &types.MinimumThroughputBillingCommitmentOutput{Status: types.MinimumThroughputBillingCommitmentOutputStatusDisabled}
	if a.Started == 0 {
		return out
	}
	out.StartedAt = new(time.UnixMilli(a.Started).UTC())
	switch {
	case !a.committed(now):
		out.EndedAt = new(a.ends())
		return out
	case a.Asked != 0:
		out.Status = types.MinimumThroughputBillingCommitmentOutputStatusEnabledUntilEarliestAllowedEnd
	default:
		out.Status = types.MinimumThroughputBillingCommitmentOutputStatusEnabled
	}
	out.EarliestAllowedEndAt = new(out.StartedAt.Add(commitmentLife))
	return out
}

// describeAccountSettings tells the settings of the caller's account and region.
func (s *Server) describeAccountSettings(_ context.Context, c *Caller, _ *kinesis.DescribeAccountSettingsInput) (*kinesis.DescribeAccountSettingsOutput, error) {
	a, err := s.settings(c.Scope)
	if err != nil {
		return nil, err
	}
	return &kinesis.DescribeAccountSettingsOutput{MinimumThroughputBillingCommitment: a.output(s.cfg.Now())}, nil
}

// updateAccountSettings enables the commitment, or ends it as soon as may be.
func (s *Server) updateAccountSettings(_ context.Context, c *Caller, in *kinesis.UpdateAccountSettingsInput) (*kinesis.UpdateAccountSettingsOutput, error) {
	s.quota.Lock() // one change after the other
	defer s.quota.Unlock()
	a, err := s.settings(c.Scope)
	if err != nil {
		return nil, err
	}
	now := s.cfg.Now()
	enable := in.MinimumThroughputBillingCommitment.Status == types.MinimumThroughputBillingCommitmentInputStatusEnabled
	switch {
	case enable && !a.committed(now):
		a = settings{Started: now.UnixMilli()}
	case enable:
		a.Asked = 0
	case a.committed(now) && a.Asked == 0:
		a.Asked = now.UnixMilli()
	}
	b, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	if err := s.cfg.Log.PutDocument(settingsKey(c.Scope), b); err != nil {
		return nil, err
	}
	return &kinesis.UpdateAccountSettingsOutput{MinimumThroughputBillingCommitment: a.output(now)}, nil
}

// warm sets the warm throughput in a document, if mode and account allow it.
func (s *Server) warm(scope shard.Scope, doc *document, mibps int32) error {
	if !doc.onDemand() {
		return notOnDemand("WarmThroughputMiBps")
	}
	a, err := s.settings(scope)
	if err != nil {
		return err
	}
	if !a.committed(s.cfg.Now()) {
		return wire.Errorf(codeValidation, "WarmThroughputMiBps needs MinimumThroughputBillingCommitment, "+
			"which is not enabled for account %s in %s. Enable it by UpdateAccountSettings.", scope.Account, scope.Region)
	}
	if mibps > warmLimit {
		return wire.Errorf(codeLimitExceeded, "WarmThroughputMiBps %d is greater than the limit of %d.", mibps, warmLimit)
	}
	doc.WarmMiBps = int(mibps)
	return nil
}

// updateWarmThroughput sets the throughput that an on-demand stream is ready for.
// Shards here have no limit of throughput of their own, so every stream is; the
// value is kept and told.
func (s *Server) updateWarmThroughput(_ context.Context, c *Caller, in *kinesis.UpdateStreamWarmThroughputInput) (*kinesis.UpdateStreamWarmThroughputOutput, error) {
	v, err := s.resolve(c, in.StreamName, in.StreamARN)
	if err != nil {
		return nil, err
	}
	v, err = s.begin(v, job{}, func(_ *shard.Stream, doc *document) error {
		return s.warm(v.Scope, doc, *in.WarmThroughputMiBps)
	})
	if err != nil {
		return nil, err
	}
	return &kinesis.UpdateStreamWarmThroughputOutput{
		StreamName:     new(v.Name),
		StreamARN:      new(streamARN(v.Scope, v.Name)),
		WarmThroughput: v.doc.warmThroughput(),
	}, nil
}

package api

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"github.com/aws/aws-sdk-go-v2/service/kinesis/types"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// How many consumers a stream may have: on demand with the billing commitment, and else.
const consumersAdvantage, consumersStandard = 50, 20

// consumersCreating is how many of them may be CREATING at a time, under rate limits.
const consumersCreating = 5

// registerConsumer adds a consumer, which is CREATING for Config.StatusDelay.
func (s *Server) registerConsumer(_ context.Context, c *Caller, in *kinesis.RegisterStreamConsumerInput) (*kinesis.RegisterStreamConsumerOutput, error) {
	v, err := s.resolve(c, nil, in.StreamARN)
	if err != nil {
		return nil, err
	}
	con := consumer{Name: *in.ConsumerName, Tags: in.Tags, Status: string(types.ConsumerStatusCreating)}
	if s.cfg.StatusDelay <= 0 {
		con.Status = string(types.ConsumerStatusActive)
	}
	if err := checkTags(tagsOfConsumer("add tags to", con.Name, c.Scope), nil, in.Tags); err != nil {
		return nil, err
	}
	limit, err := s.consumerLimit(v)
	if err != nil {
		return nil, err
	}
	if _, err := s.update(v, func(st *shard.Stream, doc *document) error { return s.register(st, doc, &con, limit) }); err != nil {
		return nil, err
	}
	out := &kinesis.RegisterStreamConsumerOutput{Consumer: new(con.summary())}
	if con.Status == string(types.ConsumerStatusActive) {
		return out, nil
	}
	return out, s.later(func() error { return s.finishConsumer(v, con.ARN) })
}

func (s *Server) consumerLimit(v *view) (int, error) {
	a, err := s.settings(v.Scope)
	if err == nil && v.doc.onDemand() && a.committed(s.cfg.Now()) {
		return consumersAdvantage, nil
	}
	return consumersStandard, err
}

// register adds a consumer to a document, and gives it its ARN.
func (s *Server) register(st *shard.Stream, doc *document, con *consumer, limit int) error {
	if st.Status != shard.Active && st.Status != shard.Updating {
		return notActive(&view{Stream: st})
	}
	if old, ok := doc.Consumers[con.Name]; ok {
		return wire.Errorf(codeInUse, "Consumer %s with creation timestamp %d under stream %s and account %s already exists.",
			old.Name, old.Created/1000, st.Name, st.Scope.Account)
	}
	if len(doc.Consumers) >= limit {
		return wire.Errorf(codeLimitExceeded, "Stream %s under account %s has %d consumers, the greatest number that it can have.",
			st.Name, st.Scope.Account, len(doc.Consumers))
	}
	if doc.RateLimits && doc.creating() >= consumersCreating {
		return wire.Errorf(codeLimitExceeded, "Stream %s under account %s has %d consumers that are CREATING, the greatest number at a time.",
			st.Name, st.Scope.Account, consumersCreating)
	}
	second := max(s.cfg.Now().Unix(), doc.LastConsumer+1)
	con.Created = second * 1000
	con.ARN = consumerARN(streamARN(st.Scope, st.Name), con.Name, second)
	if doc.Consumers == nil {
		doc.Consumers = map[string]consumer{}
	}
	doc.Consumers[con.Name] = *con
	return nil
}

// creating counts the consumers that are CREATING.
func (d *document) creating() int {
	n := 0
	for _, con := range d.Consumers {
		if con.Status == string(types.ConsumerStatusCreating) {
			n++
		}
	}
	return n
}

// finishConsumer takes a consumer to where its status leads. It does nothing to one
// that is there, or gone.
func (s *Server) finishConsumer(v *view, arn string) error {
	_, _, name, _ := parseConsumerARN(arn)
	_, err := s.update(v, func(_ *shard.Stream, doc *document) error {
		con, ok := doc.Consumers[name]
		switch {
		case !ok || con.ARN != arn:
		case con.Status == string(types.ConsumerStatusDeleting):
			delete(doc.Consumers, name)
			doc.LastConsumer = max(doc.LastConsumer, con.Created/1000)
		default:
			con.Status = string(types.ConsumerStatusActive)
			doc.Consumers[name] = con
		}
		return nil
	})
	var e *wire.Error
	if errors.As(err, &e) && e.Code == codeNotFound {
		return nil // the stream is gone, and its consumers with it
	}
	return err
}

// deregisterConsumer ends a consumer and its subscriptions. It is DELETING for
// Config.StatusDelay.
func (s *Server) deregisterConsumer(_ context.Context, c *Caller, in *kinesis.DeregisterStreamConsumerInput) (*kinesis.DeregisterStreamConsumerOutput, error) {
	v, con, err := s.namedConsumer(c, in.StreamARN, in.ConsumerName, in.ConsumerARN)
	if err != nil {
		return nil, err
	}
	_, err = s.update(v, func(_ *shard.Stream, doc *document) error {
		now, ok := doc.Consumers[con.Name]
		if !ok || now.ARN != con.ARN {
			return consumerNotFound(v.Scope, con.ARN)
		}
		now.Status = string(types.ConsumerStatusDeleting)
		doc.Consumers[con.Name] = now
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.subscriptions.endConsumer(con.ARN, v.Scope)
	return nil, s.later(func() error { return s.finishConsumer(v, con.ARN) })
}

// describeConsumer tells about one consumer.
func (s *Server) describeConsumer(_ context.Context, c *Caller, in *kinesis.DescribeStreamConsumerInput) (*kinesis.DescribeStreamConsumerOutput, error) {
	v, con, err := s.namedConsumer(c, in.StreamARN, in.ConsumerName, in.ConsumerARN)
	if err != nil {
		return nil, err
	}
	sum := con.summary()
	return &kinesis.DescribeStreamConsumerOutput{ConsumerDescription: &types.ConsumerDescription{
		ConsumerName:              sum.ConsumerName,
		ConsumerARN:               sum.ConsumerARN,
		ConsumerStatus:            sum.ConsumerStatus,
		ConsumerCreationTimestamp: sum.ConsumerCreationTimestamp,
		StreamARN:                 new(streamARN(v.Scope, v.Name)),
	}}, nil
}

// namedConsumer finds a consumer by its ARN, or by its name and its stream's ARN, or
// by all three, which must agree.
func (s *Server) namedConsumer(c *Caller, stream, name, arn *string) (*view, *consumer, error) {
	if arn != nil {
		v, con, err := s.resolveConsumer(c, *arn)
		if err != nil {
			return nil, nil, err
		}
		if stream != nil && *stream != streamARN(v.Scope, v.Name) || name != nil && *name != con.Name {
			return nil, nil, wire.Errorf(codeInvalidArgument, "ConsumerARN %s is not that of the given ConsumerName and StreamARN.", *arn)
		}
		return v, con, nil
	}
	if stream == nil || name == nil {
		return nil, nil, wire.Errorf(codeInvalidArgument, "Either ConsumerARN or both StreamARN and ConsumerName should be provided.")
	}
	v, err := s.resolve(c, nil, stream)
	if err != nil {
		return nil, nil, err
	}
	con, ok := v.doc.Consumers[*name]
	if !ok {
		return nil, nil, consumerNotFound(v.Scope, *name)
	}
	return v, &con, nil
}

// summary is how a consumer looks in answers.
func (c *consumer) summary() types.Consumer {
	return types.Consumer{
		ConsumerName:              new(c.Name),
		ConsumerARN:               new(c.ARN),
		ConsumerStatus:            types.ConsumerStatus(c.Status),
		ConsumerCreationTimestamp: new(time.UnixMilli(c.Created).UTC()),
	}
}

package api

import (
	"strings"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// resource is what a ResourceARN names: a stream, or one of its consumers.
type resource struct {
	*view
	consumer *consumer
}

// resource finds what a ResourceARN names.
func (s *Server) resource(c *Caller, arn string) (resource, error) {
	if strings.Contains(arn, "/consumer/") {
		v, con, err := s.resolveConsumer(c, arn)
		return resource{v, con}, err
	}
	if _, _, ok := parseStreamARN(arn); !ok {
		return resource{}, wire.Errorf(codeInvalidArgument, "ResourceARN %s is not the ARN of a stream or consumer.", arn)
	}
	v, err := s.resolve(c, nil, &arn)
	return resource{view: v}, err
}

// changeConsumer changes the consumer that the resource is.
func (r resource) changeConsumer(s *Server, change func(*consumer) error) error {
	_, err := s.update(r.view, func(_ *shard.Stream, doc *document) error {
		now, ok := doc.Consumers[r.consumer.Name]
		if !ok || now.ARN != r.consumer.ARN {
			return consumerNotFound(r.Scope, r.consumer.ARN)
		}
		if err := change(&now); err != nil {
			return err
		}
		doc.Consumers[now.Name] = now
		return nil
	})
	return err
}

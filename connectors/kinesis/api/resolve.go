package api

import (
	"errors"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// resolve finds the stream that a request names by its name, its ARN, or both,
// which must agree. The stream may be in any state.
func (s *Server) resolve(c *Caller, name, arn *string) (*view, error) {
	scope, stream, err := address(c.Scope, name, arn)
	if err != nil {
		return nil, err
	}
	return s.find(scope, stream)
}

// address tells which stream is meant, without looking whether there is one.
func address(own shard.Scope, name, arn *string) (shard.Scope, string, error) {
	if arn == nil {
		if name == nil {
			return own, "", wire.Errorf(codeValidation,
				"1 validation error detected: Value null at 'streamName' failed to satisfy constraint: Member must not be null")
		}
		return own, *name, nil
	}
	scope, stream, ok := parseStreamARN(*arn)
	if !ok {
		return own, "", wire.Errorf(codeInvalidArgument, "StreamARN %s is not the ARN of a stream.", *arn)
	}
	if name != nil && *name != stream {
		return own, "", wire.Errorf(codeInvalidArgument,
			"StreamName %s and StreamARN %s do not refer to the same stream.", *name, *arn)
	}
	if scope != own {
		return own, "", notFound(scope, stream) // streams of other accounts and regions are unknown
	}
	return scope, stream, nil
}

// find returns a stream by name.
func (s *Server) find(scope shard.Scope, name string) (*view, error) {
	st, err := s.cfg.Log.Lookup(scope, name)
	if errors.Is(err, shard.ErrNoStream) {
		return nil, notFound(scope, name)
	}
	if err != nil {
		return nil, err
	}
	return s.view(st)
}

// findID returns the stream of an identity, which an iterator carries; name is for
// the message that it is gone.
func (s *Server) findID(scope shard.Scope, id shard.StreamID, name string) (*view, error) {
	st, err := s.cfg.Log.Stream(id)
	if errors.Is(err, shard.ErrNoStream) {
		return nil, notFound(scope, name)
	}
	if err != nil {
		return nil, err
	}
	return s.view(st)
}

// resolveConsumer finds a registered consumer by its ARN.
func (s *Server) resolveConsumer(c *Caller, arn string) (*view, *consumer, error) {
	scope, stream, name, ok := parseConsumerARN(arn)
	if !ok || scope != c.Scope {
		return nil, nil, consumerNotFound(c.Scope, arn)
	}
	v, err := s.find(scope, stream)
	if err != nil {
		return nil, nil, err
	}
	con, ok := v.doc.Consumers[name]
	if !ok || con.ARN != arn { // registered anew since: another ARN
		return nil, nil, consumerNotFound(scope, arn)
	}
	return v, &con, nil
}

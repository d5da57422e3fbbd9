package api

import (
	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// The shapes of the errors that actions answer.
const (
	codeValidation      = "ValidationException"
	codeInvalidArgument = "InvalidArgumentException"
	codeNotFound        = "ResourceNotFoundException"
	codeInUse           = "ResourceInUseException"
	codeLimitExceeded   = "LimitExceededException"
)

// notFound says that there is no such stream.
func notFound(scope shard.Scope, name string) *wire.Error {
	return wire.Errorf(codeNotFound, "Stream %s under account %s not found.", name, scope.Account)
}

// shardNotFound says that a stream has no such shard, as actions that change
// shards put it.
func shardNotFound(v *view, shardID string) *wire.Error {
	return wire.Errorf(codeNotFound, "Could not find shard %s in stream %s under account %s.", shardID, v.Name, v.Scope.Account)
}

// consumerNotFound says that no such consumer is registered; consumer is a name or an ARN.
func consumerNotFound(scope shard.Scope, consumer string) *wire.Error {
	return wire.Errorf(codeNotFound, "Consumer %s, account %s not found.", consumer, scope.Account)
}

// notActive says that a stream is in the wrong state for a change.
func notActive(v *view) *wire.Error {
	return wire.Errorf(codeInUse, "Stream %s under account %s not ACTIVE, instead in state %s", v.Name, v.Scope.Account, v.Status)
}

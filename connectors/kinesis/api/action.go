package api

import (
	"context"
	"net/http"

	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/shard"
)

// Caller is who sent a request, and to which streams it may speak.
type Caller struct {
	Scope    shard.Scope
	Identity *auth.Identity
}

// action is one action of the API. Exactly one of call and raw is set.
type action struct {
	input func() any // a new *kinesis.XxxInput, to decode into
	// call answers a decoded and validated request with a *kinesis.XxxOutput, or
	// nil for an empty body, or an error: *wire.Error for one that the client is to
	// see, any other for InternalFailure.
	call func(ctx context.Context, c *Caller, in any) (any, error)
	// raw answers a request by itself, after the checks: subscriptions. Its input
	// must have no blobs, for the body is given back before. An error that it
	// returns before it has written anything is answered as those of call.
	raw func(w http.ResponseWriter, r *http.Request, c *Caller, in any) error
	// fast may answer a request from its undecoded JSON body, which may not even be
	// JSON, and then returns true, or an error that is answered as those of call; false
	// leaves it, untouched, to the ordinary way. It sees to the caller's policy itself.
	fast func(w http.ResponseWriter, c *Caller, body []byte) (bool, error)
}

// handle makes an action of a method with the SDK's types.
func handle[I, O any](f func(ctx context.Context, c *Caller, in *I) (*O, error)) action {
	return action{
		input: func() any { return new(I) },
		call: func(ctx context.Context, c *Caller, in any) (any, error) {
			out, err := f(ctx, c, in.(*I))
			if out == nil || err != nil {
				return nil, err // no typed nil
			}
			return out, nil
		},
	}
}

package api

import (
	"context"
	"errors"
	"sync"
	"time"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// subscriptions is those that are alive: one for each consumer and shard.
type subscriptions struct {
	mu     sync.Mutex
	alive  map[subscriber]*subscription
	closed bool
}

// subscriber is who may have one subscription at a time.
type subscriber struct {
	consumer string // ARN
	shard    uint32
}

// subscription is one that is alive, until end is called.
type subscription struct {
	began time.Time
	end   context.CancelCauseFunc
}

// exclusive is how long after its start a subscription cannot be taken over.
const exclusive = 5 * time.Second

// Why a subscription ends. The client is told of errors that are a *wire.Error.
var (
	errOver   = errors.New("the subscription has lived its time")
	errClosed = errors.New("the server is shutting down")
	errGone   = errors.New("the client does not read any more")
)

// begin takes the place of a subscriber, from an older subscription of it if need
// be. release must be called in the end.
func (ss *subscriptions) begin(who subscriber, now time.Time, end context.CancelCauseFunc, inUse *wire.Error) (release func(), err error) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.closed {
		return nil, &wire.Error{Code: "ServiceUnavailable", Message: "The server is shutting down.", Status: 503}
	}
	if old := ss.alive[who]; old != nil {
		if now.Sub(old.began) < exclusive {
			return nil, inUse
		}
		old.end(inUse)
	}
	if ss.alive == nil {
		ss.alive = map[subscriber]*subscription{}
	}
	mine := &subscription{began: now, end: end}
	ss.alive[who] = mine
	return func() {
		ss.mu.Lock()
		defer ss.mu.Unlock()
		if ss.alive[who] == mine {
			delete(ss.alive, who)
		}
	}, nil
}

// check reports what begin would say now.
func (ss *subscriptions) check(who subscriber, now time.Time, inUse *wire.Error) error {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if old := ss.alive[who]; old != nil && now.Sub(old.began) < exclusive {
		return inUse
	}
	return nil
}

// endAll ends all subscriptions, cleanly, and lets no new ones begin.
func (ss *subscriptions) endAll() {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.closed = true
	for _, sub := range ss.alive {
		sub.end(errClosed)
	}
}

// endConsumer ends the subscriptions of a consumer that is no more.
func (ss *subscriptions) endConsumer(arn string, scope shard.Scope) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	for who, sub := range ss.alive {
		if who.consumer == arn {
			sub.end(consumerNotFound(scope, arn))
		}
	}
}

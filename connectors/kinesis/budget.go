package kinesis

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"time"

	"github.com/aws/smithy-go"
	"golang.org/x/time/rate"
)

// The limits of the service (Kinesis Data Streams Developer Guide, Quotas and
// Limits), which all readers of this process share.
const (
	readsPerShard = 5  // GetRecords a second
	listsPerSec   = 10 // ListShards; the service takes more
)

// budget paces the calls for one stream.
type budget struct {
	list *rate.Limiter

	mu     sync.Mutex
	shards map[string]*rate.Limiter
}

func newBudget() *budget {
	return &budget{list: rate.NewLimiter(listsPerSec, listsPerSec), shards: map[string]*rate.Limiter{}}
}

// read returns the pace at which a shard may be read.
func (b *budget) read(shard string) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.shards[shard] == nil {
		b.shards[shard] = rate.NewLimiter(readsPerShard, 1)
	}
	return b.shards[shard]
}

// await waits for a turn by the clock.
func await(ctx context.Context, c clock, l *rate.Limiter) error {
	now := c.Now()
	r := l.ReserveN(now, 1)
	return c.Sleep(ctx, r.DelayFrom(now))
}

// The pauses between tries, and how long a service may fail without an end.
const (
	firstPause = 100 * time.Millisecond
	lastPause  = 10 * time.Second
	maxOutage  = 5 * time.Minute
)

// backoff paces tries that fail: each pause is random up to a bound that doubles.
type backoff struct {
	clock clock
	bound time.Duration
	since time.Time // the first failure in a row
}

// reset notes a success.
func (b *backoff) reset() { b.bound, b.since = 0, time.Time{} }

// pause waits before the next try. It gives up, with the failure, if there was no
// success for too long.
func (b *backoff) pause(ctx context.Context, failure error) error {
	now := b.clock.Now()
	if b.since.IsZero() {
		b.since = now
	}
	if now.Sub(b.since) > maxOutage {
		return fmt.Errorf("no success for %s: %w", maxOutage, failure)
	}
	b.bound = min(max(2*b.bound, firstPause), lastPause)
	return b.clock.Sleep(ctx, b.bound/2+rand.N(b.bound/2+1))
}

// retry calls f until it succeeds, fails for good, or has failed for too long.
func retry(ctx context.Context, c clock, f func() error) error {
	b := backoff{clock: c}
	for {
		err := f()
		if err == nil || !passing(ctx, err) {
			return err
		}
		if err := b.pause(ctx, err); err != nil {
			return err
		}
	}
}

// passing reports whether an error may pass by itself: throttling, a service or
// a network that fails.
func passing(ctx context.Context, err error) bool {
	if ctx.Err() != nil {
		return false
	}
	var api smithy.APIError
	if !errors.As(err, &api) {
		var signing *smithy.OperationError
		return errors.As(err, &signing) && !unsigned(err)
	}
	switch api.ErrorCode() {
	case "ProvisionedThroughputExceededException", "LimitExceededException", "ThrottlingException", "Throttling",
		"RequestLimitExceeded", "TooManyRequestsException", "SlowDown", "KMSThrottlingException",
		"InternalFailure", "InternalFailureException", "InternalError", "ServiceUnavailable", "ServiceUnavailableException", "RequestTimeout":
		return true
	}
	return api.ErrorFault() == smithy.FaultServer || status(err) >= http.StatusInternalServerError
}

// unsigned reports whether a request could not be made for want of credentials:
// that does not pass.
func unsigned(err error) bool {
	var sign interface{ SigningError() bool }
	if errors.As(err, &sign) {
		return true
	}
	var canceled *smithy.CanceledError
	var param *smithy.InvalidParamsError
	var ser *smithy.SerializationError
	return errors.As(err, &canceled) || errors.As(err, &param) || errors.As(err, &ser)
}

// status is the HTTP status that an error came with, 0 if none.
func status(err error) int {
	var s interface{ HTTPStatusCode() int }
	if errors.As(err, &s) {
		return s.HTTPStatusCode()
	}
	return 0
}

// code is the service's name of an error.
func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return ""
}

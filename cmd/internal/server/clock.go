package server

import (
	"net/http"
	"sync"
	"time"

	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/kinesis/wire"
)

// clock is the machine's clock, moved by test mode. Its zero value has not been moved.
type clock struct {
	mu     sync.Mutex
	offset time.Duration
	frozen time.Time // zero: it goes on
}

// Now is the time.
func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.frozen.IsZero() {
		return c.frozen
	}
	return time.Now().Add(c.offset)
}

// set moves the clock to a time, from where it goes on, or not.
func (c *clock) set(to time.Time, frozen bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset, c.frozen = time.Until(to), time.Time{}
	if frozen {
		c.frozen = to
	}
}

// reset takes all moves back.
func (c *clock) reset() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset, c.frozen = 0, time.Time{}
}

// realTime checks signatures by the machine's clock: clients sign by theirs, which
// test mode does not move.
type realTime struct{ auth.Authenticator }

// Authenticate implements auth.Authenticator.
func (a realTime) Authenticate(r *http.Request, body []byte, _ time.Time) (*auth.Identity, *wire.Error) {
	return a.Authenticator.Authenticate(r, body, time.Now())
}

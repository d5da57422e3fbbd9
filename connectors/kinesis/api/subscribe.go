package api

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"golang.org/x/time/rate"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

const (
	consumerActive = "ACTIVE"
	contentEvents  = "application/vnd.amazon.eventstream"
)

// subscribe answers SubscribeToShard: with the events of a shard until the
// subscription has lived its time.
func (s *Server) subscribe(w http.ResponseWriter, r *http.Request, c *Caller, in *kinesis.SubscribeToShardInput) error {
	p, err := s.newPush(c, in)
	if err != nil {
		return err
	}
	now := s.cfg.Now()
	inUse := p.inUse()
	if aws.ToBool(in.DryRun) {
		if err := s.subscriptions.check(p.who, now, inUse); err != nil {
			return err
		}
		return dryRun()
	}
	ctx, end := context.WithCancelCause(r.Context())
	defer end(nil)
	release, err := s.subscriptions.begin(p.who, now, end, inUse)
	if err != nil {
		return err
	}
	defer release()
	life := time.AfterFunc(s.cfg.SubscriptionLife, func() { end(errOver) })
	defer life.Stop()
	p.hub = s.hubs.join(p.ref)
	defer s.hubs.leave(p.hub)
	p.start(w)
	settled := p.hurry(ctx)
	p.end(p.run(ctx))
	settled()
	p.flush.SetWriteDeadline(time.Time{})
	return nil
}

// push sends the records of a shard to one subscriber.
type push struct {
	server *Server
	view   *view
	shard  *shard.Shard
	ref    shard.Ref
	hub    *hub
	who    subscriber
	name   string // of the consumer
	from   uint64
	pace   *rate.Limiter // nil: as fast as the client reads
	w      http.ResponseWriter
	flush  *http.ResponseController
	sent   time.Time       // when the last frame was
	beat   context.Context // ends when it is to be looked whether a heartbeat is due
	stop   context.CancelFunc
}

// newPush checks a request and finds where to start.
func (s *Server) newPush(c *Caller, in *kinesis.SubscribeToShardInput) (*push, error) {
	arn := aws.ToString(in.ConsumerARN)
	v, con, err := s.resolveConsumer(c, arn)
	if err != nil {
		return nil, err
	}
	if con.Status != consumerActive {
		return nil, wire.Errorf(codeInUse, "Consumer %s with creation timestamp %d under stream: %s , account %s is not in ACTIVE status.",
			con.Name, con.Created/1000, v.Name, v.Scope.Account)
	}
	_, sh, err := s.readable(c, &v.Name, nil, aws.ToString(in.ShardId))
	if err != nil {
		return nil, err
	}
	at := position{action: "SubscribeToShard"}
	if start := in.StartingPosition; start != nil {
		at.kind, at.sequence, at.time = string(start.Type), start.SequenceNumber, start.Timestamp
	}
	from, err := s.place(v, sh, at)
	if err != nil {
		return nil, err
	}
	p := &push{
		server: s, view: v, shard: sh, from: from, name: con.Name,
		ref: shard.Ref{Stream: v.ID, Shard: sh.Index}, who: subscriber{arn, sh.Index},
	}
	if v.doc.RateLimits {
		p.pace = rate.NewLimiter(readBytesPerSecond, readBytesPerSecond)
	}
	return p, nil
}

// inUse says that the subscriber has a subscription already, or another one now.
func (p *push) inUse() *wire.Error {
	return wire.Errorf(codeInUse, "Another active subscription exists for this consumer: %s:%s:%s:%s",
		p.view.Scope.Account, p.view.Name, shard.Name(p.shard.Index), p.name)
}

const (
	// slack is how long a subscription that has ended may take to say so.
	slack = 10 * time.Second
	// farewell is how long a client may take what is on its way when its subscription
	// ends. One that does not read must not hold up a server that is to stop, whose
	// supervisor often kills it after ten seconds.
	farewell = 3 * time.Second
)

// start answers the request, at once, for clients wait for the first event.
func (p *push) start(w http.ResponseWriter) {
	p.w, p.flush = w, http.NewResponseController(w)
	// A client that does not read keeps nothing but its own goroutine and event, and
	// those not for ever.
	p.flush.SetWriteDeadline(time.Now().Add(p.server.cfg.SubscriptionLife + slack))
	h := w.Header()
	h.Set("Content-Type", contentEvents)
	h.Del("Content-Length")
	w.WriteHeader(http.StatusOK)
}

// hurry sees to it that a write under way ends soon after ctx has. What it returns is
// to be called in the end: only then may the connection be used for something else.
func (p *push) hurry(ctx context.Context) (settled func()) {
	done := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(done)
		p.flush.SetWriteDeadline(time.Now().Add(farewell))
	})
	return func() {
		if !stop() {
			<-done
		}
	}
}

// send writes a frame and sends it on its way.
func (p *push) send(frame []byte) error {
	if _, err := p.w.Write(frame); err != nil {
		return errGone
	}
	if err := p.flush.Flush(); err != nil {
		return errGone
	}
	p.sent = time.Now()
	return nil
}

// run sends events until ctx ends, whose cause it returns then, or something fails.
// It returns nil at the shard's end.
func (p *push) run(ctx context.Context) error {
	defer func() { p.stop() }()
	p.rest(ctx)
	if err := p.send(initialResponse()); err != nil {
		return err
	}
	for {
		e, err := p.server.event(p.hub, p.view, p.shard, p.from)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			return err
		}
		if e != nil {
			if err := p.deliver(ctx, e); err != nil || e.end {
				return err
			}
		}
		if e == nil || e.tip {
			if err := p.wait(ctx); err != nil {
				return err
			}
		}
	}
}

// deliver sends an event.
func (p *push) deliver(ctx context.Context, e *event) error {
	p.server.answers.hold(len(e.frame))
	defer p.server.answers.release(len(e.frame))
	if err := p.send(e.frame); err != nil {
		return err
	}
	p.from = e.next
	if m := p.server.cfg.Metrics; m != nil {
		m.Get(p.view.Scope, p.view.Name, p.shard.Index, "SubscribeToShard", e.records, e.bytes, e.behind)
	}
	for left := e.bytes; p.pace != nil && left > 0; left -= readBytesPerSecond {
		if p.pace.WaitN(ctx, min(left, readBytesPerSecond)) != nil {
			return context.Cause(ctx)
		}
	}
	return nil
}

// wait waits for records, and sends a heartbeat if none come for long.
func (p *push) wait(ctx context.Context) error {
	p.server.cfg.Log.Wait(p.beat, p.ref, p.from)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if p.beat.Err() == nil {
		return nil
	}
	if time.Since(p.sent) >= p.server.cfg.Heartbeat {
		p.server.hubs.drop(p.hub) // what was recent is old
		if err := p.send(p.server.heartbeat(p.shard, p.from)); err != nil {
			return err
		}
	}
	p.rest(ctx)
	return nil
}

// rest begins the time at whose end a heartbeat is due if nothing else was sent. Not
// every event begins a new one, for that costs more than to look again.
func (p *push) rest(ctx context.Context) {
	if p.stop != nil {
		p.stop()
	}
	left := p.server.cfg.Heartbeat
	if !p.sent.IsZero() {
		left -= time.Since(p.sent)
	}
	p.beat, p.stop = context.WithTimeout(ctx, left)
}

// end tells the client why its subscription ends, if that is news to it.
func (p *push) end(err error) {
	var told *wire.Error
	switch {
	case err == nil || err == errOver || err == errClosed || err == errGone || errors.Is(err, context.Canceled):
	case errors.As(err, &told):
		p.send(exceptionFrame(told))
	default:
		p.server.cfg.Logger.Error("a subscription failed", "stream", p.view.Name, "shard", shard.Name(p.shard.Index), "consumer", p.name, "error", err)
		told = storageFailure(err)
		told.Code = "InternalFailureException"
		told.Message = cmp.Or(told.Message, internalMessage)
		p.send(exceptionFrame(told))
	}
}

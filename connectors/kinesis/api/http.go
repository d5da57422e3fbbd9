package api

import (
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

// targetPrefix is the service and version in X-Amz-Target, before the action's name.
const targetPrefix = "Kinesis_20131202"

// exchange is one request on its way.
type exchange struct {
	s      *Server
	w      *response
	r      *http.Request
	body   *buffer
	format wire.Format
	name   string // of the action, once known
	action action
	code   string // shape of the error that was answered, for metrics
}

// ServeHTTP implements http.Handler. It looks at a request in the order in which
// the service does, so that a request with several faults gets the same answer.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &exchange{s: s, w: &response{ResponseWriter: w}, r: r}
	begun := time.Now()
	defer func() {
		if e := recover(); e != nil {
			x.panicked(e)
		}
		if s.cfg.Metrics != nil && x.name != "" {
			s.cfg.Metrics.Request(x.name, x.code, time.Since(begun))
		}
	}()
	x.serve()
}

func (x *exchange) serve() {
	x.identify()
	if x.preflight() {
		return
	}
	if x.r.Method != http.MethodPost {
		x.refuseXML("AccessDeniedException", undetermined, http.StatusForbidden)
		return
	}
	body, err := readBody(x.r)
	if err != nil {
		x.refuseBody(err)
		return
	}
	x.body = body
	defer x.release()
	x.dispatch()
}

// dispatch finds out which action is meant and whether the body can be read at all.
func (x *exchange) dispatch() {
	service, action, _ := strings.Cut(x.r.Header.Get("X-Amz-Target"), ".")
	action, _, _ = strings.Cut(action, ".")
	a, known := x.s.actions[action]
	known = known && service == targetPrefix
	var spoken bool
	media := wire.MediaType(x.r.Header.Get("Content-Type"))
	x.format, spoken = wire.FormatOf(media)
	switch {
	case len(x.body.bytes) == 0:
		if !spoken {
			x.format = wire.CBOR
		}
		x.fail(malformed(known))
	case media == "application/json":
		x.answerOldForm()
	case !spoken && (service == "" || action == ""):
		x.refuseXML("AccessDeniedException", undetermined, http.StatusForbidden)
	case !spoken:
		x.refuseXML("UnknownOperationException", "", http.StatusNotFound)
	case !known:
		x.failUnknown(service, action)
	default:
		x.name, x.action = action, a
		x.authenticate()
	}
}

// malformed is the answer to a body that is not of the form it should be, or of no
// known action.
func malformed(known bool) *wire.Error {
	if known {
		return &wire.Error{Code: "SerializationException", Status: http.StatusBadRequest}
	}
	return unknownOperation()
}

func unknownOperation() *wire.Error {
	return &wire.Error{Code: "UnknownOperationException", Status: http.StatusBadRequest}
}

// failUnknown answers a request of no known action: its form is judged first.
func (x *exchange) failUnknown(service, action string) {
	doc, err := wire.Parse(x.format, x.body.bytes)
	if err != nil {
		x.fail(err)
		return
	}
	doc.Release()
	err = unknownOperation()
	if service == targetPrefix && strings.Contains(action, "Queue") {
		err.Message = action + ": queues cannot be had yet"
	}
	x.fail(err)
}

// authenticate finds out who is calling. A body that cannot be read is told first,
// though it need not be looked at before when all is well.
func (x *exchange) authenticate() {
	id, err := x.s.authenticator().Authenticate(x.r, x.body.bytes, x.s.cfg.Now())
	if err != nil {
		doc, formErr := wire.Parse(x.format, x.body.bytes)
		if formErr != nil {
			err = formErr
		} else {
			doc.Release()
		}
		x.fail(err)
		return
	}
	c := &Caller{Scope: x.s.scopeOf(id), Identity: id}
	if !x.fast(c) {
		x.perform(c)
	}
}

// fast lets an action answer from the body as it came, if it can.
func (x *exchange) fast(c *Caller) bool {
	if x.action.fast == nil || x.format != wire.JSON {
		return false
	}
	done, err := x.action.fast(x.w, c, x.body.bytes)
	if err != nil {
		x.failAny(err)
	}
	return done
}

func (s *Server) authenticator() auth.Authenticator {
	if s.cfg.Auth != nil {
		return s.cfg.Auth
	}
	return auth.Any{Account: func() string { return s.cfg.Account }}
}

func (s *Server) scopeOf(id *auth.Identity) shard.Scope {
	scope := shard.Scope{Account: id.Account, Region: id.Region}
	if scope.Account == "" {
		scope.Account = s.cfg.Account
	}
	if scope.Region == "" {
		scope.Region = s.cfg.Region
	}
	return scope
}

// perform decodes the request, asks whether the caller may, and acts.
func (x *exchange) perform(c *Caller) {
	doc, err := wire.Parse(x.format, x.body.bytes)
	if err != nil {
		x.fail(err)
		return
	}
	defer doc.Release() // not before: blobs are parts of it, or of the body
	in := x.action.input()
	if err = doc.Decode(x.name, in); err == nil {
		c = x.s.granted(c, x.name, in)
	}
	if err == nil && c.Identity.Policy != nil {
		err = c.Identity.Authorize("kinesis:"+x.name, x.s.resourceOf(c, in))
	}
	switch {
	case err != nil:
		x.fail(err)
	case x.action.raw != nil:
		x.performRaw(c, in)
	default:
		x.call(c, in)
	}
}

// performRaw leaves the answer to the action. The body is given back before, since
// a subscription lasts for minutes.
func (x *exchange) performRaw(c *Caller, in any) {
	x.release()
	if err := x.action.raw(x.w, x.r, c, in); err != nil {
		x.failAny(err)
	}
}

func (x *exchange) call(c *Caller, in any) {
	out, err := x.action.call(x.r.Context(), c, in)
	if err != nil {
		x.failAny(err)
		return
	}
	x.succeed(out)
}

// release gives the body back.
func (x *exchange) release() {
	if x.body != nil {
		x.body.release()
		x.body = nil
	}
}

// panicked answers a request whose action has a bug.
func (x *exchange) panicked(e any) {
	if e == http.ErrAbortHandler {
		panic(e) // the way to break a connection off, and no bug
	}
	x.s.cfg.Logger.Error("an action panicked", "action", x.name, "panic", e, "stack", string(debug.Stack()))
	if x.w.begun {
		panic(http.ErrAbortHandler) // half an answer is out: break the connection off
	}
	x.fail(internalFailure())
}

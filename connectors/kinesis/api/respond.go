package api

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"syscall"

	"github.com/google/uuid"

	"kinesql/connectors/kinesis/wire"
	"kinesql/connectors/shard"
)

const undetermined = "Unable to determine service/operation name to be authorized"

// response remembers whether an answer has begun.
type response struct {
	http.ResponseWriter
	begun bool
}

// WriteHeader implements http.ResponseWriter.
func (w *response) WriteHeader(status int) {
	w.begun = true
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *response) Write(b []byte) (int, error) {
	w.begun = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController find the writer beneath.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush implements http.Flusher.
func (w *response) Flush() {
	w.begun = true
	if f, ok := w.ResponseWriter.(http.Flusher); ok {
		f.Flush()
	}
}

// identify gives the answer its identifiers.
func (x *exchange) identify() {
	h := x.w.Header()
	h["X-Amzn-Requestid"] = []string{requestID()}
	if !x.isPreflight() {
		h["X-Amz-Id-2"] = []string{extendedID()}
	}
}

// requestID is a random UUID. Nothing hangs on its secrecy.
func requestID() string {
	var id uuid.UUID
	binary.NativeEndian.PutUint64(id[:8], rand.Uint64())
	binary.NativeEndian.PutUint64(id[8:], rand.Uint64())
	id[6] = id[6]&0x0f | 0x40 // version 4
	id[8] = id[8]&0x3f | 0x80 // variant 10
	return id.String()
}

// extendedID is 72 random bytes in base64.
func extendedID() string {
	var b [72]byte
	for i := 0; i < len(b); i += 8 {
		binary.NativeEndian.PutUint64(b[i:], rand.Uint64())
	}
	return base64.StdEncoding.EncodeToString(b[:])
}

func (x *exchange) isPreflight() bool {
	return x.r.Method == http.MethodOptions && x.r.Header.Get("Origin") != ""
}

// preflight tells browsers that any page may speak to the server, and answers the
// question whether it may.
func (x *exchange) preflight() bool {
	if x.r.Header.Get("Origin") == "" {
		return false
	}
	h := x.w.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	if !x.isPreflight() {
		h.Set("Access-Control-Expose-Headers", "x-amzn-RequestId,x-amzn-ErrorType,x-amz-request-id,x-amz-id-2,x-amzn-ErrorMessage,Date")
		return false
	}
	for asked, allowed := range map[string]string{
		"Access-Control-Request-Headers": "Access-Control-Allow-Headers",
		"Access-Control-Request-Method":  "Access-Control-Allow-Methods",
	} {
		if v := x.r.Header.Get(asked); v != "" {
			h.Set(allowed, v)
		}
	}
	h.Set("Access-Control-Max-Age", "172800")
	x.send(http.StatusOK, "", nil)
	return true
}

// send answers with a whole body; no contentType: the header is left out.
func (x *exchange) send(status int, contentType string, body []byte) {
	h := x.w.Header()
	h["Content-Type"] = nil // none is guessed
	if contentType != "" {
		h["Content-Type"] = []string{contentType}
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	x.w.WriteHeader(status)
	if _, err := x.w.Write(body); err != nil {
		x.s.cfg.Logger.Debug("a client left before its answer", "action", x.name, "error", err)
	}
}

// succeed answers with a response of the SDK's types, or with an empty body for none.
func (x *exchange) succeed(out any) {
	b := buffers.Get().(*buffer)
	defer b.release()
	if out != nil {
		b.bytes = wire.Encode(x.format, b.bytes[:0], out)
	}
	x.send(http.StatusOK, x.format.ContentType(), b.bytes)
}

// fail answers with an error.
func (x *exchange) fail(e *wire.Error) {
	x.code = e.Code
	x.w.Header()["X-Amzn-Errortype"] = []string{e.Code}
	x.send(e.Status, x.format.ContentType(), wire.AppendError(x.format, nil, e))
}

// failAny answers with what the client may see of an error.
func (x *exchange) failAny(err error) {
	if errors.Is(err, context.Canceled) && x.r.Context().Err() != nil {
		x.code = "ClientClosed" // nobody is there to read an answer
	}
	e := publicError(err)
	if e.Status >= http.StatusInternalServerError && x.r.Context().Err() == nil {
		x.s.cfg.Logger.Error("a request failed", "action", x.name, "error", err)
	}
	if x.w.begun {
		panic(http.ErrAbortHandler) // half an answer is out: break the connection off
	}
	x.fail(e)
}

// publicError is the fall-back for errors that an action has not put in the
// service's words.
func publicError(err error) *wire.Error {
	var e *wire.Error
	switch {
	case errors.As(err, &e):
		return e
	case errors.Is(err, shard.ErrNoStream):
		return wire.Errorf(codeNotFound, "The stream does not exist: it was deleted during the request.")
	case errors.Is(err, shard.ErrNoShard):
		return wire.Errorf(codeNotFound, "The shard does not exist: its records have expired.")
	case errors.Is(err, shard.ErrExists):
		return wire.Errorf(codeInUse, "The stream exists already.")
	case errors.Is(err, shard.ErrShardClosed):
		return wire.Errorf(codeInUse, "The shard was closed by a split or merge during the request.")
	}
	return storageFailure(err)
}

// storageFailure tells a client what has become of the server's disk, but not where its
// files are: only the server's own log tells that. Other failures have no text, as with AWS.
func storageFailure(err error) *wire.Error {
	e := internalFailure()
	var damage *shard.CorruptError
	switch {
	case errors.As(err, &damage):
		e.Message = "The next records of the shard are damaged on the server's disk. Stop the server and run kinesql shards repair to read on after them."
	case errors.Is(err, syscall.ENOSPC):
		e.Message = "The server's disk is full: nothing of this request was stored. Free some of the disk, or keep records for a shorter time."
	case errors.Is(err, shard.ErrLogFailed):
		e.Message = "The server could not write to its disk, and takes nothing more until it is started anew."
	}
	return e
}

func internalFailure() *wire.Error {
	return &wire.Error{Code: "InternalFailure", Status: http.StatusInternalServerError}
}

// refuseXML answers what never reaches an action, in the form of the layer before it.
func (x *exchange) refuseXML(code, message string, status int) {
	x.code = code
	body := "<" + code + "/>\n"
	if message != "" {
		body = "<" + code + ">\n  <Message>" + message + "</Message>\n</" + code + ">\n"
	}
	x.send(status, "", []byte(body))
}

// answerOldForm answers application/json, which once was a protocol of its own and
// now gets no further than this.
func (x *exchange) answerOldForm() {
	code, status := "UnknownOperationException", http.StatusNotFound
	doc, err := wire.Parse(wire.JSON, x.body.bytes)
	if err != nil {
		code, status = err.Code, http.StatusBadRequest
	} else {
		doc.Release()
	}
	x.code = code
	x.send(status, "application/json", []byte(`{"Output":{"__type":"com.amazon.coral.service#`+code+`"},"Version":"1.0"}`))
}

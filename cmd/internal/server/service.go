package server

import (
	"bytes"
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/google/uuid"

	"kinesql/connectors/kinesis/auth"
	"kinesql/connectors/kinesis/wire"
)

// maxServiceBody bounds requests to the services beside Kinesis; CloudWatch takes at
// most 1 MB.
const maxServiceBody = 2 << 20

// service is what the small services beside Kinesis share.
type service struct {
	auth auth.Authenticator
	now  func() time.Time
}

// open reads a request's body and tells who sent it.
func (s *service) open(w http.ResponseWriter, r *http.Request) ([]byte, *auth.Identity, *wire.Error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxServiceBody))
	if err != nil {
		return nil, nil, &wire.Error{Code: "RequestEntityTooLarge", Message: "the body could not be read: " + err.Error(), Status: http.StatusRequestEntityTooLarge}
	}
	id, denied := s.auth.Authenticate(r, body, s.now())
	if denied == nil && r.Header.Get("Content-Encoding") == "gzip" { // signed as it was sent
		body, denied = unzip(body)
	}
	return body, id, denied
}

// unzip unpacks a body: SDKs compress what goes to CloudWatch from 10 KiB on.
func unzip(body []byte) ([]byte, *wire.Error) {
	z, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(z, maxServiceBody+1))
	}
	if err != nil {
		return nil, &wire.Error{Code: "MalformedInput", Message: "the body is no gzip: " + err.Error(), Status: http.StatusBadRequest}
	}
	if len(body) > maxServiceBody {
		return nil, &wire.Error{Code: "RequestEntityTooLarge", Message: fmt.Sprintf("the body is longer than %d bytes", maxServiceBody), Status: http.StatusRequestEntityTooLarge}
	}
	return body, nil
}

// parameters are those of AWS's Query protocol: a form in the body or the query.
func parameters(r *http.Request, body []byte) url.Values {
	if r.Method == http.MethodGet {
		return r.URL.Query()
	}
	values, err := url.ParseQuery(string(body))
	if err != nil {
		return url.Values{}
	}
	return values
}

// queryErrors are the names that the Query protocol has for the shapes of signature errors.
var queryErrors = map[string]struct {
	code   string
	status int
}{
	"MissingAuthenticationTokenException": {"MissingAuthenticationToken", http.StatusForbidden},
	"IncompleteSignatureException":        {"IncompleteSignature", http.StatusBadRequest},
	"InvalidSignatureException":           {"SignatureDoesNotMatch", http.StatusForbidden},
	"UnrecognizedClientException":         {"InvalidClientTokenId", http.StatusForbidden},
	"ExpiredTokenException":               {"ExpiredToken", http.StatusForbidden},
	"AccessDeniedException":               {"AccessDenied", http.StatusForbidden},
}

// queryError is an error as the Query protocol spells it.
func queryError(err *wire.Error) (code string, status int) {
	if e, ok := queryErrors[err.Code]; ok {
		return e.code, e.status
	}
	return err.Code, err.Status
}

type errorResponse struct {
	XMLName   xml.Name `xml:"ErrorResponse"`
	Namespace string   `xml:"xmlns,attr"`
	Error     struct {
		Type, Code, Message string
	}
	RequestID string `xml:"RequestId"`
}

// refuseXML answers with an error of the Query protocol.
func refuseXML(w http.ResponseWriter, namespace string, err *wire.Error) {
	code, status := queryError(err)
	out := errorResponse{Namespace: namespace, RequestID: uuid.NewString()}
	out.Error.Type, out.Error.Code, out.Error.Message = "Sender", code, err.Message
	writeXML(w, status, out.RequestID, out)
}

func writeXML(w http.ResponseWriter, status int, requestID string, v any) {
	body, err := xml.MarshalIndent(v, "", "  ")
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	answer(w, status, "text/xml", requestID, append(body, '\n'))
}

// answer writes a whole response. The client may be gone, which nobody needs to know.
func answer(w http.ResponseWriter, status int, contentType, requestID string, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("X-Amzn-Requestid", requestID)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

// unknownAction is what a service says to an action that is not here.
func unknownAction(action, version string) *wire.Error {
	return wire.Errorf("InvalidAction", "Could not find operation %s for version %s", action, version)
}

// wantsJSON reports whether a client of the Query protocol asks for JSON.
func wantsJSON(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Accept"), "application/json")
}

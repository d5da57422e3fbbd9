package auth

import (
	"net/http"
	"time"

	"kinesql/connectors/kinesis/wire"
)

// Authenticator tells who signed a request.
type Authenticator interface {
	// Authenticate returns who signed r at about the time now. body is the whole
	// body. The error is one that the client is told, such as
	// InvalidSignatureException. It may be called from any goroutine.
	Authenticate(r *http.Request, body []byte, now time.Time) (*Identity, *wire.Error)
}

// Identity is who signed a request, and for what.
type Identity struct {
	AccessKeyID string
	Account     string // twelve digits
	Name        string // of the user, for messages
	Region      string // of the credential scope
	Service     string // of the credential scope: kinesis, sts, monitoring, ...

	// Policy is what the identity may do; nil: everything.
	Policy *Policy
}

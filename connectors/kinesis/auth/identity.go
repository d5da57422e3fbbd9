package auth

import (
	"net/http"
	"strings"
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
	Name        string // of the user, for messages; empty: the account itself
	Region      string // of the credential scope
	Service     string // of the credential scope: kinesis, sts, monitoring, ...

	// Policy is what the identity may do; nil: everything.
	Policy *Policy
}

// ARN is the name of the identity as messages and GetCallerIdentity print it.
func (id *Identity) ARN() string {
	if id.Name == "" {
		return "arn:aws:iam::" + id.Account + ":root"
	}
	return "arn:aws:iam::" + id.Account + ":user/" + id.Name
}

// Authorize returns nil where the identity may perform an action such as
// kinesis:PutRecord on a resource, and what the client is told where it may not.
func (id *Identity) Authorize(action, resource string) *wire.Error {
	if id.Policy == nil {
		return nil
	}
	allowed, denied := id.Policy.decide(action, resource)
	if allowed && !denied {
		return nil
	}
	why := "because no identity-based policy allows the " + action + " action"
	if denied {
		why = "with an explicit deny in an identity-based policy"
	}
	return wire.Errorf(codeDenied, "User: %s is not authorized to perform: %s on resource: %s %s", id.ARN(), action, resource, why)
}

// isAccount reports whether a text is an account: twelve digits.
func isAccount(text string) bool {
	return len(text) == 12 && strings.Trim(text, "0123456789") == ""
}

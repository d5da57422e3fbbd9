package auth

import (
	"net/http"
	"time"

	"kinesql/connectors/kinesis/wire"
)

// Any takes every request whose signature has all its parts, whoever made it: for
// development on one's own machine.
type Any struct {
	// Account returns the account of callers whose access key is not itself an
	// account: twelve digits. nil: 000000000000.
	Account func() string
}

// DefaultAccount is the account of those who have no other.
const DefaultAccount = "000000000000"

// Authenticate implements Authenticator.
func (a Any) Authenticate(r *http.Request, _ []byte, _ time.Time) (*Identity, *wire.Error) {
	s, err := parse(r)
	if err != nil {
		return nil, err
	}
	sc, _ := parseScope(s.credential)
	id := &Identity{AccessKeyID: sc.key, Account: DefaultAccount, Region: sc.region, Service: sc.service}
	if !isRegion(id.Region) {
		id.Region = "" // the server's own
	}
	switch {
	case isAccount(sc.key):
		id.Account = sc.key
	case a.Account != nil:
		id.Account = a.Account()
	}
	return id, nil
}

// isRegion reports whether a text may be the name of a region.
func isRegion(text string) bool {
	if text == "" || len(text) > 32 {
		return false
	}
	for _, c := range []byte(text) {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return true
}

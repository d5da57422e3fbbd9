package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"kinesql/connectors/kinesis/wire"
)

const (
	skew       = 5 * time.Minute
	maxExpires = 7 * 24 * time.Hour // of a presigned request
	basicTime  = "20060102T150405Z"
	terminator = "aws4_request"
)

// Authenticate implements Authenticator.
func (k *Keys) Authenticate(r *http.Request, body []byte, now time.Time) (*Identity, *wire.Error) {
	s, err := parse(r)
	if err != nil {
		return nil, err
	}
	at, sc, err := s.check(r)
	if err != nil {
		return nil, err
	}
	t := k.table.Load()
	key := t.keys[sc.key]
	if key == nil || subtle.ConstantTimeCompare([]byte(key.SessionToken), []byte(s.token)) != 1 {
		return nil, errUnrecognized()
	}
	if !key.Expires.IsZero() && !now.Before(key.Expires) {
		return nil, errExpiredToken()
	}
	if err := s.checkTime(at, now); err != nil {
		return nil, err
	}
	if err := k.verify(t, key, s, sc, at, r, body); err != nil {
		return nil, err
	}
	return &Identity{
		AccessKeyID: key.AccessKeyID, Account: key.Account, Name: key.User,
		Region: sc.region, Service: sc.service, Policy: key.Policy,
	}, nil
}

// check reads what a signature claims, before any secret is looked at.
func (s *signature) check(r *http.Request) (at time.Time, sc scope, err *wire.Error) {
	if s.algorithm != algorithm {
		return at, sc, wire.Errorf(codeIncomplete, "Unsupported AWS 'algorithm': '%s' (only %s for now). ", s.algorithm, algorithm)
	}
	sc, ok := parseScope(s.credential)
	if !ok {
		return at, sc, wire.Errorf(codeIncomplete, "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '%s'", s.credential)
	}
	if at, ok = signedTime(s.date); !ok {
		return at, sc, wire.Errorf(codeIncomplete, "Date must be in ISO-8601 'basic format'. Got '%s'. See http://en.wikipedia.org/wiki/ISO_8601", s.date)
	}
	if day := at.Format("20060102"); day != sc.date {
		return at, sc, wire.Errorf(codeInvalid, "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.", sc.date, day, at.Format(basicTime))
	}
	return at, sc, sc.check(r)
}

// check tells what is wrong with the rest of a scope, all at once.
func (s scope) check(r *http.Request) *wire.Error {
	var wrong strings.Builder
	if !isRegion(s.region) {
		wrong.WriteString("Credential should be scoped to a valid region. ")
	}
	if want := targetService(r); want != "" && s.service != want {
		wrong.WriteString("Credential should be scoped to correct service: '" + want + "'. ")
	}
	if s.term != terminator {
		wrong.WriteString("Credential should be scoped with a valid terminator: '" + terminator + "', not '" + s.term + "'. ")
	}
	if wrong.Len() == 0 {
		return nil
	}
	return wire.Errorf(codeInvalid, "%s", wrong.String())
}

// targetService is the service that a request's target belongs to, or "" where it
// has none: its action is then in the body or the path.
func targetService(r *http.Request) string {
	if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "Kinesis_") {
		return "kinesis"
	}
	return ""
}

// signedTime reads the time of a signature, in ISO 8601's basic format or as a Date
// header has it.
func signedTime(text string) (time.Time, bool) {
	if at, err := time.Parse(basicTime, text); err == nil {
		return at, true
	}
	at, err := http.ParseTime(text)
	return at.UTC(), err == nil
}

// checkTime refuses signatures of too long ago and of the future.
func (s *signature) checkTime(at, now time.Time) *wire.Error {
	at, now = at.UTC(), now.UTC()
	life, text := skew, "5 min."
	if s.expires != "" {
		n, err := strconv.Atoi(s.expires)
		if err != nil || n < 1 || time.Duration(n)*time.Second > maxExpires {
			return wire.Errorf(codeInvalid, "X-Amz-Expires must be a number of seconds from 1 to %d, got '%s'.", int(maxExpires.Seconds()), s.expires)
		}
		life, text = time.Duration(n)*time.Second, s.expires+" sec."
	}
	if edge := now.Add(-life); at.Before(edge) {
		return wire.Errorf(codeInvalid, "Signature expired: %s is now earlier than %s (%s - %s)",
			at.Format(basicTime), edge.Format(basicTime), now.Format(basicTime), text)
	}
	if edge := now.Add(skew); at.After(edge) {
		return wire.Errorf(codeInvalid, "Signature not yet current: %s is still later than %s (%s + 5 min.)",
			at.Format(basicTime), edge.Format(basicTime), now.Format(basicTime))
	}
	return nil
}

// verify compares the signature with the one that the secret makes.
func (k *Keys) verify(t *table, key *Key, s *signature, sc scope, at time.Time, r *http.Request, body []byte) *wire.Error {
	signed, err := s.signedHeaders(r)
	if err != nil {
		return err
	}
	payloads, err := s.payloads(r, body)
	if err != nil {
		return err
	}
	derived := t.derived.get(key, sc)
	given, _ := hex.DecodeString(s.value) // what is no hexadecimal is no signature
	var first [2]string
	for i, host := range append([]string{r.Host}, k.hosts...) {
		for j, payload := range payloads {
			request := canonical(r, signed, host, payload)
			toSign := algorithm + "\n" + at.Format(basicTime) + "\n" + sc.String() + "\n" + hexHash([]byte(request))
			if subtle.ConstantTimeCompare(given, mac(derived, toSign)) == 1 {
				return nil
			}
			if i+j == 0 {
				first = [2]string{request, toSign}
			}
		}
	}
	return wire.Errorf(codeInvalid, "The request signature we calculated does not match the signature you provided. "+
		"Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\n"+
		"The Canonical String for this request should have been\n'%s'\n\nThe String-to-Sign should have been\n'%s'\n", first[0], first[1])
}

// signedHeaders is the names of the headers that were signed, among which must be those that matter.
func (s *signature) signedHeaders(r *http.Request) ([]string, *wire.Error) {
	signed := strings.Split(strings.ToLower(s.signed), ";")
	if !slices.Contains(signed, "host") && !slices.Contains(signed, ":authority") {
		return nil, wire.Errorf(codeInvalid, "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.")
	}
	if target := r.Header.Get("X-Amz-Target"); target != "" && !slices.Contains(signed, "x-amz-target") && r.URL.Query().Get("X-Amz-Target") != target {
		// Whoever has seen a presigned request could make any other of it.
		return nil, wire.Errorf(codeInvalid, "There were headers present in the request which were not signed: x-amz-target")
	}
	if len(signed) > maxSigned {
		return nil, wire.Errorf(codeInvalid, "At most %d headers can be signed, got %d.", maxSigned, len(signed))
	}
	return signed, nil
}

// maxSigned bounds the work on a request that claims to have signed very many
// headers.
const maxSigned = 200

// payloads is what may stand for the body in a signature. A presigned request may
// have left the body out without saying so in a header.
func (s *signature) payloads(r *http.Request, body []byte) ([]string, *wire.Error) {
	claimed := r.Header.Get("X-Amz-Content-Sha256")
	if claimed == unsigned {
		return []string{unsigned}, nil
	}
	sum := hexHash(body)
	if claimed != "" && !strings.EqualFold(claimed, sum) {
		return nil, wire.Errorf(codeInvalid, "The provided 'x-amz-content-sha256' header does not match what was computed.")
	}
	if s.query && claimed == "" {
		return []string{sum, unsigned}, nil
	}
	return []string{sum}, nil
}

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

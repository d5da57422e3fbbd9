package auth

import (
	"net/http"
	"net/url"
	"strings"

	"kinesql/connectors/kinesis/wire"
)

// algorithm is the only one that is spoken.
const algorithm = "AWS4-HMAC-SHA256"

// signature is what a request says about its signature, as it came.
type signature struct {
	query      bool // it came in the query: a presigned request
	header     string
	algorithm  string
	credential string
	signed     string // header names, separated by semicolons
	value      string // the signature itself
	date       string
	expires    string // X-Amz-Expires of a presigned request
	token      string
}

// parse finds the signature of a request and checks that all its parts are there.
func parse(r *http.Request) (*signature, *wire.Error) {
	s, err := find(r)
	if err != nil {
		return nil, err
	}
	if s.query {
		return s, s.completeQuery()
	}
	return s, s.complete()
}

// find finds the signature of a request, as much of it as there is.
func find(r *http.Request) (*signature, *wire.Error) {
	header := r.Header.Get("Authorization")
	var values url.Values
	if r.URL.RawQuery != "" {
		values = r.URL.Query() // malformed pairs are left out, as if they had not come
	}
	_, query := values["X-Amz-Algorithm"]
	switch {
	case header != "" && query:
		return nil, wire.Errorf(codeInvalid, "Found both 'X-Amz-Algorithm' as a query-string param and 'Authorization' as HTTP header.")
	case query:
		return parseQuery(values), nil
	case header != "":
		return parseHeader(header, r.Header), nil
	}
	return nil, errMissing()
}

// parseHeader reads the parts of an Authorization header, in any order, separated
// by commas or spaces.
func parseHeader(header string, all http.Header) *signature {
	s := &signature{header: header, date: all.Get("X-Amz-Date"), token: all.Get("X-Amz-Security-Token")}
	if s.date == "" {
		s.date = all.Get("Date")
	}
	var rest string
	s.algorithm, rest, _ = strings.Cut(header, " ")
	for rest != "" {
		var part string
		if i := strings.IndexAny(rest, ", "); i >= 0 {
			part, rest = rest[:i], rest[i+1:]
		} else {
			part, rest = rest, ""
		}
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "Credential":
			s.credential = value
		case "SignedHeaders":
			s.signed = value
		case "Signature":
			s.value = value
		}
	}
	return s
}

// complete lists each part that a header form lacks.
func (s *signature) complete() *wire.Error {
	var missing strings.Builder
	for _, part := range []struct{ name, value string }{
		{"Credential", s.credential}, {"Signature", s.value}, {"SignedHeaders", s.signed},
	} {
		if part.value == "" {
			missing.WriteString("Authorization header requires '" + part.name + "' parameter. ")
		}
	}
	if s.date == "" {
		missing.WriteString("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ")
	}
	if missing.Len() == 0 {
		return nil
	}
	return wire.Errorf(codeIncomplete, "%sAuthorization=%s", missing.String(), s.header)
}

func parseQuery(values url.Values) *signature {
	return &signature{
		query: true, algorithm: values.Get("X-Amz-Algorithm"), credential: values.Get("X-Amz-Credential"),
		signed: values.Get("X-Amz-SignedHeaders"), value: values.Get("X-Amz-Signature"), date: values.Get("X-Amz-Date"),
		expires: values.Get("X-Amz-Expires"), token: values.Get("X-Amz-Security-Token"),
	}
}

// completeQuery lists each part that a query form lacks.
func (s *signature) completeQuery() *wire.Error {
	var missing strings.Builder
	for _, part := range []struct{ name, value string }{
		{"Algorithm", s.algorithm}, {"Credential", s.credential}, {"Signature", s.value}, {"SignedHeaders", s.signed}, {"Date", s.date},
	} {
		if part.value == "" {
			missing.WriteString("AWS query-string parameters must include 'X-Amz-" + part.name + "'. ")
		}
	}
	if missing.Len() == 0 {
		return nil
	}
	return wire.Errorf(codeIncomplete, "%sRe-examine the query-string parameters.", missing.String())
}

// scope is the credential scope: who, when, where and what for.
type scope struct{ key, date, region, service, term string }

// parseScope splits key/date/region/service/aws4_request.
func parseScope(credential string) (scope, bool) {
	p := strings.Split(credential, "/")
	if len(p) != 5 {
		return scope{key: p[0]}, false
	}
	return scope{p[0], p[1], p[2], p[3], p[4]}, true
}

// String is the scope without the key, as it is signed.
func (s scope) String() string {
	return s.date + "/" + s.region + "/" + s.service + "/" + s.term
}

// Scope returns region and service of a request's credential scope without any
// check, or empty texts: for routing.
func Scope(r *http.Request) (region, service string) {
	s, err := find(r)
	if err != nil {
		return "", ""
	}
	sc, _ := parseScope(s.credential)
	return sc.region, sc.service
}

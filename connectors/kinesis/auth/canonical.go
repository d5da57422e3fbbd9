package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
)

// unsigned is the payload hash of requests that leave the body out.
const unsigned = "UNSIGNED-PAYLOAD"

// canonical is the canonical request of Signature Version 4 (AWS General
// Reference, "Create a signed AWS API request"): method, path, query, headers,
// names of headers, hash of the payload, one a line.
func canonical(r *http.Request, signed []string, host, payload string) string {
	var b strings.Builder
	b.Grow(512)
	b.WriteString(r.Method + "\n" + canonicalPath(r.URL) + "\n" + canonicalQuery(r.URL.RawQuery) + "\n")
	for _, name := range signed {
		b.WriteString(name + ":" + canonicalHeader(r, name, host) + "\n")
	}
	b.WriteString("\n" + strings.Join(signed, ";") + "\n" + payload)
	return b.String()
}

// canonicalPath is the path without . and .. and doubled slashes, encoded once
// more than it was on its way, which is the rule for all services but S3.
func canonicalPath(u *url.URL) string {
	p := u.EscapedPath()
	if p == "" || p == "/" {
		return "/"
	}
	clean := path.Clean("/" + p)
	if strings.HasSuffix(p, "/") && clean != "/" {
		clean += "/"
	}
	return escape(clean, true)
}

// canonicalQuery is all parameters but the signature, encoded and in order.
func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}
	var pairs []string
	for pair := range strings.SplitSeq(raw, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name == "" && value == "" {
			continue
		}
		if n := unescape(name); n != "X-Amz-Signature" {
			pairs = append(pairs, escape(n, false)+"="+escape(unescape(value), false))
		}
	}
	slices.SortFunc(pairs, comparePairs)
	return strings.Join(pairs, "&")
}

// comparePairs orders by name, then by value: "=" is not part of either.
func comparePairs(a, b string) int {
	an, av, _ := strings.Cut(a, "=")
	bn, bv, _ := strings.Cut(b, "=")
	if c := strings.Compare(an, bn); c != 0 {
		return c
	}
	return strings.Compare(av, bv)
}

func unescape(s string) string {
	if out, err := url.QueryUnescape(s); err == nil {
		return out
	}
	return s
}

const upperHex = "0123456789ABCDEF"

// escape encodes all bytes but the unreserved ones of RFC 3986.
func escape(s string, keepSlash bool) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if unreserved(c) || (keepSlash && c == '/') {
			b.WriteByte(c)
		} else {
			b.Write([]byte{'%', upperHex[c>>4], upperHex[c&15]})
		}
	}
	return b.String()
}

func unreserved(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.' || c == '~'
}

// canonicalHeader is the value of a signed header. The HTTP server takes some
// headers out of the map; on HTTP/2 the host is :authority.
func canonicalHeader(r *http.Request, name, host string) string {
	switch name {
	case "host", ":authority":
		return host
	case "content-length":
		return strconv.FormatInt(max(0, r.ContentLength), 10)
	case "transfer-encoding":
		return strings.Join(r.TransferEncoding, ",")
	}
	values := r.Header.Values(name)
	if len(values) == 1 {
		return trim(values[0])
	}
	trimmed := make([]string, len(values))
	for i, v := range values {
		trimmed[i] = trim(v)
	}
	return strings.Join(trimmed, ",")
}

// trim takes white space away at both ends and makes one space of several.
func trim(v string) string {
	if !strings.Contains(v, "  ") {
		return strings.TrimSpace(v)
	}
	return strings.Join(strings.FieldsFunc(v, func(c rune) bool { return c == ' ' }), " ")
}

func hexHash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
